"""The row of a bundle while it is made: taken, told how far, finished in one step or begun again.

A crash anywhere leaves a row that is not made: the next worker begins it anew, and nothing was
acknowledged. The file is durable under its name before the row says that it is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_noop

from undersigned.ledger.errors import PublisherBusy
from undersigned.ledger.lock import publisher_lock
from undersigned.lib import clock, keys
from undersigned.signing.delivery import kept
from undersigned.signing.models import Delivery

TRIES_MAX = 5
# Shown translated; what is kept is the English sentence.
LEFT = gettext_noop("While it was made, people took their names back again and again. Ask for it once more.")
OVER = gettext_noop("The time for which personal data are kept is over: no bundle can be made any more.")
FAILED = gettext_noop("It could not be made: the server's log says why. Ask for it once more.")
STEPS = {
    "names": gettext_noop("writing the list of names"),
    "letter": gettext_noop("setting the letter"),
    "log": gettext_noop("adding the log and the tool that checks it"),
}


@dataclass(frozen=True)
class Made:
    """What a finished file holds."""

    moment: datetime
    size: int
    digest: str
    names: int
    signatures: int
    log_size: int
    log_root: str


def waiting() -> list[int]:
    """Bundles that are asked for and not there, oldest first."""
    # While names are hidden none is made: it would leave out everybody.
    rows = Delivery.objects.filter(
        made_at__isnull=True, problem="", appeal__names_hidden_at__isnull=True
    ).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@contextmanager
def taken(number: int) -> Iterator[Delivery | None]:
    """The row for one worker alone, on this host or another; None when there is nothing to do here."""
    row = Delivery.objects.filter(pk=number).first()
    if row is None:
        yield None
        return
    try:
        # The lock of that name dies with its holder, however it ends.
        with publisher_lock(f"delivery-{row.public_id}", patience=0.0):
            kept.drop_begun(row.public_id)
            yield _begin(number)
    except PublisherBusy:
        yield None


def _begin(number: int) -> Delivery | None:
    """Marks one more try; from now on a name that is taken back is noticed."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("appeal__team", "text__appeal")
        row = rows.filter(pk=number, made_at__isnull=True, problem="").first()
        if row is None or row.appeal.names_hidden_at is not None:
            return None
        if row.gone_why == Delivery.Gone.RETENTION:
            _fail(row, OVER)
            return None
        if row.tries >= TRIES_MAX:
            _fail(row, LEFT if row.gone_at else FAILED)
            return None
        row.tries += 1
        row.gone_at, row.gone_why = None, ""
        row.lines_done = row.lines_total = 0
        row.save(update_fields=["tries", "gone_at", "gone_why", "lines_done", "lines_total"])
    return row


def tell(delivery: Delivery, step: str, done: int, total: int) -> None:
    """Says how far the work is; never while a long reading holds the connection's one moment."""
    Delivery.objects.filter(pk=delivery.pk, made_at__isnull=True).update(
        step=step, lines_done=done, lines_total=total
    )


def fail(delivery: Delivery, why: str) -> None:
    """Gives up; nothing is kept of it."""
    with transaction.atomic():
        _fail(Delivery.objects.select_for_update().get(pk=delivery.pk), why)


def _fail(row: Delivery, why: str) -> None:
    row.problem = why
    row.save(update_fields=["problem"])
    transaction.on_commit(lambda: keys.destroy(kept.key_name(row.public_id)))


def finish(delivery: Delivery, made: Made, file: IO[bytes], path: Path) -> bool:
    """The file is kept and the row says so; False where somebody took a name back meanwhile."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("appeal")
        row = rows.get(pk=delivery.pk)
        if row.made_at is not None or row.gone_at is not None or row.problem:
            return False
        if row.appeal.names_hidden_at is not None:
            return False
        kept.settle(file, path, row.public_id)
        for name, value in vars(made).items():
            setattr(row, name, value)
        row.made_at, row.step = clock.now(), ""
        row.lines_done = row.lines_total
        row.save()
    return True
