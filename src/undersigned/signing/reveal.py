"""The end of an embargo: text, names, log and counts appear together.

The decision is written first (`Embargo.revealing_at`); then the hidden log gets its leaves, in shuffled
batches, and its signed files; then one commit shows all. A crash between two steps costs nothing: the next
run of the publisher finds what is done and does the rest.
"""

from datetime import datetime

from django.db import transaction

from undersigned.appeals.models import Appeal, Embargo
from undersigned.ledger import append
from undersigned.ledger.errors import LedgerError, PublisherBusy
from undersigned.ledger.models import Log
from undersigned.lib import clock
from undersigned.lib.keys import KeyMissing
from undersigned.signing import batch, sequence
from undersigned.signing.embargo import confirmed, decide, due

# Who confirms while the log is being written is taken along; a crowd that never ends is not waited for.
_ROUNDS = 20


def record_due(*, now: datetime | None = None, force: bool = False, hurry: bool = False) -> int:
    """Ends the embargoes whose time has come, then records what is due; as `sequence.record_due`."""
    at = now or clock.now()
    revealed, failures = _reveal_due(at)
    try:
        revealed += sequence.record_due(now=at, force=force, hurry=hurry)
    except sequence.PublishingFailed as error:
        revealed += error.recorded
        failures += error.failures
    if failures:
        raise sequence.PublishingFailed(revealed, failures)
    return revealed


def _reveal_due(now: datetime) -> tuple[int, list[str]]:
    """Reveals every appeal whose embargo ends; gives the signatures recorded and a line for each trouble."""
    recorded, failures = 0, []
    rows = Embargo.objects.filter(revealed_at__isnull=True).select_related("appeal__team").order_by("pk")
    for embargo in rows:
        if embargo.revealing_at is None and due(embargo, now) is None:
            continue
        try:
            recorded += reveal(embargo.appeal, now=now)
        except PublisherBusy:
            # Somebody else is doing this very work.
            continue
        except (LedgerError, KeyMissing) as error:
            failures.append(f"{embargo.appeal.slug}: {error}")
    return recorded, failures


def reveal(appeal: Appeal, *, now: datetime) -> int:
    """Shows an appeal whose embargo ends, all at once; gives the number of signatures recorded.

    Each step may be the last before a crash: the next run finds what is done and does the rest.
    """
    if not _begin_reveal(appeal, now):
        return 0
    append.create_log(appeal_id=appeal.public_id, at=now, hidden=True)
    recorded = 0
    for _round in range(_ROUNDS):
        recorded += sequence.record(appeal, now=now, force=True)
        if _show(appeal, now, last=_round == _ROUNDS - 1):
            return recorded
    raise LedgerError("the hidden log is not whole yet")


@transaction.atomic(durable=True)
def _begin_reveal(appeal: Appeal, now: datetime) -> bool:
    """Decides that the embargo ends, unless that was decided; False where it still lasts or is over."""
    embargo = (
        Embargo.objects.select_for_update(of=("self",))
        .select_related("appeal__team")
        .filter(appeal=appeal, revealed_at__isnull=True)
        .first()
    )
    if embargo is None:
        return False
    if embargo.revealing_at is None:
        reason = due(embargo, now)
        if reason is None:
            return False
        decide(embargo, reason, now, None)
    return True


@transaction.atomic(durable=True)
def _show(appeal: Appeal, now: datetime, *, last: bool) -> bool:
    """Shows text, names, log and counts in one commit; False while something confirmed is not in the log."""
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    log = Log.objects.select_for_update().get(appeal_id=appeal.public_id)
    if log.published_size != log.size or batch.unrecorded(current):
        return False
    # In the last round those who came meanwhile follow with the next batch, as promised.
    if not last and confirmed(current, 1):
        return False
    append.show(log)
    Appeal.objects.filter(pk=current.pk, state=Appeal.State.EMBARGO).update(
        state=Appeal.State.OPEN, opened_at=now
    )
    Embargo.objects.filter(pk=current.pk).update(revealed_at=now)
    return True


def hide_rescued(log: Log, now: datetime) -> None:
    """A log that was put back from its files stays hidden while its appeal is."""
    if Appeal.objects.filter(public_id=log.appeal_id, state=Appeal.State.EMBARGO).exists():
        append.hide(log, at=now)
