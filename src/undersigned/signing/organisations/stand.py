"""When an organisation's signature begins to stand: confirmed, its domain checked, nobody before it."""

import os
from datetime import datetime

from django.db import IntegrityError, transaction

from undersigned.lib import tokens
from undersigned.signing import ending, opening, repeats
from undersigned.signing.commitment import SALT_SIZE
from undersigned.signing.models import Organisation, Signature
from undersigned.signing.organisations import sealed
from undersigned.signing.organisations.ask import rule_of
from undersigned.tlog import leaf

_State = Organisation.State


class NotPossible(Exception):
    """The organisation is in a state in which this cannot be done; nothing was changed."""


class Standing(NotPossible):
    """The organisation has signed these very words already."""


def shown(row: Organisation) -> dict[str, str]:
    """What the leaf's public part is made of; no officer is in it, so that none need be kept for it."""
    day = row.resolved_on.isoformat()
    found = {"name": row.name, "place": row.place, "country": row.country, "domain": row.domain, "date": day}
    return {name: value for name, value in found.items() if value}


def go_on(row: Organisation, now: datetime) -> None:
    """Takes a locked row as far as it goes by itself, in the caller's transaction; saves it.

    Where the organisers decide by hand, and where the domain has signed before, it waits for them: who
    has an address there must not replace what others there signed.
    """
    if row.state == _State.CONFIRMED and row.checked_at is not None:
        row.state = _State.CHECKED
        if not rule_of(row.appeal).by_hand and not _before(row) and may_stand(row, now):
            try:
                with transaction.atomic():
                    make(row, now)
            except IntegrityError:
                # Another request of the same domain came first at this very moment.
                row.state, row.signature = _State.CHECKED, None
    row.save()


def may_stand(row: Organisation, now: datetime) -> bool:
    """Whether the appeal still takes a signature that was asked for when this one was."""
    return opening.accepts_confirmation(row.appeal, signed_at=row.created_at, at=now)


def _before(row: Organisation) -> list[Signature]:
    """What stands of the same domain, locked."""
    if row.repeat_key is None:
        return []
    numbers = repeats.numbers(row.appeal, bytes(row.repeat_key))
    rows = Signature.objects.select_for_update().filter(pk__in=numbers, state__in=Signature.LIVE)
    return list(rows.order_by("pk"))


def make(row: Organisation, now: datetime) -> None:
    """Makes a locked row's signature, unsaved in the row; what its domain signed before moves here.

    Raises Standing where that is the same version.
    """
    before = _before(row)
    if any(old.version_id == row.version_id for old in before):
        raise Standing
    for old in before:
        _move(old, now)
    salt_public, salt_private = os.urandom(SALT_SIZE), os.urandom(SALT_SIZE)
    made = leaf.commitment(
        leaf.public_digest(salt_public, shown(row)),
        leaf.private_digest(salt_private, {"o": row.resolution_digest}),
    )
    row.signature = Signature.objects.create(
        appeal=row.appeal, version=row.version, kind=Signature.Kind.ORG, state=Signature.State.CONFIRMED,
        nonce=tokens.ordered_nonces(1)[0], repeat_key=row.repeat_key, for_addressee=row.for_addressee,
        for_edition=row.for_edition, consent_wording=row.consent_wording, created_at=row.created_at,
        confirmed_at=now, salt_public=salt_public, salt_private=salt_private,
        commitment=leaf.digest_text(made),
    )  # fmt: skip
    row.state = _State.SIGNED
    name_officers(row)


def _move(old: Signature, now: datetime) -> None:
    ending.ask_undo(old, "moved", now)
    old.state, old.ended_at = Signature.State.MOVED, now
    old.salt_public = old.salt_private = None
    old.save(update_fields=["state", "ended_at", "salt_public", "salt_private"])
    # Its officers are erased with the next sweep: `tidy` finds it by its state.
    Organisation.objects.filter(signature=old).update(state=_State.MOVED, ended_at=now)


def name_officers(row: Organisation) -> None:
    """Puts into a row which officers readers see: those who confirmed, where they are to be named."""
    kept = sealed.opened(row)
    row.officer_line = kept.officer.line if row.shows_officers and kept.officer else ""
    cosigned = kept.second if row.cosigned_at is not None else None
    row.second_line = cosigned.line if row.shows_officers and cosigned else ""
