"""Confirming: the first confirmation of an address wins, and a signature of other words moves here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from undersigned.appeals.models import Appeal
from undersigned.lib import clock, tokens
from undersigned.mailroom import address as addresses
from undersigned.mailroom import queue
from undersigned.signing import commitment, ending, mails, opening, people
from undersigned.signing.models import Signature

PENDING_FOR = timedelta(days=mails.PENDING_DAYS)


class Outcome(StrEnum):
    """What became of a confirmation."""

    RECORDED_SOON = "recorded_soon"
    ALREADY = "already"
    MOVED = "moved"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True)
class Confirmed:
    """A confirmation's outcome, and the signature that now stands for the person (None where none does)."""

    signature: Signature | None
    outcome: Outcome


def find(token_or_code: str) -> Signature | None:
    """The signature of a confirmation's link or typed code, None for anything else."""
    rows = Signature.objects.select_related("appeal__team", "version__text", "public_line")
    nonce = tokens.nonce_of("confirm", token_or_code)
    if nonce is not None:
        return rows.filter(nonce=nonce).first()
    code = tokens.normal_code(token_or_code) if len(token_or_code) <= 100 else None
    return rows.filter(code_key=tokens.code_key(code)).first() if code else None


def standing(signature: Signature, at: datetime) -> Outcome | None:
    """What stands in the way of confirming a pending signature now; None when nothing does."""
    if signature.state != Signature.State.PENDING:
        return Outcome.RECORDED_SOON if signature.state == Signature.State.CONFIRMED else Outcome.ALREADY
    if signature.created_at + PENDING_FOR <= at:
        return Outcome.EXPIRED
    if signature.appeal.state == Appeal.State.DRAFT:
        # Before the opening only first signatories are asked.
        return None if signature.first_order is not None else Outcome.CLOSED
    if not opening.accepts_confirmation(signature.appeal, signed_at=signature.created_at, at=at):
        return Outcome.CLOSED
    return None


def confirm(*, token: str | None = None, code: str | None = None, at: datetime | None = None) -> Confirmed:
    """Makes a pending signature count with the next batch; doing it twice changes nothing.

    An unknown link or code answers `expired` without a signature.
    """
    found = find(token or code or "")
    if found is None:
        return Confirmed(None, Outcome.EXPIRED)
    now = at or clock.now()
    try:
        with transaction.atomic():
            return _confirm(found, now)
    except IntegrityError:
        # Another confirmation of the same address was faster and is seen now.
        with transaction.atomic():
            return _confirm(found, now)


def family(signature: Signature) -> list[Signature]:
    """All rows of an address in an appeal, locked in one order: no two acts deadlock."""
    rows = Signature.objects.select_for_update().order_by("pk")
    if signature.repeat_key is None:
        return list(rows.filter(pk=signature.pk))
    return list(rows.filter(appeal_id=signature.appeal_id, repeat_key=bytes(signature.repeat_key)))


def _confirm(found: Signature, now: datetime) -> Confirmed:
    rows = family(found)
    row = next((one for one in rows if one.pk == found.pk), None)
    if row is None:
        return Confirmed(None, Outcome.EXPIRED)
    row.appeal, row.version = found.appeal, found.version
    hindrance = standing(row, now)
    if hindrance is not None:
        return Confirmed(None if hindrance in (Outcome.EXPIRED, Outcome.CLOSED) else row, hindrance)
    old = next((one for one in rows if one.state in Signature.LIVE), None)
    email = people.unseal(row.person)["email"]
    if old is not None:
        if not _proven(row, email, old):
            drop([row])
            return Confirmed(None, Outcome.EXPIRED)
        movable = old.state in (Signature.State.CONFIRMED, Signature.State.RECORDED)
        if old.version_id == row.version_id or not movable:
            drop([row])
            return Confirmed(old, Outcome.ALREADY)
        email = _move(old, row, now)
    _stand(row, email, now)
    drop([one for one in rows if one.state == Signature.State.PENDING and one.pk != row.pk])
    mails.signed(row, to=email, language=row.version.language)
    return Confirmed(row, Outcome.MOVED if old else Outcome.RECORDED_SOON)


def _proven(row: Signature, email: str, old: Signature) -> bool:
    """Whether this link went to the mailbox that the standing signature was confirmed from.

    Since that signature stands, mail for a repeat goes to its own address. A link that is older went to
    the address as typed, which a plus sign or a dot may make somebody else's.
    """
    if old.confirmed_at is not None and row.created_at > old.confirmed_at:
        return True
    return addresses.normal(email) == addresses.normal(people.unseal(old.person)["email"])


def _stand(row: Signature, email: str, now: datetime) -> None:
    row.state = Signature.State.CONFIRMED
    row.confirmed_at = now
    commitment.apply(row, commitment.commit(row.public_line, email))
    row.save(
        update_fields=[
            "state",
            "confirmed_at",
            "salt_public",
            "salt_private",
            "commitment",
            "first_order",
        ]
    )


def _move(old: Signature, row: Signature, now: datetime) -> str:
    """Ends the old signature in favour of the new one; the new one keeps the proven address and its place."""
    values = people.unseal(row.person)
    values["email"] = people.unseal(old.person)["email"]
    row.person.sealed = people.seal_values(values)
    row.person.save(update_fields=["sealed"])
    if row.first_order is None and old.first_order is not None:
        row.first_order = old.first_order
        row.public_line.first_order = old.first_order
        row.public_line.save(update_fields=["first_order"])
    if old.leaf_index is None:
        drop([old])
        return values["email"]
    ending.ask_undo(old, "moved", now)
    old.person.delete()
    old.public_line.delete()
    old.state = Signature.State.MOVED
    old.ended_at = now
    old.salt_public = old.salt_private = None
    old.save(update_fields=["state", "ended_at", "salt_public", "salt_private"])
    return values["email"]


def drop(rows: Sequence[Signature]) -> None:
    """Deletes rows that stand for nothing, with their messages."""
    for row in rows:
        queue.forget(subject_ref=mails.subject_ref(row))
        row.delete()
