"""Raw sockets against a real server: what is endless, slow, or unread takes nothing from the others."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from tests.installation import free_port
from undersigned.front import body, door, guard
from undersigned.front.door import Front

PATIENCE = 0.6


def hello(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A WSGI application that answers with as many bytes as are asked for."""
    answer = b"x" * int(environ["QUERY_STRING"] or 5)
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with little patience and little room."""
    monkeypatch.setattr(guard, "HEAD_SECONDS", PATIENCE)
    monkeypatch.setattr(guard, "STALLED_SECONDS", PATIENCE)
    monkeypatch.setattr(guard, "CROWDED_SECONDS", 0.1)
    monkeypatch.setattr(guard, "SWEEP_SECONDS", 0.1)
    monkeypatch.setattr(guard.Guarded, "most", 20)
    monkeypatch.setattr(guard.Guarded, "sweeping", None)
    monkeypatch.setattr(guard.Guarded.end_if_due, "__defaults__", (PATIENCE,))
    monkeypatch.setattr(body, "LONGEST_WAIT", PATIENCE)
    number = free_port()
    app = Front(hello, threads=2, fast=False)
    config = uvicorn.Config(
        app, port=number, http=guard.Guarded, ws="none", log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield number
    server.should_exit = True
    thread.join(10)
    app._django.executor.shutdown()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def ask(port: int, sent: bytes = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") -> bytes:
    """What is answered until the connection ends."""
    with connect(port) as client:
        client.sendall(sent)
        return rest(client)


def rest(client: socket.socket) -> bytes:
    found = b""
    try:
        while data := client.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def test_a_head_without_end_is_refused(port: int) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (guard.LARGEST_HEAD + 100_000)
    assert ask(port, endless).startswith(b"HTTP/1.1 431")
    assert ask(port, b"GET /" + b"a" * (guard.LARGEST_HEAD + 100_000)).startswith(b"HTTP/1.1 431")
    assert ask(port).startswith(b"HTTP/1.1 200")


def test_a_flood_of_headers_is_refused(port: int) -> None:
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(guard.MOST_HEADERS + 1))
    assert ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n").startswith(b"HTTP/1.1 400")
    huge = b"X-Long: " + b"a" * (guard.LARGEST_HEAD + 10)
    assert ask(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + huge + b"\r\n\r\n")[9:12] in (b"400", b"431")


def test_a_head_that_trickles_is_cut_off(port: int) -> None:
    with connect(port) as client:
        began = time.monotonic()
        client.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError):
            while time.monotonic() - began < 5:
                client.sendall(b"X")
                time.sleep(0.05)
        assert time.monotonic() - began < 3


def test_who_says_nothing_is_cut_off(port: int) -> None:
    with connect(port) as client:
        assert rest(client) == b""


def test_a_second_head_that_trickles_is_cut_off(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
        time.sleep(0.05)
        began = time.monotonic()
        client.sendall(b"GET / HT")
        rest(client)
        assert time.monotonic() - began < 3


def test_a_body_that_trickles_is_cut_off(port: int) -> None:
    slow = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
    assert ask(port, slow).startswith(b"HTTP/1.1 408")


def test_slow_bodies_take_no_place_in_the_queue(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LONGEST_QUEUE", 3)
    slow = [connect(port) for _ in range(8)]
    for client in slow:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
    time.sleep(0.1)
    assert ask(port).startswith(b"HTTP/1.1 200")
    for client in slow:
        client.close()


def test_requests_ahead_are_answered_in_order_and_bounded(port: int) -> None:
    few = b"".join(b"GET /?%d HTTP/1.1\r\nHost: x\r\n\r\n" % size for size in range(1, 11))
    answer = ask(port, few + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    lengths = [int(part.split(b"\r\n")[0]) for part in answer.split(b"content-length: ")[1:]]
    assert lengths == [*range(1, 11), 5]
    flood = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2000
    assert ask(port, flood).count(b"HTTP/1.1 200") <= guard.MOST_AHEAD + 2
    assert ask(port).startswith(b"HTTP/1.1 200")


def test_who_does_not_read_is_cut_off(port: int) -> None:
    with connect(port) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET /?30000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        assert len(guard.Guarded.alive) == 1
        time.sleep(PATIENCE + 1)
        assert not guard.Guarded.alive
    assert ask(port).startswith(b"HTTP/1.1 200")


def test_idle_connections_make_room_for_who_has_something_to_ask(port: int) -> None:
    idle = [connect(port) for _ in range(20)]
    time.sleep(0.2)
    answers = [ask(port) for _ in range(5)]
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers), answers
    for client in idle:
        client.close()
