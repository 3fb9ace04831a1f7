"""Makes the bundles that were asked for, one at a time, beside everything else."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from django.db import DatabaseError, connections, models

from undersigned.edition.archive.ledger import LogIncomplete
from undersigned.edition.delivery import bundle
from undersigned.edition.gather import NothingPublished
from undersigned.edition.moment import one_moment
from undersigned.lib import clock, sealed_file
from undersigned.signing.delivery import kept, making
from undersigned.signing.models import Delivery

log = logging.getLogger(__name__)

Tell = Callable[[Delivery, str, int, int], None]


def make(number: int, *, tell: Tell = lambda *_: None) -> bool:
    """One try to make a bundle; whether it is there now.

    A try that breaks off, or during which somebody took a name back, leaves it to be tried again.
    """
    with making.taken(number) as row:
        if row is None:
            return False
        with kept.being_written(row.public_id) as (file, path):
            out = sealed_file.Writer(file, kept.key_name(row.public_id))
            with one_moment():
                made = bundle.write(row, clock.now(), out, lambda *facts: tell(row, *facts))
            out.close()
            return making.finish(row, made, file, path)


def make_all(*, tell: Tell = lambda *_: None) -> int:
    """Makes what waits, to its end or its failure; how many are there now."""
    done = 0
    for number in making.waiting():
        for _turn in range(making.TRIES_MAX + 1):
            try:
                if make(number, tell=tell):
                    done += 1
                    break
            except (bundle.NoCheckpoint, NothingPublished) as error:
                log.error("delivery %d: %s: nothing is published", number, error)
                making.fail(Delivery.objects.get(pk=number), making.FAILED)
            except (LogIncomplete, OSError, DatabaseError) as error:
                log.error("delivery %d: %s", number, error)
                time.sleep(0.2)
            if number not in making.waiting():
                break
    return done


class Told:
    """Keeps a row's progress from a connection of its own: the maker's is held by one long reading."""

    def __init__(
        self, also: Callable[[str, int, int], None] = lambda *_: None, keep: Callable[..., None] = making.tell
    ) -> None:
        self._keep = keep
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="delivery-progress")
        self._also = also
        self._last = 0.0
        self._step = ""

    def __enter__(self) -> "Told":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._pool.submit(connections.close_all)
        self._pool.shutdown()

    def __call__(self, row: models.Model, step: str, done: int, total: int) -> None:
        """At most once a second, and at each new step."""
        now = time.monotonic()
        if step == self._step and now - self._last < 1.0:
            return
        self._step, self._last = step, now
        self._also(step, done, total)
        self._pool.submit(self._keep, row, step, done, total)
