"""The team's decision about a dispute: upheld, the line is struck out; dismissed, it is shown again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock
from undersigned.signing.confirm import family
from undersigned.signing.disputes import freeze, mails
from undersigned.signing.models import Dispute, DisputeLine, PublicLine, Signature
from undersigned.signing.moderate import clean_reason
from undersigned.signing.moderation import rows as acts

_State, _Outcome = Dispute.State, DisputeLine.Outcome


class NotPossible(Exception):
    """The dispute is decided already, or names no line that stands; nothing was changed."""


@transaction.atomic
def uphold(
    *,
    actor: User,
    dispute: Dispute,
    reason: str,
    numbers: Iterable[int] | None = None,
    at: datetime | None = None,
) -> Dispute:
    """Strikes the disputed lines out, or those of these numbers, and shows the others again.

    Who wrote and who had signed are told. Raises Forbidden, ValidationError, NotPossible.
    """
    now = at or clock.now()
    row, reason = _locked(actor, dispute, reason)
    found = list(row.lines.order_by("pk"))
    meant = {line.number for line in found} if numbers is None else set(numbers)
    if not meant & {line.number for line in found}:
        raise NotPossible
    for line in found:
        _settle(row, line, struck=line.number in meant, reason=reason, now=now)
    return _end(actor, row, _State.UPHELD, reason, now)


@transaction.atomic
def dismiss(*, actor: User, dispute: Dispute, reason: str, at: datetime | None = None) -> Dispute:
    """Shows the disputed lines again; raises as `uphold` does."""
    now = at or clock.now()
    row, reason = _locked(actor, dispute, reason)
    for line in row.lines.order_by("pk"):
        _settle(row, line, struck=False, reason=reason, now=now)
    return _end(actor, row, _State.DISMISSED, reason, now)


@transaction.atomic
def freeze_now(*, actor: User, dispute: Dispute, at: datetime | None = None) -> Dispute:
    """Takes the names out of sight where the rules had the team look first; raises Forbidden, NotPossible."""
    now = at or clock.now()
    row = _row(actor, dispute)
    for line in row.lines.filter(frozen=False):
        found = Signature.objects.select_for_update(of=("self",)).filter(pk=line.number)
        signature = found.select_related("person", "version", "appeal").first()
        if signature is not None:
            freeze.freeze_row(signature, now)
            line.frozen = True
            line.save(update_fields=["frozen"])
            mails.signatory(row, line, signature)
    _audit(actor, row, "dispute.freeze")
    return row


def _row(actor: User, dispute: Dispute) -> Dispute:
    require(actor, "roll.moderate", dispute.appeal.team)
    row = Dispute.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=dispute.pk)
    if row.state != _State.OPEN:
        raise NotPossible
    return row


def _locked(actor: User, dispute: Dispute, reason: str) -> tuple[Dispute, str]:
    require(actor, "roll.moderate", dispute.appeal.team)
    return _row(actor, dispute), clean_reason(reason)


def _settle(dispute: Dispute, line: DisputeLine, *, struck: bool, reason: str, now: datetime) -> None:
    signature = Signature.objects.select_related("person", "version", "appeal").filter(pk=line.number).first()
    rows = family(signature) if signature else []
    row = next((one for one in rows if one.pk == line.number), None)
    if signature is None or row is None or row.state not in Signature.LIVE:
        line.outcome = _Outcome.GONE
    elif struck:
        acts.strike(rows, row, reason, now)
        line.outcome = _Outcome.STRUCK
        mails.told_signatory(dispute, line, signature, shown=False)
    else:
        line.outcome = _Outcome.SHOWN
        if line.frozen and _show(row, line):
            mails.told_signatory(dispute, line, signature, shown=True)
    line.save(update_fields=["outcome"])


def _show(row: Signature, line: DisputeLine) -> bool:
    """Shows a frozen line again, unless another dispute still keeps it out of sight."""
    others = DisputeLine.objects.filter(number=row.pk, frozen=True, dispute__state=_State.OPEN)
    if row.state != Signature.State.DISPUTED or others.exclude(pk=line.pk).exists():
        return False
    row.state = Signature.State.RECORDED
    row.save(update_fields=["state"])
    if row.display != Signature.Display.UNLISTED:
        PublicLine.objects.filter(~Q(name=""), pk=row.pk).update(listed=True)
    return True


def _end(actor: User, row: Dispute, state: Dispute.State, reason: str, now: datetime) -> Dispute:
    row.state, row.reason, row.decided_at, row.decided_by = state, reason, now, actor
    row.save()
    upheld = state == _State.UPHELD
    mails.answer(row, "dispute-upheld" if upheld else "dispute-dismissed")
    _audit(actor, row, "dispute.uphold" if upheld else "dispute.dismiss")
    return row


def _audit(actor: User, row: Dispute, verb: str) -> None:
    # Without the reason, which may name a person.
    audit.record(team=row.appeal.team, actor=actor, verb=verb, subject=f"dispute:{row.pk}")
