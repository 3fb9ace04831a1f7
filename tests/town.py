"""A web of the tests' own: a real server on this machine, with names that lead to it or inside."""

import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from undersigned.lib.reach import Reach

seen: list[tuple[str, str, dict[str, str]]] = []


class Site(http.server.BaseHTTPRequestHandler):
    """Answers by the path: /200, /404, /to?<address>, /head405, /slow, /endless, /cookie."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        seen.append((self.command, self.path, dict(self.headers)))
        path, _, rest = self.path.partition("?")
        if path == "/to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.send_header("Set-Cookie", "a=b")
        elif path == "/head405":
            self.send_response(405 if self.command == "HEAD" else 200)
        elif path == "/slow":
            for _ in range(100):
                self.wfile.write(b"H")
                self.wfile.flush()
                time.sleep(0.1)
            return
        elif path == "/endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")
        else:
            self.send_response(int(path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def site_port() -> Iterator[int]:
    seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


NAMES = {
    "gazette.example": ["127.0.0.1"],
    "inside.example": ["10.0.0.7"],
    "half.example": ["127.0.0.1", "10.0.0.7"],
}


def resolve(host: str, port: int) -> list[str]:
    if host not in NAMES:
        raise socket.gaierror("no such name")
    return NAMES[host]


def town(port: int, seconds: float = 5) -> Reach:
    """A network in which the local server alone may be asked."""
    only = ipaddress.ip_address("127.0.0.1")
    return Reach(resolve, lambda address, asked: (address, asked) == (only, port), seconds)
