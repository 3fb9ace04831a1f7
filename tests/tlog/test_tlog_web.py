"""The verifier on a server: site, appeal, log and receipt, and a server that misbehaves."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.golden import make
from undersigned.tlog.verify import main, verify_source

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A server on the loopback address that gives exactly what is put into `pages`."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site.pages.get(self.path, (404, {}, b"none"))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def put(self, path: str, body: bytes | dict[str, Any], status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.pages[path] = (status, headers, data)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server with the golden log of its own origin, the list of logs, and one appeal in the API."""
    monkeypatch.setenv("NO_PROXY", "*")
    site = Site()
    monkeypatch.setattr(make, "ORIGIN", f"{site.host}/ledger/{make.APPEAL}")
    signed = make.build(tmp_path / "log")
    for path in (tmp_path / "log").rglob("*"):
        if path.is_file():
            name = path.relative_to(tmp_path / "log").as_posix()
            site.put(f"/ledger/{make.APPEAL}/{name}", path.read_bytes())
    log = {"origin": make.ORIGIN, "vkey": make.vkey(make.ORIGIN, make.SEED)}
    listed = log | {"appeal": make.APPEAL, "url": f"{site.url}/ledger/{make.APPEAL}"}
    site.put("/.well-known/undersigned.json", {"logs": [listed]})
    site.put("/api/v1/appeals/letter", {"slug": "letter", "log": log | {"size": 300, "root": ""}})
    site.put("/api/v1/appeals/draft", {"slug": "draft", "log": None})
    for name, text in make.receipts(tmp_path / "log", signed).items():
        make.write(tmp_path / name, text.encode())
    yield site
    site.close()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/appeals/letter/",
        "/appeals/letter/pt/versions/1/?x=1#y",
        "/ledger/{a}",
        "/ledger/{a}/checkpoint",
    ],
)
@pytest.mark.parametrize("pinned", [False, True])
def test_a_site_an_appeal_and_a_log_are_counted(site: Site, path: str, pinned: bool) -> None:
    key = make.vkey(make.ORIGIN, make.SEED) if pinned else None
    answer = verify_source(site.url + path.format(a=make.APPEAL), key=key)
    assert answer["errors"] == []
    assert (answer["ok"], answer["pinned"]) == (True, pinned)
    assert [(log["origin"], log["signatures"]) for log in answer["logs"]] == [(make.ORIGIN, 282)]


def test_a_log_lies_where_the_list_says_or_below_its_origin(site: Site) -> None:
    for url in ("", f"/ledger/{make.APPEAL}/"):
        log = {"origin": make.ORIGIN, "vkey": make.vkey(make.ORIGIN, make.SEED), "url": url}
        site.put("/.well-known/undersigned.json", {"logs": [log]})
        for target in ("/", "/appeals/letter/"):
            assert verify_source(site.url + target)["ok"]


def test_a_log_without_a_list_needs_a_key(site: Site) -> None:
    del site.pages["/.well-known/undersigned.json"]
    target = f"{site.url}/ledger/{make.APPEAL}/"
    assert "give it with --key" in verify_source(target)["errors"][0]
    assert verify_source(target, key=make.vkey(make.ORIGIN, make.SEED))["ok"]
    assert verify_source(f"{site.url}/appeals/letter/")["ok"]


def test_a_receipt_without_a_key_asks_the_origins_server(site: Site, tmp_path: Path) -> None:
    answer = verify_source(str(tmp_path / "short.tlog-proof"))
    assert (answer["ok"], answer["pinned"]) == (True, False)
    del site.pages["/.well-known/undersigned.json"]
    assert "publishes no key" in verify_source(str(tmp_path / "short.tlog-proof"))["errors"][0]


def _damage_tile(site: Site) -> None:
    status, headers, body = site.pages[f"/ledger/{make.APPEAL}/tile/0/000"]
    site.pages[f"/ledger/{make.APPEAL}/tile/0/000"] = (status, headers, body[:-1] + b"\0")


def _redirect(site: Site) -> None:
    elsewhere = f"http://localhost:{site.server.server_port}/ledger/{make.APPEAL}/vkey"
    site.put(f"/ledger/{make.APPEAL}/checkpoint", b"", status=302, Location=elsewhere)


def _loop(site: Site) -> None:
    path = f"/ledger/{make.APPEAL}/checkpoint"
    site.put(path, b"", status=302, Location=path)


def _other_key(site: Site) -> None:
    log = {"origin": make.ORIGIN, "vkey": make.vkey(make.ORIGIN, make.NEXT_SEED), "url": ""}
    site.put("/.well-known/undersigned.json", {"logs": [log]})


def _key_of_another_name(site: Site) -> None:
    log = {"origin": make.ORIGIN, "vkey": make.vkey("other.example/x", make.SEED), "url": ""}
    site.put("/.well-known/undersigned.json", {"logs": [log]})


def _local_file(site: Site) -> None:
    log = {"origin": make.ORIGIN, "vkey": make.vkey(make.ORIGIN, make.SEED), "url": "file:///"}
    site.put("/.well-known/undersigned.json", {"logs": [log]})


def _put(path: str, body: bytes, status: int = 200) -> Callable[[Site], None]:
    return lambda site: site.put(path.replace("{a}", make.APPEAL), body, status=status)


@pytest.mark.parametrize(
    "harm",
    [
        _damage_tile, _redirect, _loop, _other_key, _key_of_another_name, _local_file,
        _put("/.well-known/undersigned.json", b"", 500), _put("/.well-known/undersigned.json", b"<html>"),
        _put("/.well-known/undersigned.json", b'{"logs": []}'),
        _put("/ledger/{a}/checkpoint", b"x" * 1_000_001),
        _put("/ledger/{a}/tile/0/000", b"x" * 8193), _put("/ledger/{a}/tile/0/000", b"", 404),
        _put("/ledger/{a}/tile/entries/001.p/44", b"", 503), _put("/ledger/{a}/tile/1/000.p/1", b"x" * 32),
    ],
)  # fmt: skip
def test_a_server_that_misbehaves_verifies_nothing(site: Site, harm: Callable[[Site], None]) -> None:
    harm(site)
    answer = verify_source(site.url)
    assert (answer["ok"], answer["logs"]) == (False, [])
    assert answer["errors"]


def test_a_redirect_within_the_host_is_followed(site: Site) -> None:
    path = f"/ledger/{make.APPEAL}/checkpoint"
    site.pages["/moved"] = site.pages[path]
    site.put(path, b"", status=302, Location="/moved")
    assert verify_source(site.url)["ok"]


def test_an_appeal_without_a_log_is_an_error(site: Site) -> None:
    assert "no log yet" in verify_source(f"{site.url}/appeals/draft/")["errors"][0]
    assert "no public appeal" in verify_source(f"{site.url}/appeals/none/")["errors"][0]


def test_two_keys_for_one_log_are_an_error(site: Site) -> None:
    _other_key(site)
    assert "two keys" in verify_source(f"{site.url}/appeals/letter/")["errors"][0]


def test_a_server_that_is_away_is_an_error(capsys: pytest.CaptureFixture[str], site: Site) -> None:
    site.server.server_close()
    assert main([site.url]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_readers_ask_for_whole_tiles_only(site: Site) -> None:
    assert verify_source(site.url)["ok"]
    below = f"/ledger/{make.APPEAL}/"
    asked = {path.removeprefix(below) for path in site.asked if path.startswith(below)}
    assert asked == {
        "checkpoint", "tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44",
        "tile/1/000.p/1",
    }  # fmt: skip
