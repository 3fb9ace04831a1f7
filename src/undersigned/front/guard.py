"""Connections that cost more than they should are ended: slow or endless heads, readers that do not read.

uvicorn bounds bodies (through the door) and idle kept connections itself; a head has no bound of its own.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 32_768
MOST_HEADERS = 100
# Requests that are sent before the one ahead is answered each take memory.
MOST_AHEAD = 32
MOST_CONNECTIONS = 4096
HEAD_SECONDS = 20.0
STALLED_SECONDS = 60.0
# When no place is left, who has just nothing to say makes room for who has.
CROWDED_SECONDS = 1.0
SWEEP_SECONDS = 2.0

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_CROWDED = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n"
)


class Guarded(HttpToolsProtocol):
    """One connection: its head has a size and a time, its answers must be read."""

    # All of a process; its event loop sweeps them while there are any.
    alive: ClassVar[set["Guarded"]] = set()
    sweeping: ClassVar[asyncio.TimerHandle | None] = None
    most: ClassVar[int] = MOST_CONNECTIONS
    room_made: ClassVar[float] = 0.0

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._head_size = 0
        self._quiet_since = self.loop.time()
        self._stalled_since: float | None = None
        self._in_head = True
        # None before the first request, whatever its type says.
        self.cycle: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes a connection if there is room for it."""
        super().connection_made(transport)  # type: ignore[arg-type]
        if len(Guarded.alive) >= Guarded.most and not _make_room(self.loop.time()):
            self.transport.write(_CROWDED)
            self.transport.close()
            return
        Guarded.alive.add(self)
        if Guarded.sweeping is None:
            Guarded.sweeping = self.loop.call_later(SWEEP_SECONDS, _sweep, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        Guarded.alive.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser, as long as a head stays within its bounds."""
        if self.transport.is_closing():
            return
        if self._in_head:
            if self._head_size == 0:
                self._quiet_since = self.loop.time()
            self._head_size += len(data)
        super().data_received(data)
        if self._in_head and self._head_size > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        # The parser turns what is raised in it into 400 and the end of the connection.
        if len(self.headers) > MOST_HEADERS or (self._head_size > LARGEST_HEAD and self._is_huge()):
            raise ValueError("more headers than anything this site asks for")
        if len(self.pipeline) >= MOST_AHEAD:
            raise ValueError("more requests ahead than anybody needs")
        self._in_head = False
        self._head_size = 0
        super().on_headers_complete()

    def _is_huge(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD

    def on_message_complete(self) -> None:
        """The body is whole; what comes next is another head."""
        super().on_message_complete()
        self._in_head = True
        self._head_size = 0

    def pause_writing(self) -> None:
        """Notes when a reader stopped reading."""
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """The reader reads again."""
        self._stalled_since = None
        super().resume_writing()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being asked or answered."""
        return self._in_head and (self.cycle is None or self.cycle.response_complete)

    def end_if_due(self, now: float, patience: float = HEAD_SECONDS) -> bool:
        """Ends the connection when it kept others waiting for too long; whether it did."""
        since = self._stalled_since
        if since is not None and now - since > STALLED_SECONDS:
            self.transport.abort()
            return True
        # After an answer uvicorn's own patience counts, until the first byte of the next head.
        fresh = self.cycle is None or self._head_size > 0
        if self.is_idle and (fresh or patience < HEAD_SECONDS) and now - self._quiet_since > patience:
            self.transport.abort()
            return True
        return False


def _make_room(now: float) -> bool:
    """Whether a place was made; looking for one costs too much to be done for each who comes."""
    if now - Guarded.room_made < CROWDED_SECONDS:
        return False
    Guarded.room_made = now
    # All of them, not only the first that is due.
    return sum(one.end_if_due(now, CROWDED_SECONDS) for one in list(Guarded.alive)) > 0


def _sweep(loop: asyncio.AbstractEventLoop) -> None:
    now = loop.time()
    for one in list(Guarded.alive):
        one.end_if_due(now)
    Guarded.sweeping = loop.call_later(SWEEP_SECONDS, _sweep, loop) if Guarded.alive else None
