"""The moderation desk: the queue, decisions about many at once and their taking back, words, the switches."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import paging
from undersigned.signing import hidden
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Decision, Dispute
from undersigned.signing.moderate import REASON_MAX
from undersigned.signing.moderation import decide, queue, review, words

ACTS = {
    "held": (
        ("release", gettext_lazy("Let them be recorded")),
        ("refuse", gettext_lazy("Refuse them")),
    ),
    "recorded": (("strike", gettext_lazy("Strike them out")),),
}
KINDS = {
    "domain": gettext_lazy("Mail domains"),
    "network": gettext_lazy("Networks"),
    "burst": gettext_lazy("Moments"),
    "name": gettext_lazy("Nearly the same name"),
    "disposable": gettext_lazy("Throw-away addresses"),
}


class DecideForm(forms.Form):
    """What a moderator decides about some signatures, and why."""

    act = forms.ChoiceField(label=gettext_lazy("What is to be done"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=REASON_MAX,
        help_text=gettext_lazy("For the team. Needed for everything but letting them be recorded."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    tells = forms.BooleanField(
        label=gettext_lazy("Write to those who are refused, in half an hour, in our own words"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, which: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["act"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(ACTS[which])
        if len(ACTS[which]) == 1:
            field.initial = ACTS[which][0][0]


@login_required
@proven(acts=["strike"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The queue of held signatures with their reasons; POST decides about those ticked, or about all."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    asked = queue.Asked.read(request.GET)
    form = DecideForm(request.POST or None, which=asked.which)
    if request.method == "POST" and form.is_valid() and _decide(request, appeal, asked, form):
        return redirect(_here(appeal, asked))
    return _show(request, appeal, asked, form)


def _here(appeal: Appeal, asked: queue.Asked) -> str:
    return paging.links(reverse("desk-moderation", args=[appeal.slug]), asked.query, "", "x")["first"]


def _decide(request: HttpRequest, appeal: Appeal, asked: queue.Asked, form: DecideForm) -> bool:
    chosen = {
        "actor": actor_of(request), "appeal": appeal, "act": form.cleaned_data["act"],
        "reason": form.cleaned_data["reason"], "tells": form.cleaned_data["tells"],
    }  # fmt: skip
    try:
        if request.POST.get("whole") == "1" and asked.which == "held":
            made = decide.decide_held(**chosen, pattern=asked.pattern, value=asked.value)
        else:
            numbers = [paging.number(value) for value in request.POST.getlist("pk")[: decide.CHOSEN_MAX + 1]]
            made = decide.decide(**chosen, numbers=[pk for pk in numbers if pk is not None])
    except ValidationError as error:
        form.add_error("reason", error.messages)
        return False
    except decide.NotPossible:
        form.add_error(None, _("Please tick at least one signature, and at most 200."))
        return False
    _say(request, made)
    return True


def _say(request: HttpRequest, made: Decision) -> None:
    if made.is_running:
        messages.info(request, _("This goes on in the background; below you see how far it is."))
    elif made.missed:
        messages.warning(request, _("Done, except where signatures had changed meanwhile."))
    else:
        messages.success(request, _("Done. Below you can take it back."))


def _show(request: HttpRequest, appeal: Appeal, asked: queue.Asked, form: DecideForm) -> HttpResponse:
    actor = actor_of(request)
    shown = queue.page(actor=actor, appeal=appeal, asked=asked)
    base = reverse("desk-moderation", args=[appeal.slug])
    held = queue.count(appeal)
    context = {
        **frame(appeal, "queue"),
        "asked": asked,
        "kind": KINDS.get(asked.pattern, ""),
        "rows": shown.rows,
        "pages": paging.links(base, asked.query, shown.next, shown.previous) | {"last": ""},
        "all_url": base,
        "held": min(held, queue.COUNTED),
        "more_held": held > queue.COUNTED,
        "form": form,
        "decisions": queue.decisions(actor=actor, appeal=appeal),
    }
    return render(request, "desk/moderation/queue.html", context, status=422 if form.errors else 200)


def frame(appeal: Appeal, place: str) -> dict[str, Any]:
    """What every page of the moderation desk shows above its own."""
    waiting = Dispute.objects.filter(appeal=appeal, state=Dispute.State.OPEN).order_by()
    return {
        "appeal": appeal,
        "here": "moderation",
        "place": place,
        "disputes_open": waiting[:100].count(),
    }


@login_required
@require_POST
def undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes a decision back, as far as nobody went on meanwhile."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    found = Decision.objects.filter(appeal=appeal, pk=pk).select_related("appeal__team").first()
    if found is None:
        raise Http404
    try:
        _say(request, decide.undo(actor=actor_of(request), decision=found))
    except decide.NotPossible:
        messages.error(request, _("This was taken back before."))
    return redirect("desk-moderation", appeal.slug)


@login_required
@require_POST
def set_review(request: HttpRequest, slug: str) -> HttpResponse:
    """Holds each new signature for review, or none."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    review.set_review(actor=actor_of(request), appeal=appeal, on=request.POST.get("review") == "1")
    messages.success(request, _("Saved."))
    return redirect("desk-moderation", appeal.slug)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refusal_words(request: HttpRequest, slug: str) -> HttpResponse:
    """What signers are told whose signature does not count, in each language of the appeal."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    problem = ""
    typed = str(request.POST.get("words", "")) if request.method == "POST" else ""
    language = str(request.POST.get("language", ""))
    if request.method == "POST":
        try:
            words.keep(actor=actor_of(request), appeal=appeal, language=language, words=typed)
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk-moderation-words", appeal.slug)
    rows = [
        {"language": tag, "name": name, "words": typed if problem and tag == language else kept}
        for tag, name, kept in words.all_of(appeal)
    ]
    context = {**frame(appeal, "words"), "rows": rows, "problem": problem, "most": words.WORDS_MAX}
    return render(request, "desk/moderation/words.html", context, status=422 if problem else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest, slug: str) -> HttpResponse:
    """Hide all names now, and show them again; each with a reason."""
    appeal = appeal_or_404(request, slug, "names.hide")
    problem, reason = "", str(request.POST.get("reason", ""))
    if request.method == "POST":
        act = hidden.show if request.POST.get("act") == "show" else hidden.hide
        try:
            act(actor=actor_of(request), appeal=appeal, reason=reason)
        except ValidationError as error:
            problem = " ".join(error.messages)
        except hidden.NotPossible:
            messages.error(request, _("This has changed meanwhile; nothing was done."))
            return redirect("desk-names", appeal.slug)
        else:
            messages.success(request, _("Done. It holds everywhere within a second."))
            return redirect("desk-names", appeal.slug)
    context = {**frame(appeal, "names"), "last": hidden.last(appeal), "problem": problem, "reason": reason}
    context["may_moderate"] = can(actor_of(request), "roll.moderate", appeal.team)
    return render(request, "desk/moderation/names.html", context, status=422 if problem else 200)
