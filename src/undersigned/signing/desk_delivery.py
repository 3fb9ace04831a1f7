"""The desk's pages about what is handed to the addressee: asked for, fetched, handed over, answered, told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals import written_dates
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib.fields import FieldError
from undersigned.signing.delivery import ask, hand_over, making, tell
from undersigned.signing.delivery_forms import AnswerForm, AskForm, HandOverForm
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Delivery

PER_PAGE = 50
_FORMS = {"note": HandOverForm, "answer": AnswerForm}


def _frame(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "appeal": appeal,
        "may_manage": can(actor, "delivery.manage", appeal.team),
        "may_fetch": can(actor, "delivery.fetch", appeal.team),
        "here": "delivery",
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deliveries(request: HttpRequest, slug: str) -> HttpResponse:
    """What was made for whom, newest first, and the form that asks for a bundle of this moment."""
    appeal = appeal_or_404(request, slug, "delivery.manage" if request.method == "POST" else "appeal.view")
    form = AskForm(appeal, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask.ask(actor=actor_of(request), appeal=appeal, **form.cleaned_data)
        except (FieldError, ValidationError) as error:
            form.add_error("recipient" if isinstance(error, FieldError) else None, _said(error))
        else:
            messages.success(request, _("The bundle is being made. This page says how far it is."))
            return redirect("desk-delivery", appeal.slug, made.pk)
    before = request.GET.get("before", "")
    rows = Delivery.objects.filter(appeal=appeal).select_related("text").defer("text__draft").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    context = _frame(request, appeal) | {
        "rows": found[:PER_PAGE],
        "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0,
        "form": form,
        "unmade": ask.unmade(appeal),
        "begun": appeal.state != Appeal.State.DRAFT,
    }
    return render(request, "desk/signing/deliveries.html", context, status=422 if form.errors else 200)


def _said(error: FieldError | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _delivery_or_404(appeal: Appeal, pk: int) -> Delivery:
    rows = Delivery.objects.select_related("appeal__team", "text").defer("text__draft")
    found = rows.filter(appeal=appeal, pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One bundle: how far it is, its file, its handing over, what was answered, who is told."""
    appeal = appeal_or_404(request, slug, "delivery.manage" if request.method == "POST" else "appeal.view")
    found = _delivery_or_404(appeal, pk)
    known = hand_over.handed(found)
    noted = {"on": found.handed_on, "how": found.handed_how, "by": known.by, "told": known.note}
    forms: dict[str, Any] = {"note": HandOverForm(initial=noted), "answer": AnswerForm()}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act in _FORMS:
            forms[act] = _FORMS[act](request.POST)
        try:
            if _did(request, found, act, forms.get(act)):
                messages.success(request, _("Kept."))
                return redirect("desk-delivery", appeal.slug, found.pk)
        except (FieldError, ValidationError) as error:
            if act not in forms:
                messages.error(request, _said(error))
                return redirect("desk-delivery", appeal.slug, found.pk)
            forms[act].add_error(None, _said(error))
    return _show(request, found, forms)


def _did(request: HttpRequest, delivery: Delivery, act: str, form: Any) -> bool:
    """Does what was asked; False for a form that is not filled in."""
    actor = actor_of(request)
    if form is not None and not form.is_valid():
        return False
    match act:
        case "note":
            hand_over.note(actor=actor, delivery=delivery, **form.cleaned_data)
        case "answer":
            hand_over.publish_answer(actor=actor, delivery=delivery, **form.cleaned_data)
        case "tell":
            tell.start(actor=actor, delivery=delivery)
        case "tell-answer" | "down":
            number = request.POST.get("answer", "")
            wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
            answer = delivery.answers.select_related("delivery__appeal__team").filter(pk=wanted).first()
            if answer is None:
                raise Http404
            if act == "down":
                hand_over.take_down(actor=actor, answer=answer)
            else:
                tell.start(actor=actor, delivery=delivery, answer=answer)
        case _unknown:
            raise Http404
    return True


def _show(request: HttpRequest, found: Delivery, forms: dict[str, Any]) -> HttpResponse:
    rounds = {turn.answer_id: turn for turn in found.news.all()}
    answers = [
        {
            "answer": answer,
            "date": written_dates.written_out(answer.date, answer.language),
            "turn": rounds.get(answer.pk),
        }
        for answer in found.answers.order_by("pk")
    ]
    context = _frame(request, found.appeal) | {
        "delivery": found,
        "step": _(making.STEPS[found.step]) if found.step in making.STEPS else "",
        "problem": _(found.problem) if found.problem else "",
        "gone": hand_over.gone_words(found) if found.gone_at and found.made_at else "",
        "handed": hand_over.handed(found),
        "turn": rounds.get(None),
        "answers": answers,
        "askers": tell.askers(found.appeal) if found.handed_on else 0,
        "forms": forms,
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "desk/signing/delivery.html", context, status=422 if wrong else 200)


@login_required
@proven
@never_cache
@require_POST
def fetch(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The bundle as a file; each fetch leaves an audit row."""
    appeal = appeal_or_404(request, slug, "delivery.fetch")
    found = _delivery_or_404(appeal, pk)
    try:
        pieces = hand_over.fetch(actor=actor_of(request), delivery=found)
    except hand_over.NotKept as error:
        messages.error(request, str(error))
        return redirect("desk-delivery", appeal.slug, found.pk)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Length"] = str(found.size)
    name = f"{appeal.slug}-{found.moment:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
