"""The async door before Django: reads requests whole, and hands them to Django's threads.

A thread is taken only for a request that has arrived completely, so that slow or broken clients hold
none, and no act ever runs on half a form.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from django.urls import get_resolver

from undersigned.front import body
from undersigned.lib.redact import redact

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# A queue longer than this would be answered after its clients have gone.
LONGEST_QUEUE = 1000
_ASCII = bytes(range(0x21, 0x7F))

access = logging.getLogger("undersigned.access")
log = logging.getLogger(__name__)


class Front:
    """The ASGI application of one web process."""

    def __init__(self, django: Callable[..., Any], *, threads: int) -> None:
        self._django: Any = WSGIMiddleware(django, workers=threads)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection event of the server."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        noted = _Noted(send)
        began = time.monotonic()
        if self._waiting >= LONGEST_QUEUE:
            await _refuse(noted, 503, b"Too many requests are waiting; try again soon.\n", retry=b"5")
        else:
            self._waiting += 1
            try:
                await self._hand_over(scope, receive, noted)
            finally:
                self._waiting -= 1
        _log_access(scope, noted.status, time.monotonic() - began)

    async def _hand_over(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            whole = await body.read(scope, receive)
        except body.TooLarge:
            await _refuse(send, 413, b"The request is larger than anything this site asks for.\n")
        except body.TooSlow:
            await _refuse(send, 408, b"The request did not arrive in time.\n")
        except body.Gone:
            # Nobody is there to be answered, and half a form is not acted upon.
            return
        else:
            await self._django(cleaned(scope), body.replay(whole, receive), send)


class _Noted:
    """Passes an answer on and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def cleaned(scope: Scope) -> Scope:
    """The request without what WSGI would misread.

    WSGI writes `X_Forwarded_For` and `X-Forwarded-For` under one name: the first is dropped, since a
    proxy does not guard it. Bytes outside ASCII in the query are percent-encoded.
    """
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name],
        "query_string": quote_from_bytes(scope["query_string"], safe=_ASCII).encode(),
    }


async def _refuse(send: Send, status: int, text: bytes, *, retry: bytes = b"") -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    if retry:
        headers.append((b"retry-after", retry))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            # All views are loaded before the first visitor comes, not while he waits.
            await asyncio.to_thread(lambda: get_resolver().url_patterns)
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return


def _log_access(scope: Scope, status: int, seconds: float) -> None:
    # Who reads which part of a log is nobody's business; addresses and queries (a name that is
    # searched for) are never written down.
    path = scope["path"]
    if not path.startswith(("/ledger/", "/static/")) and access.isEnabledFor(logging.INFO):
        shown = redact(path.encode("unicode_escape").decode())
        access.info("%s %s %s %.0fms", scope["method"], shown, status or "gone", seconds * 1000)
