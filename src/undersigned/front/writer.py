"""The one writer of a process: what waits is stored in one durable transaction, then answered together.

It never waits for a batch to fill: while one is being stored, the next gathers. Alone, a request waits
for nobody; in a crowd a whole batch shares one fsync.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from undersigned.signing import confirm, intake
from undersigned.signing.confirm import Asked, Confirmed
from undersigned.signing.intake import Intake

__all__ = ["Asked", "Full", "Intake", "Writer"]

# What waits longer than this many others would be answered after its client has gone.
LONGEST_QUEUE = 4096
LARGEST_BATCH = 512
# A connection that was not used for so long is looked at before it is used again.
_IDLE_SECONDS = 5.0

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Future = asyncio.Future[Any]
_Waiting = tuple[Intake | Asked, _Future]


class Full(Exception):
    """As many requests wait as may: this one is to be told to come again soon."""


class Writer:
    """Stores signatures and confirmations of one event loop in a thread with a connection of its own."""

    def __init__(self, *, longest: int = LONGEST_QUEUE, largest: int = LARGEST_BATCH) -> None:
        self._longest, self._largest = longest, largest
        self._waiting: deque[_Waiting] = deque()
        self._taken = 0
        self._wake = threading.Event()
        self._idle = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begins; to be called where the event loop runs."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Takes no more, and ends when everything that was taken is stored and answered."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
            # The last answers were handed to the loop before the thread ended.
            await asyncio.sleep(0)

    async def sign(self, asked: Intake) -> None:
        """Ends when the signature is stored; raises NotAccepted, Full, OperationalError."""
        await self._ask(asked)

    async def confirm(self, asked: Asked) -> Confirmed:
        """What became of the confirmation, once it is stored; raises Full, OperationalError."""
        done: Confirmed = await self._ask(asked)
        return done

    @property
    def waiting(self) -> int:
        """Requests that are not answered yet."""
        return len(self._waiting) + self._taken

    def _ask(self, item: Intake | Asked) -> _Future:
        if self._loop is None or self._stopping or self.waiting >= self._longest:
            raise Full
        future: _Future = self._loop.create_future()
        self._waiting.append((item, future))
        # Read after the append: the thread looks at the queue once more after it said that it is idle.
        if self._idle:
            self._wake.set()
        return future

    def _run(self) -> None:
        used = time.monotonic()
        try:
            while True:
                batch = self._take()
                if not batch:
                    return
                if time.monotonic() - used > _IDLE_SECONDS:
                    close_old_connections()
                outcomes = _store([item for item, _future in batch])
                used = time.monotonic()
                self._answer([(future, one) for (_item, future), one in zip(batch, outcomes, strict=True)])
        finally:
            connection.close()

    def _take(self) -> list[_Waiting]:
        """What waits, at most a batch; sleeps while nothing does. Empty at the end."""
        while not self._waiting:
            if self._stopping:
                return []
            self._idle = True
            if not self._waiting and not self._stopping:
                self._wake.wait()
            self._idle = False
            self._wake.clear()
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < self._largest:
            batch.append(self._waiting.popleft())
            self._taken = len(batch)
        return batch

    def _answer(self, answers: list[tuple[_Future, Any]]) -> None:
        self._taken = 0
        if self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: list[tuple[_Future, Any]]) -> None:
    for future, outcome in answers:
        # Whoever went away left its future cancelled; what it asked for is stored all the same.
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _store(items: Sequence[Intake | Asked]) -> list[Any]:
    """The outcome of each, in order: signatures and confirmations in one transaction."""
    signs = [item for item in items if isinstance(item, Intake)]
    asked = [item for item in items if isinstance(item, Asked)]
    if not signs or not asked:
        return _all(items, lambda: _act(signs, asked))
    try:
        with transaction.atomic():
            done = _act(signs, asked)
    except Exception:
        # What stands in the way of one kind may not stand in the way of the other.
        _forget_connection()
        done = _all(signs, lambda: intake.sign_many(signs)) + _all(asked, lambda: confirm.confirm_many(asked))
    of_signs, of_asked = iter(done[: len(signs)]), iter(done[len(signs) :])
    return [next(of_signs if isinstance(item, Intake) else of_asked) for item in items]


def _act(signs: Sequence[Intake], asked: Sequence[Asked]) -> list[Any]:
    return [*(intake.sign_many(signs) if signs else ()), *(confirm.confirm_many(asked) if asked else ())]


def _all(items: Sequence[_T], act: Callable[[], list[Any]]) -> list[Any]:
    """The outcomes, or for each item what stands in the way of all: then nothing is stored."""
    try:
        return act()
    except Exception as error:
        log.warning("a batch of %d was not stored: %s", len(items), type(error).__name__)
        _forget_connection()
        return [_own(error) for _item in items]


def _own(error: Exception) -> Exception:
    """An error that one request can raise without others': each gets a traceback of its own."""
    if isinstance(error, InterfaceError | OperationalError):
        return OperationalError(*error.args)
    if isinstance(error, OSError):
        return OSError(*error.args)
    wrapped = RuntimeError(f"not stored: {type(error).__name__}")
    wrapped.__cause__ = error
    return wrapped


def _forget_connection() -> None:
    """Begins anew with the next batch: a broken connection stays broken."""
    try:
        connection.close()
    except DatabaseError:
        log.warning("the writer's connection could not be closed")
