"""The desk's queue of disputed names: what is due first, who says what, and the decision."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import clock, paging
from undersigned.lib.vault import VaultError
from undersigned.signing.desk import actor_of
from undersigned.signing.desk_moderation import frame
from undersigned.signing.desk_roll import Row, row_of
from undersigned.signing.disputes import decide, kept
from undersigned.signing.models import Dispute, DisputeLine, Signature

SIZE = 50
_State = Dispute.State
STATES = (_State.OPEN, _State.UPHELD, _State.DISMISSED)
WHY_NOT = {
    "many": gettext_lazy("Several people have this name: look which is meant."),
    "decided": gettext_lazy("This line was disputed before and you showed it again."),
    "address": gettext_lazy("This address has disputed three names in a month."),
    "day": gettext_lazy("Fifty names were disputed in a day."),
}


@dataclass(frozen=True)
class Disputed:
    """A disputed line with the signature it is about, as far as there is one."""

    number: int
    row: Row | None
    line: DisputeLine


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Disputes by state, the oldest open one first: it is due first."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    asked = str(request.GET.get("state", ""))
    state = asked if asked in {one.value for one in STATES} else _State.OPEN.value
    rows = Dispute.objects.filter(appeal=appeal, state=state).order_by(
        "pk" if state == _State.OPEN else "-pk"
    )
    if (after := paging.number(request.GET.get("after"))) is not None:
        rows = rows.filter(pk__gt=after) if state == _State.OPEN else rows.filter(pk__lt=after)
    found = list(rows[: SIZE + 1])
    base = f"?state={state}"
    more = len(found) > SIZE
    context = {
        **frame(appeal, "disputes"),
        "states": [(one.value, one.label, one == state) for one in STATES],
        "rows": [{"dispute": row, "name": _kept(row).name} for row in found[:SIZE]],
        "now": clock.now(),
        "pages": {
            "first": base if after else "",
            "next": f"{base}&after={found[SIZE - 1].pk}" if more else "",
        },
    }
    return render(request, "desk/moderation/disputes.html", context)


def _kept(row: Dispute) -> kept.Kept:
    try:
        return kept.opened(row)
    except VaultError:
        return kept.Kept()


@login_required
@proven(acts=["uphold"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One dispute: who says what, which lines, and what to decide; POST `act` and `reason`."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    rows = Dispute.objects.select_related("appeal__team", "decided_by").exclude(state=_State.ASKED)
    found = rows.filter(appeal=appeal, pk=pk).first()
    if found is None:
        raise Http404
    problem, reason = "", str(request.POST.get("reason", ""))
    if request.method == "POST":
        problem = _decide(request, found, reason)
        if not problem:
            return redirect("desk-dispute", appeal.slug, pk)
    context = {
        **frame(appeal, "disputes"),
        "dispute": found,
        "said": _kept(found),
        "lines": _lines(found),
        "why_not": WHY_NOT.get(found.held_by, ""),
        "open": found.state == _State.OPEN,
        "late": found.due_at is not None and found.due_at <= clock.now(),
        "problem": problem,
        "reason": reason,
    }
    return render(request, "desk/moderation/dispute.html", context, status=422 if problem else 200)


def _decide(request: HttpRequest, found: Dispute, reason: str) -> str:
    """Does what was chosen; the words for what is wrong, empty when all is well."""
    chosen: dict[str, Any] = {"actor": actor_of(request), "dispute": found}
    try:
        match request.POST.get("act"):
            case "freeze":
                decide.freeze_now(**chosen)
            case "dismiss":
                decide.dismiss(**chosen, reason=reason)
            case "uphold":
                numbers = [paging.number(value) for value in request.POST.getlist("number")]
                decide.uphold(**chosen, reason=reason, numbers=[one for one in numbers if one is not None])
            case _other:
                return _("Please choose one of the possibilities.")
    except ValidationError as error:
        return " ".join(error.messages)
    except decide.NotPossible:
        return _("Please tick the lines that are to be struck out; or somebody has decided meanwhile.")
    messages.success(request, _("Done."))
    return ""


def _lines(found: Dispute) -> list[Disputed]:
    lines = list(found.lines.order_by("pk"))
    rows = Signature.objects.select_related("public_line", "person", "version")
    known = rows.in_bulk([line.number for line in lines])
    return [
        Disputed(
            line.number, row_of(known[line.number], contacts=True) if line.number in known else None, line
        )
        for line in lines
    ]
