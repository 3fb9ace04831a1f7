"""The desk's page of one case: names, consent, history, updates, mentions, and whether readers see it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from undersigned.accounts.again import proven
from undersigned.appeals import case_history, case_mentions, case_sealed, case_shown, cases, written_dates
from undersigned.appeals.case_forms import (
    CaseForm,
    ConsentForm,
    MentionForm,
    StatementForm,
    UpdateForm,
    names_formset,
)
from undersigned.appeals.case_models import Case
from undersigned.appeals.cases_views import case_page
from undersigned.appeals.models import Appeal
from undersigned.appeals.sources_views import actor_of
from undersigned.appeals.views import appeal_or_404, explain

# What a refused act puts on the page again; None where it was done.
Refused = dict[str, Any] | None


def case_or_404(request: HttpRequest, appeal: Appeal, ref: str) -> Case:
    """A case of an appeal that this account may see."""
    found = Case.objects.select_related("appeal__team").filter(appeal=appeal, ref=ref).first()
    if found is None:
        raise Http404
    return found


@login_required
@proven(acts=["remove"])
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, slug: str, ref: str) -> HttpResponse:
    """One case; POST does one act, which `act` names."""
    appeal = appeal_or_404(request, slug, "appeal.edit" if request.method == "POST" else "cases.view")
    found = case_or_404(request, appeal, ref)
    if request.method != "POST":
        return _page(request, found, {})
    act = _ACTS.get(str(request.POST.get("act", "")))
    if act is None:
        raise Http404
    refused = act(request, found)
    if refused is not None:
        return _page(request, found, refused)
    if not Case.objects.filter(pk=found.pk).exists():
        return redirect("desk-cases", slug)
    return redirect("desk-case", slug, ref)


def _page(request: HttpRequest, found: Case, refused: dict[str, Any]) -> HttpResponse:
    about = case_sealed.about(found)
    consents = [(row, case_sealed.consented(row)) for row in found.consents.select_related("recorded_by")]
    statements = case_shown.in_order(found.statements.prefetch_related("cites__source"))
    context = {
        "case": found,
        "called": about.names[0],
        "form": CaseForm(initial={"kind": found.kind, "note": about.note}),
        "names": names_formset(None, about),
        "consent": ConsentForm(initial={"level": found.level}, prefix="consent"),
        "statement": StatementForm(prefix="statement"),
        "update": UpdateForm(prefix="update"),
        "mention": MentionForm(appeal=found.appeal, prefix="mention"),
        "consents": consents[::-1],
        "history": [(row, said := case_sealed.said(row), _dated(said)) for row in statements],
        "updates": [(row, case_sealed.told(row)) for row in found.updates.all()],
        "mentions": [(row, case_mentions.stands_in(row)) for row in found.mentions.select_related("text")],
        "still_named": case_mentions.still_named(found),
        "nobody_shown": found.level == Case.Level.OTHER
        and not case_sealed.shown_names(about.names, found.level),
        **refused,
    }
    return case_page(request, "case", found.appeal, context, 422 if refused else 200)


def _dated(said: case_sealed.Said) -> str:
    return written_dates.in_words(said.date, "")


def _tried(form: Form, act: Callable[[], Any]) -> bool:
    """Whether an act was done; what it refused stands beside its field."""
    try:
        act()
    except ValidationError as error:
        explain(form, error)
        return False
    return True


def _change(request: HttpRequest, found: Case) -> Refused:
    form, names = CaseForm(request.POST), names_formset(request.POST)
    if all([form.is_valid(), names.is_valid()]) and _tried(
        form,
        lambda: cases.change_case(
            actor=actor_of(request), case=found, names=names.names, **form.cleaned_data
        ),
    ):
        messages.success(request, _("The case was changed."))
        return None
    return {"form": form, "names": names}


def _consent(request: HttpRequest, found: Case) -> Refused:
    form = ConsentForm(request.POST, prefix="consent")
    if form.is_valid() and _tried(
        form, lambda: cases.set_consent(actor=actor_of(request), case=found, consent=form.consent)
    ):
        messages.success(request, _("Recorded: readers see no more than this from now on."))
        return None
    return {"consent": form}


def _state(request: HttpRequest, found: Case) -> Refused:
    form = StatementForm(request.POST, prefix="statement")
    if form.is_valid():
        values = {**form.cleaned_data, "sources": form.cited}
        if _tried(form, lambda: case_history.add_statement(actor=actor_of(request), case=found, **values)):
            messages.success(request, _("The statement was added."))
            return None
    return {"statement": form}


def _update(request: HttpRequest, found: Case) -> Refused:
    form = UpdateForm(request.POST, prefix="update")
    if form.is_valid():
        day, text = form.cleaned_data["on"].isoformat(), form.cleaned_data["text"]
        if _tried(
            form, lambda: case_history.add_update(actor=actor_of(request), case=found, on=day, text=text)
        ):
            messages.success(request, _("The update was added."))
            return None
    return {"update": form}


def _mention(request: HttpRequest, found: Case) -> Refused:
    form = MentionForm(request.POST, appeal=found.appeal, prefix="mention")
    if form.is_valid():
        values = {**form.cleaned_data, "occurrence": form.cleaned_data["occurrence"] or 0}
        if _tried(form, lambda: case_mentions.mention(actor=actor_of(request), case=found, **values)):
            messages.success(request, _("The words lead to the case."))
            return None
    return {"mention": form}


def _row(request: HttpRequest, rows: Any) -> Any:
    number = str(request.POST.get("row", ""))
    row = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if row is None:
        raise Http404
    return row


def _unstate(request: HttpRequest, found: Case) -> Refused:
    row = _row(request, found.statements.select_related("case__appeal__team"))
    case_history.remove_statement(actor=actor_of(request), statement=row)
    messages.success(request, _("The statement was removed."))
    return None


def _unupdate(request: HttpRequest, found: Case) -> Refused:
    row = _row(request, found.updates.select_related("case__appeal__team"))
    case_history.remove_update(actor=actor_of(request), update=row)
    messages.success(request, _("The update was removed."))
    return None


def _unmention(request: HttpRequest, found: Case) -> Refused:
    row = _row(request, found.mentions.select_related("case__appeal__team", "text"))
    case_mentions.remove_mention(actor=actor_of(request), mention=row)
    messages.success(request, _("The link was taken from the words."))
    return None


def _publish(request: HttpRequest, found: Case) -> Refused:
    cases.publish_case(actor=actor_of(request), case=found, published=True)
    messages.success(request, _("Readers see the case."))
    return None


def _hide(request: HttpRequest, found: Case) -> Refused:
    cases.publish_case(actor=actor_of(request), case=found, published=False)
    messages.success(request, _("Readers do not see the case any more."))
    return None


def _remove(request: HttpRequest, found: Case) -> Refused:
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick the box first: a case that is erased is gone for good."))
        return None
    cases.remove_case(actor=actor_of(request), case=found)
    messages.success(request, _("The case was erased."))
    return None


_ACTS: dict[str, Callable[[HttpRequest, Case], Refused]] = {
    "change": _change,
    "consent": _consent,
    "state": _state,
    "update": _update,
    "mention": _mention,
    "unstate": _unstate,
    "unupdate": _unupdate,
    "unmention": _unmention,
    "publish": _publish,
    "hide": _hide,
    "remove": _remove,
}
