"""The desk's pages about updates: written, previewed, published, sent, paused, taken down."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.permissions import can
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib.fields import FieldError
from undersigned.signing.desk import actor_of
from undersigned.signing.models import Update, UpdateRound
from undersigned.signing.updates import send, write
from undersigned.signing.updates.forms import UpdateForm

PER_PAGE = 50
_PAGE = ["GET", "HEAD", "POST"]


def _frame(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "may_write": can(actor_of(request), "update.write", appeal.team),
        "may_send": can(actor_of(request), "update.send", appeal.team),
        "here": "updates",
    }


@login_required
@never_cache
@require_safe
def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """Drafts and published updates, newest first, with how far each was sent."""
    appeal = appeal_or_404(request, slug, "appeal.view")
    rows = Update.objects.filter(appeal=appeal).select_related("round").defer("words").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    context = _frame(request, appeal) | {
        "rows": found[:PER_PAGE],
        "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0,
    }
    return render(request, "desk/signing/updates.html", context)


@login_required
@never_cache
@require_http_methods(_PAGE)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """An update that is begun."""
    appeal = appeal_or_404(request, slug, "update.write")
    original = reading.original(appeal)
    form = UpdateForm(request.POST if request.method == "POST" else None, initial={
        "language": original.language, "revision": 0,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made = _saved(request, appeal, form, None)
        if made is not None:
            return redirect("desk-update", appeal.slug, made.pk)
    context = _frame(request, appeal) | {"form": form}
    return render(request, "desk/signing/update.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, appeal: Appeal, form: UpdateForm, update: Update | None) -> Update | None:
    """The draft as it is kept now; None where the form says what was wrong."""
    values = dict(form.cleaned_data)
    revision = values.pop("revision") or 0
    try:
        made = write.save(actor=actor_of(request), appeal=appeal, update=update, revision=revision, **values)
    except (FieldError, ValidationError) as error:
        form.add_error(None, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return None
    except write.Conflict:
        form.add_error(None, _conflict())
        return None
    messages.success(request, _("Kept."))
    return made


def _conflict() -> str:
    return _("Somebody else changed this meanwhile: look at it again before you go on.")


@login_required
@never_cache
@require_http_methods(_PAGE)
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One update: its draft with the preview; once published, its round and what became of the mails."""
    appeal = appeal_or_404(request, slug, "update.write" if request.method == "POST" else "appeal.view")
    rows = Update.objects.select_related("appeal__team", "round").filter(appeal=appeal, pk=pk)
    found = rows.first()
    if found is None:
        raise Http404
    form = UpdateForm(initial={name: getattr(found, name) for name in UpdateForm.base_fields})
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "save":
            form = UpdateForm(request.POST)
            if form.is_valid() and _saved(request, appeal, form, found):
                return redirect("desk-update", appeal.slug, found.pk)
        else:
            return _act(request, found, act)
    return _show(request, found, form)


def _act(request: HttpRequest, found: Update, act: str) -> HttpResponse:
    try:
        _do(request, found, act)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except write.Conflict:
        messages.error(request, _conflict())
    if act == "discard" and not Update.objects.filter(pk=found.pk).exists():
        return redirect("desk-updates", found.appeal.slug)
    return redirect("desk-update", found.appeal.slug, found.pk)


def _do(request: HttpRequest, found: Update, act: str) -> None:
    actor, turn = actor_of(request), getattr(found, "round", None)
    match act:
        case "discard":
            write.discard(actor=actor, update=found)
        case "publish" | "publish-send":
            typed = request.POST.get("revision", "")
            seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
            made = write.publish(actor=actor, update=found, revision=seen)
            if act == "publish-send":
                send.start(actor=actor, update=made)
        case "send":
            send.start(actor=actor, update=found)
        case "pause" | "resume" if turn is not None:
            (send.pause if act == "pause" else send.resume)(actor=actor, turn=turn)
        case "down":
            write.take_down(actor=actor, update=found)
        case _unknown:
            raise Http404


def _show(request: HttpRequest, found: Update, form: UpdateForm) -> HttpResponse:
    turn: UpdateRound | None = getattr(found, "round", None)
    may_start = turn is None and found.taken_down_at is None
    context = _frame(request, found.appeal) | {
        "update": found,
        "form": form,
        "html": write.rendered(found.words, found.language, f"update-{found.pk}"),
        "turn": turn,
        "waiting": send.waiting(turn) if turn else 0,
        "askers": send.askers(found.appeal) if may_start else 0,
        "refresh": turn is not None and turn.state == UpdateRound.State.RUNNING,
    }
    return render(request, "desk/signing/update.html", context, status=422 if form.errors else 200)
