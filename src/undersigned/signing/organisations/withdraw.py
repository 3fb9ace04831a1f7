"""What an organisation takes back: its signature, dated; or what is known of its officers."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from undersigned.lib import clock, journal
from undersigned.lib.emptied import truncate_wal
from undersigned.mailroom import queue
from undersigned.signing import ending
from undersigned.signing.confirm import family
from undersigned.signing.editions import guard
from undersigned.signing.models import Organisation, Signature
from undersigned.signing.organisations import mails, sealed
from undersigned.signing.organisations.read import locked
from undersigned.signing.organisations.stand import NotPossible

_State = Organisation.State
_MARK = "organisation"
_BOTH, _SECOND = "both", "second"


@transaction.atomic
def withdraw(*, organisation: Organisation, keeps_name: bool, at: datetime | None = None) -> Organisation:
    """Takes the signature back; its dated line is nameless unless the organisation wants its name kept.

    The officers' data and the salts go at once. Raises NotPossible; doing it twice changes nothing.
    """
    now = at or clock.now()
    row = locked(organisation)
    if row is None or row.state not in (_State.CONFIRMED, _State.CHECKED, _State.SIGNED, _State.WITHDRAWN):
        raise NotPossible
    if row.state == _State.WITHDRAWN:
        return row
    keeps = False
    if row.signature is not None:
        signature = end(row.signature, Signature.State.WITHDRAWN, "own", now)
        keeps = signature.keeps_name = keeps_name and signature.leaf_index is not None
        signature.save(update_fields=["keeps_name"])
    row.state, row.ended_at = _State.WITHDRAWN, now
    row.for_addressee = row.for_edition = False
    if not keeps:
        blank(row)
    forget_officers(row, now)
    row.save()
    return row


def blank(row: Organisation) -> None:
    """Empties what a row says of the organisation itself, unsaved."""
    row.name = row.place = row.country = row.domain = ""
    row.sort_key = b""


def end(signature: Signature, state: Signature.State, why: str, now: datetime) -> Signature:
    """Ends an organisation's signature: an undo leaf follows if it is recorded. Raises NotPossible."""
    rows = family(signature)
    found = next((one for one in rows if one.pk == signature.pk), None)
    if found is None or found.state not in Signature.LIVE:
        raise NotPossible
    ending.ask_undo(found, why, now)
    if found.leaf_index is None:
        # What had moved here must not go on counting where it was.
        for moved in rows:
            if moved.state == Signature.State.MOVED:
                ending.ask_undo(moved, why, now)
    found.state, found.ended_at = state, now
    found.for_addressee = found.for_edition = False
    found.salt_public = found.salt_private = None
    found.commitment = "" if found.leaf_index is None else found.commitment
    found.save()
    return found


def forget_officers(row: Organisation, now: datetime) -> None:
    """Deletes the officers' names, addresses and messages of a locked row, unsaved."""
    guard.all_of(row.appeal_id, now)
    row.sealed = sealed.seal(sealed.opened(row).without_officers()) if row.state == _State.SIGNED else b""
    row.officer_line = row.second_line = ""
    row.shows_officers = False
    row.second_nonce = None
    row.erased_at = now
    mails.forget(row)


def erase_officers(*, organisation: Organisation, at: datetime | None = None) -> None:
    """Deletes the officers' names, addresses and messages at once; the signature goes on standing."""
    _erase(organisation, _BOTH, at or clock.now())


def erase_second(*, organisation: Organisation, at: datetime | None = None) -> None:
    """Deletes the second officer's name, address and messages at once, a co-signature with them."""
    _erase(organisation, _SECOND, at or clock.now())


def _erase(organisation: Organisation, which: str, now: datetime) -> None:
    with transaction.atomic():
        row = locked(organisation)
        if row is None:
            return
        # Durable before the database commits: a restore erases once more.
        journal.append([f"{now.date().isoformat()} {_MARK}:{row.pk} {_mark(row)} {which}"])
        _erase_row(row, which, now)
        transaction.on_commit(truncate_wal)


def _erase_row(row: Organisation, which: str, now: datetime) -> None:
    if which == _BOTH:
        forget_officers(row, now)
    else:
        guard.all_of(row.appeal_id, now)
        row.sealed = sealed.seal(sealed.opened(row).without_second())
        row.second_line, row.second_nonce, row.cosigned_at = "", None, None
        queue.forget(subject_ref=mails.second_ref(row))
    row.save()


def _mark(row: Organisation) -> str:
    """Tells a row from a later one that got its number in a restored database."""
    return sha256(bytes(row.nonce)).hexdigest()[:16]


def replay_journal(at: datetime | None = None) -> int:
    """Erases again, after a restore, whatever officers the journal names; the number of rows."""
    now = at or clock.now()
    erased = 0
    for parts in journal.words():
        kind, _colon, number = parts[1].partition(":") if len(parts) == 4 else ("", "", "")
        if kind != _MARK or not number.isdigit():
            continue
        with transaction.atomic():
            row = locked(Organisation(pk=int(number)))
            if row is not None and _mark(row) == parts[2]:
                _erase_row(row, parts[3], now)
                erased += 1
    if erased:
        truncate_wal()
    return erased
