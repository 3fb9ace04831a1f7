"""Both ways of a request through the door: with the front's own answers and without, in one process."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from undersigned.front.door import Front
from undersigned.signing import limits

HOST = "127.0.0.1:8000"
Headers = list[tuple[bytes, bytes]]
T = TypeVar("T")
_THREADS = 2


@dataclass(frozen=True)
class Request:
    """A request as a server hands it on."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    query: bytes = b""
    client: str = "192.0.2.7"

    def scope(self) -> dict[str, Any]:
        """The ASGI scope."""
        named = dict(self.headers)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in self.headers]
        if "host" not in named:
            headers.insert(0, (b"host", HOST.encode()))
        if self.body:
            headers.append((b"content-length", str(len(self.body)).encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": headers,
            "server": ("127.0.0.1", 8000),
            "client": (self.client, 4000),
        }


@dataclass(frozen=True)
class Answered:
    """An answer as the server gets it."""

    status: int
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    body: bytes

    def __getitem__(self, name: str) -> str:
        return next((value.decode() for found, value in self.headers if found == name.encode()), "")


def form(path: str, body: bytes, **more: str) -> Request:
    """A POST of a form; further headers by name, `-` as `_`."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return Request("POST", path, body, tuple(headers.items()))


async def ask(front: Front, request: Request) -> Answered:
    """The answer to one request."""
    waiting = [{"type": "http.request", "body": request.body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await front(request.scope(), receive, send)
    # A server sends no body to a HEAD.
    body = b"" if request.method == "HEAD" else b"".join(part.get("body", b"") for part in sent[1:])
    headers = sorted((name, value) for name, value in sent[0]["headers"] if name != b"date")
    return Answered(sent[0]["status"], headers, body)


@asynccontextmanager
async def opened(*, fast: bool) -> AsyncIterator[Front]:
    """A front before the real Django; all its threads and connections end with it."""
    front = Front(WSGIHandler(), threads=_THREADS, fast=fast)
    try:
        yield front
    finally:
        if front._plain is not None:
            await front._plain.stop()
        loop = asyncio.get_running_loop()
        # Each thread waits for the other, so that none closes twice for both.
        both = threading.Barrier(_THREADS)
        close = [loop.run_in_executor(front._django.executor, _close, both) for _ in range(_THREADS)]
        await asyncio.gather(*close)
        front._django.executor.shutdown(wait=True)


def _close(all_threads: threading.Barrier) -> None:
    all_threads.wait(10)
    connections.close_all()


def through(act: Callable[[Front], Awaitable[T]], *, fast: bool = True) -> T:
    """What an act with a front gives."""

    async def run() -> T:
        async with opened(fast=fast) as front:
            return await act(front)

    return asyncio.run(run())


def in_turn(requests: Iterable[Request], *, fast: bool) -> tuple[list[Answered], int]:
    """The answers to requests that come one after the other, and how many were the front's own."""

    async def act(front: Front) -> tuple[list[Answered], int]:
        found = []
        for request in requests:
            # What many wrong codes lead to is a test of its own.
            limits.codes.clear()
            found.append(await ask(front, request))
        return found, front._sums.total()

    return through(act, fast=fast)
