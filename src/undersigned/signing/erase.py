"""Erasing: everything personal is gone at once; an undo leaf, which holds an index only, follows."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from undersigned.ledger.models import Leaf
from undersigned.lib import clock, journal
from undersigned.lib.emptied import truncate_wal
from undersigned.signing import ending
from undersigned.signing.confirm import drop, family
from undersigned.signing.delivery import guard
from undersigned.signing.models import Signature
from undersigned.signing.paper import wipe


def erase(*, signature: Signature, at: datetime | None = None) -> None:
    """Deletes a person's signature, line, contact data, salts, mail and stored mail; twice is as once.

    What the same address left in this appeal (unconfirmed, moved or withdrawn rows) goes with it. The
    erasure journal is durable before the database commits: a crash between the two erases once more.
    """
    now = at or clock.now()
    with transaction.atomic():
        rows = family(signature)
        _journal(rows, now)
        _erase(rows, now)
        transaction.on_commit(truncate_wal)


def _erase(rows: Sequence[Signature], now: datetime) -> None:
    guard.left(rows, now)
    for row in rows:
        if row.state in (*Signature.LIVE, Signature.State.MOVED):
            ending.ask_undo(row, "own", now)
    wipe.wipe_lines([row.pk for row in rows if row.kind == Signature.Kind.PAPER])
    drop(rows)


def journal_path() -> Path:
    """The erasure journal; no backup holds it."""
    return journal.path()


def _mark(row: Signature) -> str:
    """Tells a row from a later one that got its number in a restored database; says nothing of the person."""
    return _digest(row.nonce)


def _digest(data: bytes | memoryview) -> str:
    return hashlib.sha256(bytes(data)).hexdigest()[:16]


def _leaf(row: Signature) -> str:
    """Where a signature counts that is to be undone: a restored database may not know of the undo."""
    if row.leaf_index is None or row.state not in (*Signature.LIVE, Signature.State.MOVED):
        return ""
    log = row.appeal.public_id
    leaf = Leaf.objects.filter(log__appeal_id=log, index=row.leaf_index).first()
    # A leaf that was never published may be lost, and its place be another person's then.
    return f" {log} {leaf.index} {_digest(leaf.entry)}" if leaf else ""


def _journal(rows: Sequence[Signature], now: datetime) -> None:
    journal.append([f"{now.date().isoformat()} {row.pk} {_mark(row)}{_leaf(row)}" for row in rows])


def replay_journal(at: datetime | None = None) -> int:
    """Erases again, after a restore, whatever the journal names; the number of rows that were there."""
    now = at or clock.now()
    erased = 0
    for parts in _lines():
        with transaction.atomic():
            row = Signature.objects.select_for_update().filter(pk=int(parts[1])).first()
            if row is not None and _mark(row) == parts[2]:
                _erase([row], now)
                erased += 1
    if erased:
        truncate_wal()
    return erased


def _lines() -> Iterator[list[str]]:
    """The journal's lines about signatures."""
    return (parts for parts in journal.words() if len(parts) in (3, 6) and parts[1].isdigit())


def leaves_erased(appeal_id: str) -> set[int]:
    """The sign leaves of an appeal's log whose people were erased; each is undone, or will be."""
    found = {int(parts[4]): parts[5] for parts in _lines() if len(parts) == 6 and parts[3] == appeal_id}
    rows = Leaf.objects.filter(log__appeal_id=appeal_id, index__in=list(found))
    return {index for index, entry in rows.values_list("index", "entry") if _digest(entry) == found[index]}
