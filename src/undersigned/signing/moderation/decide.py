"""Deciding about many signatures at once: each decision with its reason, carried out bit by bit, taken back.

Nothing here decides by itself: a pattern only says which signatures a moderator means.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.signing.confirm import family
from undersigned.signing.models import Decision, DecisionLine, Signature
from undersigned.signing.moderate import clean_reason
from undersigned.signing.moderation import patterns, rows, words
from undersigned.signing.moderation.rows import NotPossible

__all__ = ["CHOSEN_MAX", "NotPossible", "carry_on", "decide", "decide_held", "go", "undo"]

CHOSEN_MAX = 200
# One transaction: whoever signs meanwhile waits no longer than this takes.
_CHUNK = 20
_SCAN = 200
_SECONDS = 1.0
_Act, _Outcome = Decision.Act, DecisionLine.Outcome
_NEEDS_REASON = frozenset({_Act.HOLD.value, _Act.REFUSE.value, _Act.STRIKE.value})


def decide(
    *,
    actor: User,
    appeal: Appeal,
    act: str,
    numbers: Iterable[int],
    reason: str = "",
    tells: bool = False,
    at: datetime | None = None,
) -> Decision:
    """Decides about the signatures of these numbers and begins at once; those of other appeals are left out.

    Raises Forbidden, ValidationError, and NotPossible where no signature is named, or too many are.
    """
    now = at or clock.now()
    wanted = set(numbers)
    with transaction.atomic():
        made = _begin(actor, appeal, act, reason, tells, now)
        known = Signature.objects.filter(appeal=appeal, pk__in=sorted(wanted)[: CHOSEN_MAX + 1])
        found = list(known.exclude(kind=Signature.Kind.ORG).order_by("pk").values_list("pk", flat=True))
        if not 0 < len(found) <= CHOSEN_MAX:
            raise NotPossible
        DecisionLine.objects.bulk_create(DecisionLine(decision=made, number=number) for number in found)
        _audit(made, f"signatures.{act}", number=len(found))
    return carry_on(made, now)


def decide_held(
    *,
    actor: User,
    appeal: Appeal,
    act: str,
    reason: str = "",
    pattern: str = "",
    value: str = "",
    tells: bool = False,
    at: datetime | None = None,
) -> Decision:
    """Decides about everything that is held at this moment, or about what of it fits a pattern.

    Carried out by the worker, with its progress on the desk. Raises as `decide` does.
    """
    now = at or clock.now()
    with transaction.atomic():
        made = _begin(actor, appeal, act, reason, tells, now)
        held = Signature.objects.filter(appeal=appeal, state=Signature.State.HELD)
        last = held.order_by("-pk").values_list("pk", flat=True).first()
        if last is None or act == _Act.HOLD or (pattern and pattern not in patterns.KINDS):
            raise NotPossible
        made.whole, made.last, made.pattern, made.value = True, last, pattern, value[:64]
        made.save(update_fields=["whole", "last", "pattern", "value"])
        _audit(made, f"signatures.{act}", all_held=True, pattern=pattern)
    return carry_on(made, now)


def _begin(actor: User, appeal: Appeal, act: str, reason: str, tells: bool, now: datetime) -> Decision:
    require(actor, "roll.moderate", appeal.team)
    if act not in _Act.values:
        raise NotPossible
    reason = clean_reason(reason) if act in _NEEDS_REASON or reason.strip() else ""
    tells = tells and act in (_Act.REFUSE, _Act.STRIKE)
    return Decision.objects.create(
        appeal=appeal, act=act, reason=reason, actor=actor, tells=tells, created_at=now
    )


def _audit(decision: Decision, verb: str, **detail: object) -> None:
    # Without the reason, which may name a person.
    audit.record(
        team=decision.appeal.team, actor=decision.undone_by or decision.actor, verb=verb,
        subject=f"decision:{decision.pk}", **detail,
    )  # fmt: skip


def carry_on(decision: Decision, now: datetime, share: int = 1) -> Decision:
    """Does what there is time for, a few signatures in each transaction; broken off, it goes on."""
    end = time.monotonic() + _SECONDS / share
    while _step(decision.pk, now) and time.monotonic() < end:
        pass
    decision.refresh_from_db()
    return decision


def go(now: datetime | None = None) -> int:
    """Carries on, for the worker, what is not carried out to its end; of how many."""
    at = now or clock.now()
    # As the index has it.
    running = Decision.objects.filter(finished_at__isnull=True) | Decision.objects.filter(
        undone_at__isnull=False, undo_finished_at__isnull=True
    )
    found = list(running.order_by("pk")[:5])
    for one in found:
        carry_on(one, at, len(found))
    return len(found)


@transaction.atomic
def _step(number: int, now: datetime) -> bool:
    """The next few signatures in one transaction; False when nothing is left."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=number)
    if decision.undone_at is not None:
        return decision.undo_finished_at is None and _undo_some(decision, now)
    if decision.finished_at is not None:
        return False
    lines, more = _next(decision)
    for line in lines:
        line.outcome = _Outcome.DONE if _apply(decision, line, now) else _Outcome.MISSED
    DecisionLine.objects.bulk_update(lines, ["outcome", "before", "amends"])
    decision.done = F("done") + sum(line.outcome == _Outcome.DONE for line in lines)
    decision.missed = F("missed") + sum(line.outcome == _Outcome.MISSED for line in lines)
    if not more:
        decision.finished_at = now
    decision.save(update_fields=["done", "missed", "finished_at", "cursor"])
    return more


def _next(decision: Decision) -> tuple[list[DecisionLine], bool]:
    """Lines that wait, those of a whole decision made now; and whether there are more behind them."""
    if not decision.whole:
        waiting = decision.lines.filter(outcome=_Outcome.WAITS).order_by("pk")
        found = list(waiting[: _CHUNK + 1])
        return found[:_CHUNK], len(found) > _CHUNK
    held = Signature.objects.filter(appeal=decision.appeal, state=Signature.State.HELD)
    held = held.filter(pk__gt=decision.cursor, pk__lte=decision.last).order_by("pk")
    scanned = _fitting(decision, held)
    chosen = [pk for pk, fits in scanned if fits][:_CHUNK]
    # Behind the last one that was taken, or behind all that were looked at.
    full = len(chosen) == _CHUNK
    if scanned:
        decision.cursor = chosen[-1] if full else scanned[-1][0]
    made = DecisionLine.objects.bulk_create(DecisionLine(decision=decision, number=pk) for pk in chosen)
    size = _SCAN if decision.pattern else _CHUNK
    return made, full or len(scanned) == size


def _fitting(decision: Decision, held: "patterns.Rows") -> Sequence[tuple[int, bool]]:
    if not decision.pattern:
        return [(pk, True) for pk in held.values_list("pk", flat=True)[:_CHUNK]]
    known = patterns.Reader(decision.appeal)
    found = list(held.select_related("person")[:_SCAN])
    return [(row.pk, known.fits(row, decision.pattern, decision.value)) for row in found]


def _apply(decision: Decision, line: DecisionLine, now: datetime) -> bool:
    """Does the act to one signature; False where it has changed meanwhile."""
    signature = Signature.objects.filter(pk=line.number, appeal=decision.appeal).first()
    if signature is None:
        return False
    found = family(signature)
    row = next((one for one in found if one.pk == line.number), None)
    if row is None:
        return False
    line.before, line.amends = row.state, rows.has_change(row)
    try:
        match decision.act:
            case _Act.HOLD:
                rows.hold(row, decision.reason)
            case _Act.RELEASE:
                rows.release(row)
            case _Act.REFUSE:
                rows.refuse(found, row, decision.reason, now)
            case _strike:
                rows.strike(found, row, decision.reason, now)
    except NotPossible:
        return False
    if decision.tells:
        words.tell(row, decision=decision.pk, now=now)
    return True


def undo(*, actor: User, decision: Decision, at: datetime | None = None) -> Decision:
    """Takes a decision back, as far as nobody went on meanwhile; raises Forbidden, NotPossible.

    What was struck out and is in the log as such gets a new leaf: the person counts again.
    """
    now = at or clock.now()
    require(actor, "roll.moderate", decision.appeal.team)
    with transaction.atomic():
        rows_ = Decision.objects.select_for_update(of=("self",)).select_related("appeal__team")
        row = rows_.get(pk=decision.pk)
        if row.undone_at is not None:
            raise NotPossible
        # What was not carried out yet never is.
        row.finished_at = row.finished_at or now
        row.undone_at, row.undone_by = now, actor
        row.save(update_fields=["finished_at", "undone_at", "undone_by"])
        _audit(row, "signatures.undo", act=row.act)
    return carry_on(row, now)


def _undo_some(decision: Decision, now: datetime) -> bool:
    found = list(decision.lines.filter(outcome=_Outcome.DONE).order_by("pk")[: _CHUNK + 1])
    lines = found[:_CHUNK]
    for line in lines:
        line.outcome = _Outcome.RESTORED if rows.restore(line, now) else _Outcome.KEPT
        if line.outcome == _Outcome.RESTORED and decision.tells:
            signature = Signature.objects.select_related("appeal", "version", "person").get(pk=line.number)
            words.untell(signature, decision=decision.pk)
    DecisionLine.objects.bulk_update(lines, ["outcome"])
    decision.restored = F("restored") + sum(line.outcome == _Outcome.RESTORED for line in lines)
    if len(found) <= _CHUNK:
        decision.undo_finished_at = now
    decision.save(update_fields=["restored", "undo_finished_at"])
    return len(found) > _CHUNK
