"""A moderator's acts on single signatures: hold, release, refuse, strike out; each with a reason."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock
from undersigned.signing import ending
from undersigned.signing.confirm import family
from undersigned.signing.delivery import guard
from undersigned.signing.models import PublicLine, RecordedEnd, Signature

REASON_MAX = 300
_State = Signature.State


class NotPossible(Exception):
    """The signature is in a state in which this cannot be done; nothing was changed."""


@transaction.atomic
def strike(*, actor: User, signature: Signature, reason: str, at: datetime | None = None) -> Signature:
    """Strikes a signature out: its name leaves the roll now, its undo leaf follows with the next batch.

    One that is not recorded yet is refused instead and never counts. Raises Forbidden, ValidationError,
    NotPossible.
    """
    now = at or clock.now()
    rows, row, reason = _locked(actor, signature, reason)
    if row.state not in Signature.LIVE:
        raise NotPossible
    if row.leaf_index is None:
        return _refuse(actor, rows, row, reason, now)
    guard.left(rows, now)
    ending.ask_undo(row, "struck", now)
    _end(row, _State.STRUCK, reason, now)
    _audit(actor, row, "signature.strike")
    return row


@transaction.atomic
def refuse(*, actor: User, signature: Signature, reason: str, at: datetime | None = None) -> Signature:
    """Refuses a signature that is not recorded yet; it never counts. Raises as `strike` does."""
    rows, row, reason = _locked(actor, signature, reason)
    if row.leaf_index is not None or row.state not in Signature.LIVE:
        raise NotPossible
    return _refuse(actor, rows, row, reason, at or clock.now())


@transaction.atomic
def hold(*, actor: User, signature: Signature, reason: str) -> Signature:
    """Keeps a confirmed signature out of the batches until somebody decides. Raises as `strike` does."""
    _rows, row, reason = _locked(actor, signature, reason)
    if row.state != _State.CONFIRMED:
        raise NotPossible
    row.state, row.reason = _State.HELD, reason
    row.save(update_fields=["state", "reason"])
    _audit(actor, row, "signature.hold")
    return row


@transaction.atomic
def release(*, actor: User, signature: Signature) -> Signature:
    """Lets a held signature be recorded with the next batch. Raises Forbidden, NotPossible."""
    require(actor, "roll.moderate", signature.appeal.team)
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    # Behind the close leaf nothing is counted any more.
    if row.state != _State.HELD or RecordedEnd.objects.filter(appeal=row.appeal_id).exists():
        raise NotPossible
    row.state, row.reason = _State.CONFIRMED, ""
    row.save(update_fields=["state", "reason"])
    _audit(actor, row, "signature.release")
    return row


def _locked(actor: User, signature: Signature, reason: str) -> tuple[list[Signature], Signature, str]:
    require(actor, "roll.moderate", signature.appeal.team)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Please give a reason.")})
    if len(reason) > REASON_MAX:
        raise ValidationError({"reason": _("The reason is too long: at most 300 characters.")})
    rows = family(signature)
    row = next((one for one in rows if one.pk == signature.pk), None)
    if row is None:
        raise NotPossible
    return rows, row, reason


def _refuse(actor: User, rows: list[Signature], row: Signature, reason: str, now: datetime) -> Signature:
    # What had moved here must not go on counting where it was.
    for moved in rows:
        if moved.state == _State.MOVED:
            ending.ask_undo(moved, "struck", now)
    _end(row, _State.REFUSED, reason, now)
    _audit(actor, row, "signature.refuse")
    return row


def _end(row: Signature, state: Signature.State, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
    row.save(update_fields=["state", "reason", "ended_at"])
    PublicLine.objects.filter(signature=row).update(listed=False)


def _audit(actor: User, row: Signature, verb: str) -> None:
    # Without the reason, which may name the person: it stands in the signature's row and is erased with it.
    audit.record(team=row.appeal.team, actor=actor, verb=verb, subject=f"signature:{row.pk}")
