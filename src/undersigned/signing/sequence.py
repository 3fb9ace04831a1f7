"""Recording: confirmed signatures get their places in the log, and the log is published.

For each appeal one transaction appends the leaves and marks their rows; then the ledger publishes.
A crash between the two costs nothing: the next run publishes what was committed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from undersigned.appeals.models import Appeal, Version
from undersigned.ledger import append, publish, read
from undersigned.ledger.errors import LedgerError, PublisherBusy
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log
from undersigned.lib import clock
from undersigned.lib.keys import KeyMissing
from undersigned.signing import batch as batches
from undersigned.signing import embargo, mended, names_later, opening
from undersigned.signing.batch import Batch, Row
from undersigned.signing.delivery import record as deliveries
from undersigned.signing.models import Amendment, Delivery, RecordedEnd, RecordedVersion, Signature, Undo
from undersigned.signing.moderation import growth
from undersigned.signing.paper import standing
from undersigned.tlog import leaf as leaves_of

# Two numbers a row: below every database's limit of parameters in one statement (32,766).
_CHUNK = 10_000
_PATIENCE = 10.0
_T = TypeVar("_T")


class PublishingFailed(Exception):
    """Some logs could not be published; all others were. `failures` holds a line for each."""

    def __init__(self, recorded: int, failures: list[str]) -> None:
        super().__init__("; ".join(failures))
        self.recorded = recorded
        self.failures = failures


def record_due(*, now: datetime | None = None, force: bool = False, hurry: bool = False) -> int:
    """Records and publishes what is due in every log; gives the number of signatures recorded.

    `force` leaves every appeal's rhythm aside, `hurry` only the minute of open ones. Raises
    PublishingFailed at the end, when one log's trouble has kept nobody else waiting.
    """
    at = now or clock.now()
    opening.close_due(at)
    recorded = 0
    failures = []
    for appeal in waiting(at):
        try:
            recorded += record(appeal, now=at, force=force, hurry=hurry)
        except PublisherBusy:
            # Somebody else is doing this very work.
            continue
        except (LedgerError, KeyMissing) as error:
            failures.append(f"{appeal.slug}: {error}")
    if failures:
        raise PublishingFailed(recorded, failures)
    return recorded


def waiting(now: datetime) -> QuerySet[Appeal]:
    """Appeals whose log has something to do, now or when their rhythm lets it; a few indexes answer."""
    here = OuterRef("pk")
    signs = Signature.objects.filter(appeal=here, state=Signature.State.CONFIRMED)
    undos = Undo.objects.filter(appeal=here, leaf_index__isnull=True)
    amends = Amendment.objects.filter(appeal=here, leaf_index__isnull=True)
    texts = Version.objects.filter(text__appeal=here, recorded__isnull=True)
    bundles = Delivery.objects.filter(appeal=here, made_at__isnull=False, leaf_index__isnull=True)
    behind = Log.objects.filter(appeal_id=OuterRef("public_id"), published_size__lt=F("size"))
    ending = Q(state=Appeal.State.CLOSED, closed_at__lte=now - opening.GRACE, recorded_end__isnull=True)
    return (
        Appeal.objects.exclude(state__in=(Appeal.State.DRAFT, Appeal.State.EMBARGO))
        .filter(
            Exists(signs)
            | Exists(undos)
            | Exists(amends)
            | Exists(texts)
            | Exists(bundles)
            | Exists(behind)
            | ending
        )
        .order_by("pk")
    )


def record(appeal: Appeal, *, now: datetime, force: bool = False, hurry: bool = False) -> int:
    """Records what is due of one appeal in batches and publishes its log; gives the number of signatures."""
    found = read.log_of(appeal.public_id)
    if found is None:
        raise LedgerError("the appeal has no log")
    recorded = 0
    with publisher_lock(appeal.public_id, patience=_PATIENCE):
        due = None
        while due is not False:
            with transaction.atomic():
                locked = Log.objects.select_for_update().get(pk=found.pk)
                if due is None:
                    due = (
                        force
                        or batches.is_due(appeal, locked, now, hurry=hurry)
                        or embargo.is_urgent(appeal, now)
                    )
                batch = batches.gather(appeal, locked, with_signatures=due)
                recorded += len(batch.signs)
                _append(appeal, locked, batch, now)
                growth.add(appeal, len(batch.signs), now)
            due = due and batch.full
        if deliveries.due(appeal):
            with transaction.atomic():
                deliveries.write(appeal, Log.objects.select_for_update().get(pk=found.pk), now)
        if appeal.state == Appeal.State.CLOSED:
            with transaction.atomic():
                _end(appeal, Log.objects.select_for_update().get(pk=found.pk), now)
        publish.publish(found)
    return recorded


def _append(appeal: Appeal, locked: Log, batch: Batch, now: datetime) -> None:
    """Writes a batch and marks its rows, in the caller's transaction."""
    _adopt(appeal, locked, batch, now)
    leaves = batch.leaves()
    if not leaves:
        return
    index = append.append(log=locked, leaves=leaves, at=now)
    RecordedVersion.objects.bulk_create(
        RecordedVersion(version=version, leaf_index=index + place)
        for place, version in enumerate(batch.texts)
    )
    index += len(batch.texts)
    _number("signing_gathering", [(row.pk, index + place) for place, row in enumerate(batch.sheets)])
    index += len(batch.sheets)
    _mark([(row, index + place) for place, row in enumerate(batch.signs)], now, appeal)
    index += len(batch.signs)
    numbered = [(row, index + place) for place, row in enumerate(batch.changes)]
    _number("signing_undo", [(row.pk, at) for row, at in numbered if isinstance(row, Undo)])
    _number("signing_amendment", [(row.pk, at) for row, at in numbered if isinstance(row, Amendment)])


def _mark(placed: Sequence[tuple[Row, int]], now: datetime, appeal: Appeal) -> None:
    """Recorded rows know their leaf, and their lines stand on the roll, now or as the profile says."""
    numbered = _number(
        "signing_signature",
        # In the order of the table: at ten million rows a shuffled order would read every page anew.
        sorted((row.pk, index) for row, index in placed),
        also=", state = 'recorded', recorded_at = %s",
        values=[connection.ops.adapt_datetimefield_value(now)],
        only=" AND t.state = 'confirmed'",
    )
    if numbered != len(placed):
        raise RuntimeError("a signature changed under the publisher; nothing was recorded")
    named = sorted(row.pk for row, _index in placed if not row.unlisted)
    if not names_later.delay(appeal, named, now):
        _list_lines(named)


def _list_lines(signatures: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        for chunk in _chunks(signatures):
            places = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"UPDATE signing_publicline SET listed = true WHERE signature_id IN ({places})",  # noqa: S608
                chunk,
            )


def _number(
    table: str,
    placed: Sequence[tuple[int, int]],
    *,
    also: str = "",
    values: Sequence[Any] = (),
    only: str = "",
) -> int:
    """Gives rows their leaf index, hundreds in one statement; all texts here are this module's own."""
    changed = 0
    for chunk in _chunks(placed):
        places = ", ".join(["(%s, %s)"] * len(chunk))
        statement = (
            f"UPDATE {table} AS t SET leaf_index = v.column2{also} "  # noqa: S608  no input in it
            f"FROM (VALUES {places}) AS v WHERE t.id = v.column1{only}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, *(number for pair in chunk for number in pair)])
            changed += cursor.rowcount
    return changed


def _chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _adopt(appeal: Appeal, locked: Log, batch: Batch, now: datetime) -> None:
    """Rows whose commitment stands in the log already were recorded before the database was lost."""
    commitments = [row.commitment for row in batch.signs]
    commitments += [row.commitment for row in batch.changes if isinstance(row, Amendment)]
    known = read.find_commitments(locked, commitments)
    if not known:
        return
    signs = [(row, known[row.commitment]) for row in batch.signs if row.commitment in known]
    _mark(signs, now, appeal)
    batch.signs = [row for row in batch.signs if row.commitment not in known]
    for row in list(batch.changes):
        if isinstance(row, Amendment) and row.commitment in known:
            Amendment.objects.filter(pk=row.pk).update(leaf_index=known[row.commitment])
            batch.changes.remove(row)
    mended.reconcile(locked, [index for _row, index in signs], now=now)


def _end(appeal: Appeal, locked: Log, now: datetime) -> None:
    """Writes the close leaf, once, when nobody can confirm any more and nothing waits."""
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    over = current.closed_at is not None and current.closed_at + opening.GRACE <= now
    if (
        not over
        or current.state != Appeal.State.CLOSED
        or RecordedEnd.objects.filter(appeal=current).exists()
    ):
        return
    if is_waiting(current) or standing.is_waited_for(current, now):
        return
    index = place_of(locked, leaves_of.Close())
    if index is None:
        index = append.append(log=locked, leaves=[leaves_of.Close()], at=now)
    RecordedEnd.objects.create(appeal=current, close_leaf=index)


def is_waiting(appeal: Appeal) -> bool:
    """Whether confirmed signatures or changes of the appeal are still to be recorded."""
    return (
        Signature.objects.filter(appeal=appeal, state=Signature.State.CONFIRMED).exists()
        or Undo.objects.filter(appeal=appeal, leaf_index__isnull=True).exclude(why="moved").exists()
        or batches.is_moving(appeal)
        or Amendment.objects.filter(appeal=appeal, leaf_index__isnull=True).exists()
    )


def place_of(locked: Log, leaf: leaves_of.Leaf) -> int | None:
    """Where an adopted leaf of these very bytes stands; asked once in an appeal's life."""
    adopted = locked.leaves.filter(adopted=True, entry=leaves_of.encode(leaf))
    return adopted.values_list("index", flat=True).first()
