"""The async door hands whole requests to Django's threads and refuses what is no request."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

from undersigned.front import body, door
from undersigned.front.door import Front, cleaned

Start = Callable[..., Any]


def echo(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "-")
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read(), b" ", forwarded.encode()]


def scope(path: str = "/", **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.replace("__", "_").encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }


def ask(parts: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    """What the door answers to these messages of a client."""

    async def run() -> list[dict[str, Any]]:
        waiting = list(parts)
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        await Front(echo, threads=1)(asked, receive, send)
        return sent

    return asyncio.run(run())


def chunk(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def answer(sent: list[dict[str, Any]]) -> tuple[int, bytes]:
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_a_request_in_pieces_arrives_whole() -> None:
    sent = ask([chunk(b"na", more=True), chunk(b"me=x")], scope(**{"content-length": "6"}))
    assert answer(sent) == (200, b"POST name=x -")


def test_a_body_larger_than_any_form_is_refused() -> None:
    declared = ask([chunk(b"x")], scope(**{"content-length": "99999999"}))
    assert answer(declared)[0] == 413
    undeclared = ask([chunk(b"x" * body.LARGEST_PUBLIC, more=True), chunk(b"x")], scope())
    assert answer(undeclared)[0] == 413


def test_a_body_that_is_too_large_is_answered_in_the_readers_language() -> None:
    wanted = {"content-length": "99999999", "accept-language": "ar,en;q=0.5"}
    sent = ask([chunk(b"x")], scope(**wanted))
    headers = dict(sent[0]["headers"])
    page = answer(sent)[1].decode()
    assert 'lang="ar" dir="rtl"' in page and "413" not in page and "<h1>" in page
    assert (
        headers[b"content-type"] == b"text/html; charset=utf-8" and headers[b"cache-control"] == b"no-store"
    )
    assert b"default-src 'none'" in headers[b"content-security-policy"]
    told = ask([chunk(b"x")], scope("/api/v1/appeals", **{"content-length": "99999999"}))
    assert "error" in json.loads(answer(told)[1])


def test_half_a_form_is_never_acted_upon() -> None:
    assert ask([chunk(b"na", more=True)], scope(**{"content-length": "6"})) == []


def test_the_desk_may_send_files() -> None:
    big = b"x" * (body.LARGEST_PUBLIC + 1)
    status, text = answer(ask([chunk(big)], scope("/desk/import/", **{"content-length": str(len(big))})))
    assert (status, len(text)) == (200, len(big) + len(b"POST  -"))


def test_a_header_that_wsgi_would_misread_is_dropped() -> None:
    kept = cleaned(scope(**{"x__forwarded__for": "6.6.6.6", "x-forwarded-for": "1.2.3.4"}))["headers"]
    assert kept == [(b"x-forwarded-for", b"1.2.3.4")]


def test_a_websocket_is_turned_away() -> None:
    assert ask([], {"type": "websocket"})[0]["type"] == "websocket.close"


def test_no_line_of_the_log_says_when_somebody_signed() -> None:
    for path in (
        "/confirm/", "/confirm/x/", "/mine/x/erase", "/again/x/", "/unsubscribe/x/", "/embargo/x/en/sign",
        "/appeals/ferry/en/sign", "/appeals/ferry/en/signed/", "/appeals/ferry/en/challenge",
        "/api/v1/appeals/ferry/texts/en/signatures",
    ):  # fmt: skip
        assert door._is_of_signers(path)
    for path in ("/", "/appeals/ferry/en/", "/desk/", "/appeals/ferry/names/"):
        assert not door._is_of_signers(path)
