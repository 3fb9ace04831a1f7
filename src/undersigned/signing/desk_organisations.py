"""The desk's pages about organisations: the list by state, one of them, and the appeal's rule."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can, require
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib.fields import country_names
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Organisation
from undersigned.signing.moderate import REASON_MAX
from undersigned.signing.organisations import ask, domains, moderate, sealed, stand

SIZE = 50
_State = Organisation.State
# What waits for a decision stands first.
STATES = (
    _State.CHECKED, _State.SIGNED, _State.CONFIRMED, _State.WAITING, _State.REFUSED, _State.STRUCK,
    _State.WITHDRAWN, _State.MOVED,
)  # fmt: skip
_ACTS = {
    "approve": gettext_lazy("Let it sign"),
    "refuse": gettext_lazy("Refuse"),
    "strike": gettext_lazy("Strike out"),
}


class DecideForm(forms.Form):
    """What a moderator decides about an organisation, and why."""

    act = forms.ChoiceField(label=gettext_lazy("What is to be done"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_MAX,
        help_text=gettext_lazy("For a refusal: the organisation reads it on its private page."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, acts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(act, _ACTS[act]) for act in acts]
        if len(acts) == 1:
            field.initial = acts[0]


@dataclass(frozen=True)
class Row:
    """An organisation as the desk shows it; officers only for those who may see contact data."""

    pk: int
    name: str
    details: str
    domain: str
    check: str
    state: str
    state_name: str
    version: int
    day: Any
    cosigned: bool
    officer: str
    email: str
    second: str
    second_email: str
    resolution: str
    resolved_on: Any
    reason: str


def row_of(row: Organisation, language: str, *, contacts: bool, whole: bool = False) -> Row:
    """An organisation for the desk; `whole` opens what is sealed."""
    kept = sealed.opened(row) if whole and contacts else sealed.Kept()
    details = [row.place, country_names(language).get(row.country, "")]
    return Row(
        pk=row.pk,
        name=row.name,
        details=", ".join(part for part in details if part),
        domain=domains.readable(row.domain) if row.domain else "",
        check=str(row.get_check_kind_display()) if row.check_kind else "",
        state=row.state,
        state_name=str(row.get_state_display()),
        version=row.version.number,
        day=row.ended_at or row.confirmed_at or row.created_at,
        cosigned=row.cosigned_at is not None,
        officer=kept.officer.line if kept.officer else "",
        email=kept.officer.email if kept.officer else "",
        second=kept.second.line if kept.second else "",
        second_email=kept.second.email if kept.second else "",
        resolution=kept.resolution,
        resolved_on=row.resolved_on,
        reason=row.reason,
    )


def _rows(appeal: Appeal) -> Any:
    rows = Organisation.objects.filter(appeal=appeal).select_related("appeal__team", "version", "signature")
    return rows.defer("version__source", "version__canonical")


@login_required
@never_cache
@require_safe
def organisations(request: HttpRequest, slug: str) -> HttpResponse:
    """Organisations in one state, the newest first, fifty at a time; and the appeal's rule."""
    appeal = appeal_or_404(request, slug, "roll.view")
    actor = actor_of(request)
    asked = request.GET.get("state", "")
    state = asked if asked in _State.values else _State.CHECKED.value
    after = request.GET.get("after", "")
    rows = _rows(appeal).filter(state=state).order_by("-pk")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: SIZE + 1])
    base = f"?state={state}"
    language = getattr(request, "LANGUAGE_CODE", "en")
    context = {
        "appeal": appeal,
        "states": [(one.value, one.label, one == state) for one in STATES],
        "rows": [row_of(row, language, contacts=False) for row in found[:SIZE]],
        "pages": {
            "first": base if after else "",
            "next": f"{base}&after={found[SIZE - 1].pk}" if len(found) > SIZE else "",
        },
        "rule": ask.rule_of(appeal),
        "may_edit": can(actor, "appeal.edit", appeal.team),
        "here": "organisations",
    }
    return render(request, "desk/signing/organisations.html", context)


@login_required
@require_POST
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps whether organisations may sign, and whether each waits for approval."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    moderate.set_rule(
        actor=actor_of(request),
        appeal=appeal,
        accepts=request.POST.get("accepts") == "1",
        by_hand=request.POST.get("by_hand") == "1",
    )
    messages.success(request, _("Saved."))
    return redirect("desk-organisations", appeal.slug)


@login_required
@proven(acts=["strike", "refuse"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One organisation: who, what it resolved, how its domain was checked, and what to decide."""
    appeal = appeal_or_404(request, slug, "roll.view")
    actor = actor_of(request)
    found = _rows(appeal).filter(pk=pk).first()
    if found is None:
        raise Http404
    acts = _acts(found) if can(actor, "roll.moderate", appeal.team) else []
    form = DecideForm(request.POST or None, acts=acts)
    if request.method == "POST":
        require(actor, "roll.moderate", appeal.team)
        if form.is_valid() and _decide(request, found, form):
            return redirect("desk-organisations", appeal.slug)
    context = {
        "appeal": appeal,
        "row": row_of(
            found,
            getattr(request, "LANGUAGE_CODE", "en"),
            contacts=can(actor, "roll.contacts", appeal.team),
            whole=True,
        ),
        "form": form,
        "acts": acts,
        "here": "organisations",
    }
    return render(request, "desk/signing/organisation.html", context, status=422 if form.errors else 200)


def _acts(row: Organisation) -> list[str]:
    return {
        _State.CONFIRMED.value: ["refuse"],
        _State.CHECKED.value: ["approve", "refuse"],
        _State.SIGNED.value: ["strike"],
    }.get(row.state, [])


def _decide(request: HttpRequest, row: Organisation, form: DecideForm) -> bool:
    """Does what was chosen; False where the form is to be shown again."""
    actor, reason = actor_of(request), form.cleaned_data["reason"]
    try:
        match form.cleaned_data["act"]:
            case "approve":
                moderate.approve(actor=actor, organisation=row)
            case "refuse":
                moderate.refuse(actor=actor, organisation=row, reason=reason)
            case _strike:
                moderate.strike(actor=actor, organisation=row, reason=reason)
    except stand.Standing:
        form.add_error(None, _("This domain has signed the same version already. Refuse this one."))
        return False
    except stand.NotPossible:
        messages.error(request, _("This has changed meanwhile; nothing was done."))
        return True
    except ValidationError as error:
        form.add_error("reason", error.messages)
        return False
    messages.success(request, _("Done."))
    return True
