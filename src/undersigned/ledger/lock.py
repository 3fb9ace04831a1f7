"""One publisher at a time for each log, over threads, processes and hosts; the lock dies with its holder."""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from undersigned.ledger.errors import PublisherBusy
from undersigned.lib import env

PATIENCE = 60.0
_PAUSE = 0.05
_held = threading.local()


@contextmanager
def publisher_lock(appeal_id: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Waits for the log's lock and holds it; within it, the same thread may take it again.

    Raises PublisherBusy when another publisher holds it for longer than `patience` seconds.
    """
    mine: set[str] = _held.__dict__.setdefault("logs", set())
    if appeal_id in mine:
        yield
        return
    lock = _advisory_lock if connection.vendor == "postgresql" else _file_lock
    with lock(appeal_id, patience):
        mine.add(appeal_id)
        try:
            yield
        finally:
            mine.discard(appeal_id)


def _wait(appeal_id: str, patience: float, attempt: Callable[[], bool]) -> None:
    deadline = time.monotonic() + patience
    while not attempt():
        if time.monotonic() >= deadline:
            raise PublisherBusy(_("another publisher of the log %s is at work; try again") % appeal_id)
        time.sleep(_PAUSE)


@contextmanager
def _file_lock(appeal_id: str, patience: float) -> Iterator[None]:
    folder = env.load().data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    # flock belongs to this open file, so threads exclude each other too; closing it, or dying, releases it.
    handle = os.open(folder / f"ledger-{appeal_id}", os.O_RDWR | os.O_CREAT, 0o600)

    def attempt() -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        _wait(appeal_id, patience, attempt)
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(appeal_id: str, patience: float) -> Iterator[None]:
    # A lock of the session: it outlives the transactions inside, and ends with the connection.
    digest = hashlib.sha256(b"undersigned ledger publisher " + appeal_id.encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)

    def attempt() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            return bool(cursor.fetchone()[0])

    _wait(appeal_id, patience, attempt)
    try:
        yield
    finally:
        # A connection that was lost has released the lock by itself.
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
