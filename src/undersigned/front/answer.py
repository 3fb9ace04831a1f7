"""Answers as bytes: captured from Django once, sent many times."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Answer:
    """A whole answer, ready to be sent any number of times."""

    __slots__ = ("_finish", "_start", "body", "headers", "status")

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self._start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        self._finish: Message = {"type": "http.response.body", "body": body}

    async def send_to(self, send: Send) -> None:
        """Sends it."""
        await send(self._start)
        await send(self._finish)

    def header(self, name: bytes) -> bytes:
        """The value of a header, empty where there is none."""
        return next((value for found, value in self.headers if found == name), b"")

    def with_header(self, name: bytes, value: bytes) -> "Answer":
        """The same answer with another value in a header that it has."""
        headers = [(found, value if found == name else old) for found, old in self.headers]
        return Answer(self.status, headers, self.body)

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly."""
        return len(self.body) + sum(len(name) + len(value) + 150 for name, value in self.headers) + 500


async def ask(app: App, path: str, headers: Headers) -> Answer:
    """What an application answers to a GET of the front's own."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": ("127.0.0.1", 80),
        "client": None,
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], list(sent[0]["headers"]), body)
