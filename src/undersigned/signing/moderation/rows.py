"""What a moderator's decision does to one signature, and how it is taken back; in the caller's transaction.

The callers have checked who decides, and hold the rows' locks.
"""

from collections.abc import Sequence
from datetime import datetime

from undersigned.signing import commitment, ending, mine, people, sealing
from undersigned.signing.confirm import family
from undersigned.signing.delivery import guard
from undersigned.signing.models import (
    Amendment,
    DecisionLine,
    DelayedLine,
    PublicLine,
    RecordedEnd,
    Signature,
    Undo,
)

_State = Signature.State


class NotPossible(Exception):
    """The signature is in a state in which this cannot be done; nothing was changed."""


def hold(row: Signature, reason: str) -> None:
    """Keeps a confirmed signature out of the batches."""
    if row.state != _State.CONFIRMED:
        raise NotPossible
    row.state, row.reason = _State.HELD, reason
    row.save(update_fields=["state", "reason"])


def release(row: Signature) -> None:
    """Lets a held signature be recorded with the next batch."""
    # Behind the close leaf nothing is counted any more.
    if row.state != _State.HELD or RecordedEnd.objects.filter(appeal=row.appeal_id).exists():
        raise NotPossible
    row.state, row.reason = _State.CONFIRMED, ""
    row.save(update_fields=["state", "reason"])


def refuse(rows: Sequence[Signature], row: Signature, reason: str, now: datetime) -> None:
    """Refuses a signature that is not recorded yet; what had moved here must not go on counting."""
    if row.leaf_index is not None or row.state not in Signature.LIVE:
        raise NotPossible
    for moved in rows:
        if moved.state == _State.MOVED:
            ending.ask_undo(moved, "struck", now)
    _end(row, _State.REFUSED, reason, now)


def strike(rows: Sequence[Signature], row: Signature, reason: str, now: datetime) -> None:
    """Strikes out what is recorded: off the roll now, its undo leaf follows; refuses what is not."""
    if row.state not in Signature.LIVE:
        raise NotPossible
    if row.leaf_index is None:
        refuse(rows, row, reason, now)
        return
    guard.left(rows, now)
    ending.ask_undo(row, "struck", now)
    _end(row, _State.STRUCK, reason, now)


def has_change(row: Signature) -> bool:
    """Whether a change of the shown name waits for its leaf: striking drops it, taking back asks again."""
    if row.leaf_index is None:
        return False
    same = {"appeal_id": row.appeal_id, "sign_leaf": row.leaf_index}
    return Amendment.objects.filter(**same, leaf_index=None).exists()


def _end(row: Signature, state: Signature.State, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
    row.save(update_fields=["state", "reason", "ended_at"])
    PublicLine.objects.filter(signature=row).update(listed=False)


def restore(line: DecisionLine, now: datetime) -> bool:
    """Takes back what a decision did to one signature; False where the log or its person went on."""
    row = Signature.objects.select_for_update().filter(pk=line.number).first()
    if row is None:
        return False
    closed = RecordedEnd.objects.filter(appeal=row.appeal_id).exists()
    match row.state:
        case _State.HELD if line.before == _State.CONFIRMED and not closed:
            release(row)
            return True
        case _State.CONFIRMED if line.before == _State.HELD:
            hold(row, row.reason)
            return True
        case _State.REFUSED | _State.STRUCK:
            return _revive(row, line, now, closed)
        case _went_on:
            return False


def _revive(row: Signature, line: DecisionLine, now: datetime, closed: bool) -> bool:
    rows = family(row)
    row = next(one for one in rows if one.pk == line.number)
    known = hasattr(row, "person") or sealing.of(row) is not None
    if any(one.state in Signature.LIVE for one in rows) or not known:
        # The person has signed anew meanwhile, or is known no more.
        return False
    if row.leaf_index is None:
        if closed:
            return False
        _move_again(rows)
        _stand(row, Signature.State(line.before))
        return True
    undo = Undo.objects.select_for_update().filter(appeal=row.appeal_id, sign_leaf=row.leaf_index).first()
    if undo is None or undo.leaf_index is None:
        return _recall(row, undo, line, now)
    return False if closed else _sign_again(row, line)


def _move_again(rows: Sequence[Signature]) -> None:
    """What had moved to a signature that stands again waits for it once more, if no leaf says otherwise."""
    leaves = [one.leaf_index for one in rows if one.state == _State.MOVED and one.leaf_index is not None]
    waiting = Undo.objects.filter(appeal=rows[0].appeal_id, sign_leaf__in=leaves, leaf_index=None)
    waiting.update(why="moved")


def _recall(row: Signature, undo: Undo | None, line: DecisionLine, now: datetime) -> bool:
    """The log knows nothing of it yet: the leaf that was asked for is not written."""
    if undo is not None:
        undo.delete()
    _stand(row, Signature.State(line.before))
    if line.amends:
        mine.ask_amend(row, now)
    return True


def _sign_again(row: Signature, line: DecisionLine) -> bool:
    """The undo leaf is written, and a leaf is never taken back: the same person gets a new sign leaf."""
    shown = PublicLine.objects.filter(signature=row).first()
    if shown is None:
        return False
    row.leaf_index = row.recorded_at = None
    commitment.apply(row, _committed(row, shown))
    row.save(update_fields=["leaf_index", "recorded_at", "salt_public", "salt_private", "commitment"])
    # What was in dispute is looked at before it is named again.
    _stand(row, _State.HELD if line.before == _State.DISPUTED else _State.CONFIRMED)
    return True


def _committed(row: Signature, line: PublicLine) -> commitment.Commitment:
    own = sealing.of(row)
    if own is not None:
        return commitment.commit_digest(commitment.shown(line), bytes(own.private_digest))
    return commitment.commit(line, commitment.bound(row, people.unseal(row.person)["email"]))


def _stand(row: Signature, state: Signature.State) -> None:
    row.state, row.reason, row.ended_at = state, "", None
    row.save(update_fields=["state", "reason", "ended_at"])
    # A name that waits before it appears goes on waiting.
    waits = DelayedLine.objects.filter(signature=row).exists()
    if state == _State.RECORDED and row.display != Signature.Display.UNLISTED and not waits:
        PublicLine.objects.filter(signature=row).update(listed=True)
