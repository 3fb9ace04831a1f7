"""The async door before Django: answers plain requests itself, reads the others whole for Django's threads.

A thread is taken only for a request that has arrived completely, so that slow or broken clients hold
none, and no act ever runs on half a form.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from django.urls import get_resolver

from undersigned.front import body
from undersigned.front.answer import Answer, Message, Receive, Scope, Send
from undersigned.front.plain import Plain
from undersigned.front.writer import Full
from undersigned.lib.redact import redact
from undersigned.pages import refusals
from undersigned.pages.middleware import HEADERS

# A queue longer than this would be answered after its clients have gone.
LONGEST_QUEUE = 1000
# Plain answers are logged as sums: a line for each would take as long as the answer.
SUM_SECONDS = 60.0
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_ASCII = bytes(range(0x21, 0x7F))

# What signers do, by any door, in the order of the rows that it leaves.
_SIGNERS = ("/confirm/", "/mine/", "/again/", "/unsubscribe/")
_SIGNING = ("/sign", "/signed/", "/signatures", "/challenge")
access = logging.getLogger("undersigned.access")
log = logging.getLogger(__name__)


class Front:
    """The ASGI application of one web process; `fast` switches its own answers on."""

    def __init__(self, django: Callable[..., Any], *, threads: int, fast: bool = True) -> None:
        self._django: Any = WSGIMiddleware(django, workers=threads)
        self._fast = fast
        self._plain: Plain | None = None
        self._waiting = 0
        self._room = body.Room()
        self._sums: Counter[str] = Counter()
        self._summed = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection event of the server."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    @property
    def plain(self) -> Plain | None:
        """What answers plain requests, None where that is switched off."""
        if self._plain is None and self._fast:
            # Threads and connections belong to the process that serves, not to the one it is forked from.
            self._plain = Plain(self._django)
        return self._plain

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain, method = self.plain, scope["method"]
        if plain is not None and method in ("GET", "HEAD"):
            answer = await plain.page(scope)
            if answer is not None:
                await self._send(answer, "page", send)
                return
        noted = _Noted(send)
        began = time.monotonic()
        whole = await self._read(scope, receive, noted)
        if whole is not None:
            try:
                if plain and method == "POST" and await self._post(plain, scope, whole.data, noted):
                    return
                await self._hand_over(scope, whole, receive, noted)
            finally:
                self._room.give_back(whole.held)
                whole.close()
        if not _is_of_signers(scope["path"]):
            _log_access(scope, noted.status, time.monotonic() - began)

    async def _post(self, plain: Plain, scope: Scope, whole: bytes, send: Send) -> bool:
        """Whether a plain POST was answered."""
        try:
            answer = await plain.post(scope, whole)
        except Full:
            await _refuse(send, 503, b"Too many requests are waiting; try again soon.\n", retry=b"5")
            self._sum("post 503")
            return True
        if answer is not None:
            await self._send(answer, "post", send)
        return answer is not None

    async def _send(self, answer: Answer, kind: str, send: Send) -> None:
        await answer.send_to(send)
        self._sum(f"{kind} {answer.status}")

    def _sum(self, what: str) -> None:
        self._sums[what] += 1
        if time.monotonic() - self._summed >= SUM_SECONDS:
            self._log_sums()

    def _log_sums(self) -> None:
        if self._sums:
            sums = ", ".join(f"{what}: {number}" for what, number in sorted(self._sums.items()))
            access.info("plain answers in %.0f s: %s", time.monotonic() - self._summed, sums)
        self._sums.clear()
        self._summed = time.monotonic()

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> body.Body | None:
        """The body, or None when there is nobody to be answered or a refusal was sent."""
        try:
            return await body.read(scope, receive, self._room)
        except body.TooLarge as error:
            await _refuse_while_it_comes(scope, receive, send, error.most)
        except body.TooSlow:
            await _refuse(send, 408, b"The request did not arrive in time.\n")
        except body.NoRoom:
            await _refuse(send, 503, b"Too many requests are waiting; try again soon.\n", retry=b"5")
        except body.Gone:
            # Nobody is there to be answered, and half a form is not acted upon.
            pass
        return None

    async def _hand_over(self, scope: Scope, whole: body.Body, receive: Receive, send: Send) -> None:
        if self._waiting >= LONGEST_QUEUE:
            await _refuse(send, 503, b"Too many requests are waiting; try again soon.\n", retry=b"5")
            return
        self._waiting += 1
        try:
            await self._django(cleaned(scope, whole.size), whole.replay(receive), send)
        finally:
            self._waiting -= 1

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # All views are loaded before the first visitor comes, not while he waits.
                await asyncio.to_thread(lambda: get_resolver().url_patterns)
                _ = self.plain
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._plain is not None:
                    await self._plain.stop()
                self._log_sums()
                await send({"type": "lifespan.shutdown.complete"})
                return


class _Noted:
    """Passes an answer on and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def cleaned(scope: Scope, length: int = 0) -> Scope:
    """The request without what WSGI would misread, and with the length of a body that came in chunks.

    WSGI writes `X_Forwarded_For` and `X-Forwarded-For` under one name: the first is dropped, since a
    proxy does not guard it. Bytes outside ASCII in the query are percent-encoded.
    """
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    if length and not any(name == b"content-length" for name, _value in headers):
        headers.append((b"content-length", str(length).encode()))
    return {
        **scope,
        "headers": headers,
        "query_string": quote_from_bytes(scope["query_string"], safe=_ASCII).encode(),
    }


async def _refuse_while_it_comes(scope: Scope, receive: Receive, send: Send, most: int) -> None:
    """Says 413 at once, then lets the rest pass by: a connection closed on unread bytes loses the answer."""
    wanted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    kind, page = refusals.too_large(scope["path"], wanted, most)
    await send({"type": "http.response.start", "status": 413, "headers": _refusal_headers(page, kind)})
    await send({"type": "http.response.body", "body": page, "more_body": True})
    await body.let_pass(receive)
    await send({"type": "http.response.body", "body": b""})


async def _refuse(send: Send, status: int, text: bytes, *, retry: bytes = b"") -> None:
    headers = _refusal_headers(text)
    if retry:
        headers.append((b"retry-after", retry))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _refusal_headers(text: bytes, kind: str = "text/plain; charset=utf-8") -> list[tuple[bytes, bytes]]:
    return [
        *_HEADERS,
        (b"content-type", kind.encode()),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]


def _is_of_signers(path: str) -> bool:
    """Whether a line with its moment would say when somebody signed, confirmed or looked."""
    return path.startswith(_SIGNERS) or path.endswith(_SIGNING)


def _log_access(scope: Scope, status: int, seconds: float) -> None:
    # Who reads which part of a log is nobody's business; addresses and queries (a name that is
    # searched for) are never written down.
    path = scope["path"]
    if not path.startswith(("/ledger/", "/static/")) and access.isEnabledFor(logging.INFO):
        shown = redact(path.encode("unicode_escape").decode())
        access.info("%s %s %s %.0fms", scope["method"], shown, status or "gone", seconds * 1000)
