"""A moderator's acts on single signatures: hold, release, refuse, strike out; each with a reason."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock
from undersigned.signing.confirm import family
from undersigned.signing.models import Signature
from undersigned.signing.moderation import rows as acts
from undersigned.signing.moderation.rows import NotPossible

__all__ = ["REASON_MAX", "NotPossible", "clean_reason", "hold", "refuse", "release", "strike"]

REASON_MAX = 300


@transaction.atomic
def strike(*, actor: User, signature: Signature, reason: str, at: datetime | None = None) -> Signature:
    """Strikes a signature out: its name leaves the roll now, its undo leaf follows with the next batch.

    One that is not recorded yet is refused instead and never counts. Raises Forbidden, ValidationError,
    NotPossible.
    """
    rows, row, reason = _locked(actor, signature, reason)
    acts.strike(rows, row, reason, at or clock.now())
    _audit(actor, row, "signature.strike" if row.state == Signature.State.STRUCK else "signature.refuse")
    return row


@transaction.atomic
def refuse(*, actor: User, signature: Signature, reason: str, at: datetime | None = None) -> Signature:
    """Refuses a signature that is not recorded yet; it never counts. Raises as `strike` does."""
    rows, row, reason = _locked(actor, signature, reason)
    acts.refuse(rows, row, reason, at or clock.now())
    _audit(actor, row, "signature.refuse")
    return row


@transaction.atomic
def hold(*, actor: User, signature: Signature, reason: str) -> Signature:
    """Keeps a confirmed signature out of the batches until somebody decides. Raises as `strike` does."""
    _rows, row, reason = _locked(actor, signature, reason)
    acts.hold(row, reason)
    _audit(actor, row, "signature.hold")
    return row


@transaction.atomic
def release(*, actor: User, signature: Signature) -> Signature:
    """Lets a held signature be recorded with the next batch. Raises Forbidden, NotPossible."""
    require(actor, "roll.moderate", signature.appeal.team)
    row = Signature.objects.select_for_update().get(pk=signature.pk)
    acts.release(row)
    _audit(actor, row, "signature.release")
    return row


def clean_reason(reason: str) -> str:
    """A reason on one line; raises ValidationError for none, or one that is too long."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Please give a reason.")})
    if len(reason) > REASON_MAX:
        raise ValidationError({"reason": _("The reason is too long: at most 300 characters.")})
    return reason


def _locked(actor: User, signature: Signature, reason: str) -> tuple[list[Signature], Signature, str]:
    require(actor, "roll.moderate", signature.appeal.team)
    reason = clean_reason(reason)
    rows = family(signature)
    row = next((one for one in rows if one.pk == signature.pk), None)
    if row is None:
        raise NotPossible
    return rows, row, reason


def _audit(actor: User, row: Signature, verb: str) -> None:
    # Without the reason, which may name the person: it stands in the signature's row and is erased with it.
    audit.record(team=row.appeal.team, actor=actor, verb=verb, subject=f"signature:{row.pk}")
