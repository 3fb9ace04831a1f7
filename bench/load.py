"""A small load generator: kept HTTP/1.1 connections, as many as asked for, in one thread."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What came of a load: answers by status, and seconds."""

    statuses: Counter[int]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second, of every status."""
        return self.statuses.total() / self.seconds


Requests = Iterator[bytes]


def get(path: str, host: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def post(path: str, host: str, body: str) -> bytes:
    """A POST of a form."""
    data = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


async def answer(reader: asyncio.StreamReader) -> int:
    """Reads one answer whole; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
        if length and status not in (204, 304):
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lowered:
        while True:
            size = int((await reader.readline()).strip(), 16)
            await reader.readexactly(size + 2)
            if not size:
                break
    return status


async def _connection(port: int, requests: Requests, until: Callable[[], bool], seen: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while not until():
            request = next(requests, None)
            if request is None:
                return
            writer.write(request)
            seen[await answer(reader)] += 1
    finally:
        writer.close()


async def _run(port: int, requests: Requests, connections: int, seconds: float) -> Result:
    seen: Counter[int] = Counter()
    began = time.perf_counter()

    def over() -> bool:
        return time.perf_counter() - began > seconds

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(port, requests, over, seen))
    return Result(seen, time.perf_counter() - began)


def run(port: int, requests: Requests, *, connections: int, seconds: float) -> Result:
    """Sends the requests over kept connections until they or the seconds run out."""
    return asyncio.run(_run(port, requests, connections, seconds))
