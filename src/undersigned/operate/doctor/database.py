"""The database, the logs, and whether somebody publishes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import F

from undersigned.ledger import read
from undersigned.ledger.errors import LedgerError
from undersigned.ledger.models import Log
from undersigned.ledger.standing import refuse_foreign_key, refuse_if_behind, standing
from undersigned.lib import clock, keys
from undersigned.operate import schema
from undersigned.operate.doctor.finding import Finding, fine, problem
from undersigned.signing import batch, sequence

# A publisher that runs is done with what fell due so long ago.
PATIENCE = timedelta(minutes=15)
_MOST = 200


def reachable() -> Iterator[Finding]:
    """The database answers and fits the program."""
    try:
        connection.ensure_connection()
        trouble = schema.standing().problem
    except DatabaseError as error:
        yield problem("database", f"{connection.vendor} cannot be used: {' '.join(str(error).split())}")
        return
    yield problem("database", trouble) if trouble else fine("database", f"{connection.vendor}, up to date")


def logs() -> Iterator[Finding]:
    """Each log's database, published files and signer agree."""
    now = clock.now()
    for log in Log.objects.order_by("pk").iterator():
        try:
            stands = standing(log)
            refuse_foreign_key(log)
            refuse_if_behind(log, stands)
        except (LedgerError, keys.KeyMissing) as error:
            yield problem("ledger", str(error))
            continue
        if log.published_at is not None and log.published_at > now + timedelta(minutes=5):
            yield problem(
                "clock", f"{log.origin} was published at {log.published_at:%F %H:%M}: set the clock"
            )
        yield fine("ledger", f"{log.origin}: {log.size} leaves, {stands.size} published")


def publishing() -> Iterator[Finding]:
    """What fell due some time ago was published."""
    late = overdue(clock.now())
    if late:
        yield problem(
            "publisher",
            f"{', '.join(late[:5])}: due for more than {PATIENCE.seconds // 60} minutes; start `undersigned "
            "serve` or `undersigned publish --loop`, and read what it says",
        )


def overdue(now: datetime) -> list[str]:
    """The names of appeals whose log should have been written a while ago."""
    then = now - PATIENCE
    behind = set(
        Log.objects.filter(published_size__lt=F("size"), appended_at__lt=then, hidden_since__isnull=True)
        .values_list("appeal_id", flat=True)[:_MOST]
    )  # fmt: skip
    found = []
    for appeal in sequence.waiting(then)[:_MOST]:
        log = read.log_of(appeal.public_id)
        if log is not None and (appeal.public_id in behind or batch.is_due(appeal, log, then, hurry=False)):
            found.append(appeal.slug)
    return found
