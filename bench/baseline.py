"""Letter pages, sign POSTs and confirmations per second, as ratios to the server's own hello.

    python -m bench.baseline [--seconds 5] [--connections 64]

Starts a server of its own with the demonstration appeal in a temporary folder.
"""

import argparse
import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil

PORT = 8765
LETTER = "/appeals/lamp/en/"


@dataclass(frozen=True)
class Rate:
    """What one kind of request reached."""

    name: str
    per_second: float
    answers: dict[int, int]


async def _client(make: Callable[[], bytes], until: float, answers: dict[int, int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while time.monotonic() < until:
        writer.write(make())
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if length:
            await reader.readexactly(length)
        answers[status] = answers.get(status, 0) + 1
    writer.close()


async def measure(name: str, make: Callable[[], bytes], seconds: float, connections: int) -> Rate:
    """Sends requests over kept connections for some seconds."""
    answers: dict[int, int] = {}
    began = time.monotonic()
    await asyncio.gather(*(_client(make, began + seconds, answers) for _ in range(connections)))
    return Rate(name, sum(answers.values()) / (time.monotonic() - began), answers)


def get(path: str) -> Callable[[], bytes]:
    """The same GET each time."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode()
    return lambda: request


def sign(path: str) -> Callable[[], bytes]:
    """A sign POST with another name and address each time."""
    counter = iter(range(10**12))

    def make() -> bytes:
        number = next(counter)
        body = urlencode(
            {
                "name": f"Signer Number{number}",
                "email": f"s{os.getpid()}-{number}@bench.example",
                "display": "name",
            }
        ).encode()
        head = (
            f"POST {path}sign HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def await_server(process: subprocess.Popen[bytes]) -> None:
    """Returns when the server answers."""
    while process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the server ended")


def memory(process: subprocess.Popen[bytes]) -> float:
    """Megabytes that the server's processes use together, shared pages counted once."""
    parent = psutil.Process(process.pid)
    return sum(p.memory_full_info().pss for p in [parent, *parent.children(recursive=True)]) / 1e6


def rows(data: Path) -> int:
    """Signatures in the database."""
    with sqlite3.connect(data / "undersigned.sqlite3") as connection:
        return int(connection.execute("SELECT count(*) FROM signing_signature").fetchone()[0])


def run(options: argparse.Namespace, data: Path) -> list[Rate]:
    """Measures everything against a running server."""
    before = rows(data)
    rates = [
        asyncio.run(measure(name, make, options.seconds, options.connections))
        for name, make in (("hello", get("/healthz")), ("letter", get(LETTER)), ("sign", sign(LETTER)))
    ]
    stored = rows(data) - before
    accepted = rates[-1].answers.get(303, 0)
    print(json.dumps({"accepted": accepted, "stored": stored, "durable": accepted == stored}))
    return rates


def main() -> None:
    """Prints one line of JSON for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="undersigned-bench-") as folder:
        data = Path(folder) / "data"
        environment = os.environ | {
            "UNDERSIGNED_DATA": str(data), "UNDERSIGNED_PORT": str(PORT), "UNDERSIGNED_SIGN_LIMIT": "0",
        }  # fmt: skip
        command = [sys.executable, "-m", "undersigned.cli", "serve", "--prepare", "--demo", "--only-web"]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                await_server(process)
                rates = run(options, data)
                used = memory(process)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
    hello = rates[0].per_second
    for rate in rates:
        figures = {"per_second": round(rate.per_second), "to_hello": round(rate.per_second / hello, 4)}
        print(json.dumps({"name": rate.name, **figures, "answers": rate.answers}))
    print(json.dumps({"name": "memory", "megabytes": round(used, 1)}))


if __name__ == "__main__":
    main()
