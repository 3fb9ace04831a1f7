"""Appending: leaves get their places, or none of them does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction

from undersigned.ledger.errors import DuplicateCommitment
from undersigned.ledger.insert import insert_leaves
from undersigned.ledger.models import AdoptedCommitment, Log, VersionTally
from undersigned.ledger.rules import Batch, Earlier, Version, named
from undersigned.ledger.signer import make_key
from undersigned.ledger.standing import refuse_if_behind, standing
from undersigned.lib import clock, env
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.leaf import Open

# Below every database's limit of parameters in one statement.
_CHUNK = 900
_T = TypeVar("_T")


def origin_of(appeal_id: str) -> str:
    """A log is named by the address of its files, without the scheme."""
    return f"{env.load().base_url.partition('://')[2]}/ledger/{appeal_id}"


@transaction.atomic
def create_log(*, appeal_id: str, at: datetime | None = None, hidden: bool = False) -> Log:
    """The log of an appeal with its open leaf; the one that is there, if there is one.

    A hidden log is written and signed as any other, and no reader gets anything of it until `show`.
    """
    found = Log.objects.filter(appeal_id=appeal_id).first()
    if found is not None:
        return found
    now = at or clock.now()
    origin = origin_of(appeal_id)
    log = Log.objects.create(
        appeal_id=appeal_id,
        origin=origin,
        vkey=make_key(appeal_id, origin),
        created_at=now,
        hidden_since=now if hidden else None,
    )
    append(log=log, leaves=[Open(appeal_id)], at=now)
    log.refresh_from_db()
    return log


def hide(log: Log, *, at: datetime) -> None:
    """Readers get nothing of a log that was put back from its files while its appeal is unseen."""
    Log.objects.filter(pk=log.pk, hidden_since__isnull=True).update(hidden_since=at)


def show(log: Log) -> None:
    """Readers get what was published of a hidden log, in the caller's transaction; never taken back."""
    Log.objects.filter(pk=log.pk).update(hidden_since=None)


def append(*, log: Log, leaves: Sequence[leaves_of.Leaf], at: datetime | None = None) -> int:
    """The first index of these leaves, now part of the log in the caller's transaction.

    Raises LeafRefused for a leaf that breaks a rule, DuplicateCommitment for one that an adopted leaf
    already stands for, LogAhead when the database is an old copy; then nothing is written.
    """
    with transaction.atomic():
        locked = Log.objects.select_for_update().get(pk=log.pk)
        refuse_if_behind(locked, standing(locked))
        batch = prepare(locked, leaves)
        for leaf in leaves:
            batch.take(leaf)
        batch.refuse_unwritable()
        _refuse_adopted(locked, batch)
        write(locked, batch, at=at or clock.now())
    return locked.size - len(leaves)


def prepare(log: Log, leaves: Sequence[leaves_of.Leaf]) -> Batch:
    """A batch that knows what these leaves name; the log's row must be locked."""
    versions = {
        index: Version(text, number)
        for index, text, number in log.tallies.values_list("text_index", "text_id", "number")
    }
    earlier = {}
    for chunk in chunked(sorted(named(leaves, below=log.size))):
        rows = log.leaves.filter(index__in=chunk).values_list("index", "entry", "dead")
        earlier.update({index: Earlier(leaves_of.parse(bytes(entry)), dead) for index, entry, dead in rows})
    return Batch(origin=log.origin, size=log.size, versions=versions, earlier=earlier)


def chunked(items: Sequence[_T]) -> Iterator[list[_T]]:
    """The items in lists that fit into one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _refuse_adopted(log: Log, batch: Batch) -> None:
    adopted = AdoptedCommitment.objects.filter(log=log)
    if not batch.commitments or not adopted.exists():
        return
    found: dict[str, int] = {}
    for chunk in chunked(list(batch.commitments)):
        found.update(adopted.filter(commitment__in=chunk).values_list("commitment", "index"))
    if found:
        raise DuplicateCommitment(found)


def write(log: Log, batch: Batch, *, at: datetime, adopted: bool = False) -> None:
    """Stores a batch that was decided: leaves, dead flags, tallies, size."""
    insert_leaves(log, batch.rows, adopted=adopted)
    for chunk in chunked(sorted(batch.killed)):
        log.leaves.filter(index__in=chunk).update(dead=True)
    if adopted:
        AdoptedCommitment.objects.bulk_create(
            [AdoptedCommitment(log=log, commitment=c, index=index) for c, index in batch.commitments.items()],
            ignore_conflicts=True,
        )
    _count(log, batch.versions, batch.changes)
    log.size = batch.size
    log.appended_at = at
    log.save(update_fields=["size", "appended_at"])


def _count(log: Log, versions: Mapping[int, Version], changes: Mapping[int, Counter[str]]) -> None:
    tallies = {tally.text_index: tally for tally in log.tallies.filter(text_index__in=list(changes))}
    for index, change in changes.items():
        tally = tallies.get(index)
        if tally is None:
            version = versions[index]
            tally = VersionTally(log=log, text_index=index, text_id=version.text, number=version.number)
        for name, by in change.items():
            setattr(tally, name, getattr(tally, name) + by)
        tally.save()
