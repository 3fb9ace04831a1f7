"""Raw sockets against the whole server in its own processes: a normal visitor is answered all the while."""

import contextlib
import http.client
import os
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.installation import Installation

# ruff: noqa: E501  a table of oddities is read by the row

LETTER, SIGN = "/appeals/lamp/en/", "/appeals/lamp/en/sign"
POST = f"POST {SIGN} HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# The machine that tests may be busy with other things.
LONGEST = 2.0
STORM = 2.5


@pytest.fixture
def site(demo_installation: Installation) -> Installation:
    """A server with two web processes, as it comes but for the visitor's own limit."""
    demo_installation.serve("--only-web", sign_limit="0", domain_limit="0", web_workers="2")
    return demo_installation


def host(site: Installation) -> str:
    return f"127.0.0.1:{site.port}"


def head(site: Installation) -> bytes:
    return f"GET {LETTER} HTTP/1.1\r\nHost: {host(site)}\r\n".encode()


def post(site: Installation) -> bytes:
    return (POST % host(site)).encode()


class Visitor(threading.Thread):
    """Reads and signs, again and again, on a connection of its own each time; notes what it waited."""

    def __init__(self, site: Installation) -> None:
        super().__init__(daemon=True)
        self.site = site
        self.stopping = threading.Event()
        self.answers: Counter[object] = Counter()
        self.longest = 0.0

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            for method, path in (("GET", LETTER), ("POST", SIGN), ("GET", "/healthz")):
                began = time.monotonic()
                self.answers[self.ask(method, path, number)] += 1
                self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.02)

    def ask(self, method: str, path: str, number: int) -> object:
        client = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=10)
        fields = urlencode({"name": "Ana", "email": f"ana{number}-{id(self)}@people.example"})
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        try:
            client.request(method, path, fields if method == "POST" else None, headers)
            answer = client.getresponse()
            answer.read()
            return answer.status
        except OSError as error:
            return repr(error)
        finally:
            client.close()


@contextlib.contextmanager
def visited(site: Installation) -> Iterator[Visitor]:
    """A visitor while something happens; afterwards every answer must have been right and in time."""
    visitor = Visitor(site)
    visitor.start()
    began = time.monotonic()
    try:
        yield visitor
        time.sleep(max(0.0, began + STORM - time.monotonic()))
    finally:
        visitor.stopping.set()
        visitor.join(30)
    assert set(visitor.answers) == {200, 303}, visitor.answers
    assert visitor.answers[303] >= 3
    assert visitor.longest < LONGEST, visitor.longest


def connect(site: Installation) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=5)


def rest(client: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(OSError):
        while data := client.recv(65536):
            found += data
    return found


def say(client: socket.socket, data: bytes) -> None:
    # Whoever was cut off cannot say anything.
    with contextlib.suppress(OSError):
        client.sendall(data)


def slow_heads(site: Installation) -> None:
    crowd = [connect(site) for _ in range(600)]
    for _ in range(4):
        for client in crowd:
            say(client, b"GET / HT" if _ == 0 else b"X")
        time.sleep(0.4)
    for client in crowd:
        client.close()


def slow_bodies(site: Installation) -> None:
    crowd = [connect(site) for _ in range(600)]
    for client in crowd:
        say(client, post(site) + b"Content-Length: 500\r\n\r\nname=")
    for _ in range(4):
        for client in crowd:
            say(client, b"a")
        time.sleep(0.4)
    for client in crowd:
        client.close()


def huge_bodies(site: Installation) -> None:
    for _ in range(5):
        with connect(site) as client:
            say(client, post(site) + b"Content-Length: 10000000000\r\n\r\n" + b"a" * 100_000)
            assert rest(client).startswith(b"HTTP/1.1 413")
        with connect(site) as client:
            say(client, post(site) + b"Transfer-Encoding: chunked\r\n\r\n")
            for _chunk in range(60):
                say(client, b"8000\r\n" + b"a" * 0x8000 + b"\r\n")
            assert rest(client)[9:12] in (b"413", b"")


def header_floods(site: Installation) -> None:
    for size, number in ((10, 5000), (40_000, 3), (100, 90)):
        for _ in range(20):
            with connect(site) as client:
                headers = b"".join(b"X-%d: %s\r\n" % (n, b"a" * size) for n in range(number))
                say(client, head(site) + headers + b"Connection: close\r\n\r\n")
                found = rest(client)
                assert found[9:12] in (b"400", b"431", b"") if number != 90 else found[9:12] == b"200"


def pipelines(site: Installation) -> None:
    for _ in range(40):
        with connect(site) as client:
            say(client, (head(site) + b"\r\n") * 500)
            time.sleep(0.02)
    signs = b"".join(
        post(site) + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        for number in range(20)
        if (body := b"name=Ana&email=ahead%d@people.example" % number)
    )
    with connect(site) as client:
        say(client, signs + head(site) + b"Connection: close\r\n\r\n")
        found = rest(client)
        assert (found.count(b"HTTP/1.1 303"), found.count(b"HTTP/1.1 200")) == (20, 1)


def idle_connections(site: Installation) -> None:
    crowd = [connect(site) for _ in range(3000)]
    time.sleep(1.5)
    for client in crowd:
        client.close()


def half_closed_sockets(site: Installation) -> None:
    whole = [connect(site) for _ in range(50)]
    half = [connect(site) for _ in range(200)]
    for client in whole:
        say(client, head(site) + b"Connection: close\r\n\r\n")
    for client in half:
        say(client, post(site) + b"Content-Length: 100\r\n\r\nname=Ana&email=half@people.example")
    for client in (*whole, *half):
        client.shutdown(socket.SHUT_WR)
    # A form that did not arrive is not acted upon.
    assert not any(b" 303 " in rest(client) for client in half)
    assert all(b" 200 " in found[:20] for found in map(rest, whole) if found)
    for client in (*whole, *half):
        client.close()


def resets(site: Installation) -> None:
    for number in range(400):
        client = connect(site)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        say(client, head(site) + b"\r\n" if number % 2 else post(site) + b"Content-Length: 9\r\n\r\n")
        client.close()


def nonsense(site: Installation) -> None:
    chance = random.Random(5)
    name = b"Host: " + host(site).encode() + b"\r\n"
    odd = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"GET /\r\n\r\n", b"\r\n" * 500, b"\x00" * 5000,
        b"GET / HTTP/9.9\r\n" + name + b"\r\n", b"BREW /pot HTTP/1.1\r\n" + name + b"\r\n", b"GET  /  HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", post(site) + b"Content-Length: -5\r\n\r\n", post(site) + b"Content-Length: 1e9\r\n\r\n",
        post(site) + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nname=", post(site) + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        post(site) + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
        post(site) + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", post(site) + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + name + b"X: a\r\n folded\r\n\r\n", b"GET / HTTP/1.1\r\n" + name + b": empty\r\n\r\n",
        b"GET /%00%ff%c0%af/../../etc HTTP/1.1\r\n" + name + b"\r\n", b"GET http://evil.example/ HTTP/1.1\r\n" + name + b"\r\n",
        b"GET / HTTP/1.1\r\n" + name + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n", b"CONNECT evil.example:25 HTTP/1.1\r\n\r\n",
        *(chance.randbytes(chance.randrange(1, 4000)) for _ in range(60)),
    ]  # fmt: skip
    for sent in odd:
        with connect(site) as client:
            say(client, sent)
            client.shutdown(socket.SHUT_WR)
            found = rest(client)
            assert b" 500 " not in found[:20] and b"Traceback" not in found, sent


def who_do_not_read(site: Installation) -> None:
    crowd = [connect(site) for _ in range(100)]
    for client in crowd:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        say(client, (head(site) + b"\r\n") * 30)
    time.sleep(2)
    for client in crowd:
        client.close()


def memory(site: Installation) -> int:
    """Kilobytes that the largest process of the server holds for itself alone."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ProcessLookupError):
            if os.getpgid(int(status.parent.name)) == site.processes[0].pid:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                found.append(int(lines["RssAnon"].split()[0]))
    return max(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "storm",
    [
        slow_heads, slow_bodies, huge_bodies, header_floods, pipelines, idle_connections, half_closed_sockets,
        resets, nonsense, who_do_not_read,
    ],
    ids=lambda storm: storm.__name__,
)  # fmt: skip
def test_a_visitor_is_answered_in_a_storm_of(
    site: Installation, storm: Callable[[Installation], None]
) -> None:
    with visited(site):
        storm(site)
    assert site.processes[0].poll() is None
    assert "stopped" not in site.output(site.processes[0])
    assert memory(site) < 160_000


def signed(site: Installation, **headers: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    body = urlencode({"name": "Ana", "email": f"ana{random.random()}@people.example"})
    client.request(
        "POST", SIGN, body, {"Content-Type": "application/x-www-form-urlencoded"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        },
    )  # fmt: skip
    status = client.getresponse().status
    client.close()
    return status


def test_web_processes_count_together(demo_installation: Installation) -> None:
    demo_installation.serve("--only-web", sign_limit="10", web_workers="3")
    found = Counter(signed(demo_installation) for _ in range(40))
    # As time goes by, one more every six seconds.
    assert found[303] + found[429] == 40 and 10 <= found[303] <= 13


def test_a_forged_address_gives_no_second_chance(demo_installation: Installation) -> None:
    demo_installation.serve("--only-web", sign_limit="3", trusted_proxies="10.0.0.0/8")
    forged = [
        signed(demo_installation, X_Forwarded_For=f"198.51.100.{n}", Forwarded=f"for=198.51.100.{n}",
               X_Real_IP=f"198.51.100.{n}", X_Client_IP=f"198.51.100.{n}")
        for n in range(12)
    ]  # fmt: skip
    assert Counter(forged)[303] <= 4 and forged[-1] == 429


def test_a_proxys_word_is_taken_only_as_far_as_it_saw(demo_installation: Installation) -> None:
    demo_installation.serve("--only-web", sign_limit="2", trusted_proxies="127.0.0.1")
    # What stands left of the proxy's own word was typed by the client.
    forged = [signed(demo_installation, X_Forwarded_For=f"203.0.113.{n}, 198.51.100.7") for n in range(8)]
    assert Counter(forged)[303] <= 3 and forged[-1] == 429
    others = [signed(demo_installation, X_Forwarded_For=f"198.51.100.{n + 100}") for n in range(8)]
    assert set(others) == {303}
