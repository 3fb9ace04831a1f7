"""Reads a request's body whole, within limits of size and time."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

# The desk takes files (letters, lists of first signatories); public forms are small.
LARGEST_PUBLIC = 1_000_000
LARGEST_AT_DESK = 12_000_000
LONGEST_WAIT = 60.0


class TooLarge(Exception):
    """The body is larger than this address takes."""


class TooSlow(Exception):
    """The body did not arrive in time."""


class Gone(Exception):
    """The client went away before the body was complete."""


async def read(scope: Scope, receive: Receive) -> bytes:
    """The whole body; raises TooLarge, TooSlow or Gone."""
    largest = LARGEST_AT_DESK if scope["path"].startswith("/desk/") else LARGEST_PUBLIC
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > largest:
        raise TooLarge
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return await _collect(receive, largest)
    except TimeoutError:
        raise TooSlow from None


async def _collect(receive: Receive, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > largest:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(whole: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body in one message, and then what the server says."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": whole, "more_body": False}

    return again
