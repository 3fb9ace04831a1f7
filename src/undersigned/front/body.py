"""Reads a request's body whole, within limits of size, time, and memory for all that wait."""

import asyncio
import contextlib
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from typing import IO, Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

# The desk takes files (letters, lists of first signatories); public forms are small.
LARGEST_PUBLIC = 1_000_000
LARGEST_AT_DESK = 12_000_000
# Scans and saved pages that organisers keep as evidence; what is longer than this waits in a file.
LARGEST_KEPT = 54_000_000
# Where a source's copy is kept, and where a scanned sheet comes in; the act says its own limit in words.
_KEEPS = re.compile(r"/keep/\Z|\A/desk/appeals/[^/]+/paper/\Z")
HELD_IN_MEMORY = 1_000_000
SPOOLS_MAX = 4
LONGEST_WAIT = 60.0
# How long a refused body may still pass by, so that its sender reads why, and how long it may pause in that.
LONGEST_LINGER = 5.0
LONGEST_PAUSE = 1.0
LARGEST_TOGETHER = 48_000_000


class TooLarge(Exception):
    """The body is larger than this address takes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class TooSlow(Exception):
    """The body did not arrive in time."""


class Gone(Exception):
    """The client went away before the body was complete."""


class NoRoom(Exception):
    """The bodies that wait already fill the memory that is set aside for them."""


class Body:
    """A body that has arrived: in memory, or, where much is taken, in an unnamed file."""

    def __init__(self, data: bytes, file: IO[bytes] | None = None, size: int = 0) -> None:
        self.data = data
        self.size = size or len(data)
        self._file = file

    @property
    def held(self) -> int:
        """Bytes of memory."""
        return len(self.data)

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            self._file.close()

    def replay(self, receive: Receive) -> Receive:
        """A `receive` that gives the body, and then what the server says."""
        left = self.size

        async def again() -> Message:
            nonlocal left
            if left < 0:
                return await receive()
            part = self.data if self._file is None else self._file.read(HELD_IN_MEMORY)
            left -= len(part)
            more = left > 0
            left = left if more else -1
            return {"type": "http.request", "body": part, "more_body": more}

        if self._file is not None:
            self._file.seek(0)
        return again


class Room:
    """The memory for all bodies of a process; each is given back when its request is answered."""

    def __init__(self, largest: int = LARGEST_TOGETHER) -> None:
        self.largest = largest
        self.used = 0
        self.spools = 0

    def take(self, size: int) -> None:
        """Reserves bytes; raises NoRoom."""
        if self.used + size > self.largest:
            raise NoRoom
        self.used += size

    def give_back(self, size: int) -> None:
        """Frees bytes."""
        self.used -= size

    @contextlib.contextmanager
    def spooling(self) -> Iterator[None]:
        """One of the few large uploads that may arrive at once; raises NoRoom."""
        if self.spools >= SPOOLS_MAX:
            raise NoRoom
        self.spools += 1
        try:
            yield
        finally:
            self.spools -= 1


async def read(scope: Scope, receive: Receive, room: Room) -> Body:
    """The whole body, its bytes taken from `room`; raises TooLarge, TooSlow, Gone, NoRoom."""
    headers = dict(scope["headers"])
    # Whether the session is one, Django says later; without any nobody fills the disk.
    largest = _largest(scope["path"], b"cookie" in headers)
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > largest:
        raise TooLarge(largest)
    if largest == LARGEST_KEPT:
        with room.spooling():
            return await _spool(receive, largest)
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return Body(await _collect(receive, largest, room, parts))
    except BaseException as error:
        room.give_back(sum(map(len, parts)))
        if isinstance(error, TimeoutError):
            raise TooSlow from None
        raise


async def let_pass(receive: Receive) -> None:
    """Drops what still comes of a refused body, until it ends, pauses or has had its time."""
    now = asyncio.get_running_loop().time
    end = now() + LONGEST_LINGER
    with contextlib.suppress(TimeoutError, Gone):
        async with asyncio.timeout(LONGEST_PAUSE) as pause:
            async for _ in _parts(receive):
                pause.reschedule(min(end, now() + LONGEST_PAUSE))


def _largest(path: str, signed_in: bool) -> int:
    if path.startswith("/desk/"):
        return LARGEST_KEPT if signed_in and _KEEPS.search(path) else LARGEST_AT_DESK
    return LARGEST_PUBLIC


async def _collect(receive: Receive, largest: int, room: Room, parts: list[bytes]) -> bytes:
    size = 0
    async for part in _parts(receive):
        size += len(part)
        if size > largest:
            raise TooLarge(largest)
        room.take(len(part))
        parts.append(part)
    return b"".join(parts)


async def _spool(receive: Receive, largest: int) -> Body:
    """A large upload in a file that has no name: it is gone with the process, however that ends."""
    file = tempfile.SpooledTemporaryFile(max_size=HELD_IN_MEMORY)  # noqa: SIM115 - closed by who replays it
    size = 0
    try:
        async with asyncio.timeout(LONGEST_WAIT * 5):
            async for part in _parts(receive):
                size += len(part)
                if size > largest:
                    raise TooLarge(largest)
                file.write(part)
    except BaseException as error:
        file.close()
        if isinstance(error, TimeoutError):
            raise TooSlow from None
        raise
    return Body(b"", file, size) if size else Body(b"")


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return
