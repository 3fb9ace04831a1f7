"""The local outbox: files, and a page that only this machine can read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.mailroom.conftest import Put
from undersigned.mailroom import outbox, send

pytestmark = pytest.mark.django_db

LOCAL = {"HTTP_HOST": "127.0.0.1:8000"}


@pytest.fixture
def stored(put: Put) -> str:
    """The file name of one stored message."""
    put(
        params={
            "body": "See http://127.0.0.1:8000/confirm/abc/\n<b>not bold</b>",
            "html": "<script>bad()</script>",
        }
    )
    assert send.send_due().sent == 1
    (path,) = outbox.folder().iterdir()
    return path.name


def test_a_message_is_a_file_named_by_its_row(stored: str) -> None:
    path = outbox.folder() / stored
    assert outbox.number_of(stored) and stored.endswith("-raw.eml")
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"From: ")


def test_it_lists_and_shows_a_message_as_text(client: Client, stored: str) -> None:
    page = client.get("/outbox/", headers={"host": "localhost"})
    assert page.status_code == 200 and f"/outbox/{stored}" in page.content.decode()
    assert "A question" in page.content.decode() and "ines@people.example" in page.content.decode()
    shown = client.get(f"/outbox/{stored}", headers={"host": "127.0.0.1:8000"})
    content = shown.content.decode()
    assert '<a href="http://127.0.0.1:8000/confirm/abc/"' in content
    assert "&lt;b&gt;not bold" in content and "&lt;script&gt;bad()" in content
    assert "<script>bad" not in content and "<b>not" not in content
    assert "no-store" in shown["Cache-Control"] and not shown.cookies


def test_the_newest_comes_first_and_older_ones_have_a_page(
    client: Client, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PAGE", 2)
    for number in range(3):
        put(key=f"k{number}", params={"subject": f"Number {number}"})
    send.send_due()
    assert [entry.subject for entry in outbox.listing()] == ["Number 2", "Number 1"]
    first = client.get("/outbox/", headers={"host": "localhost"}).content.decode()
    assert "?before=" in first and "Number 0" not in first
    last = outbox.number_of(outbox.listing()[-1].name)
    assert "Number 0" in client.get(f"/outbox/?before={last}", headers={"host": "localhost"}).content.decode()
    assert client.get("/outbox/?before=x%27", headers={"host": "localhost"}).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "Via",
     "X-Real-Ip", "Cf-Connecting-Ip"],
)  # fmt: skip
def test_a_request_that_was_forwarded_gets_nothing(client: Client, stored: str, header: str) -> None:
    for path in ("/outbox/", f"/outbox/{stored}"):
        assert client.get(path, headers={"host": "localhost", header: "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"bind": "0.0.0.0"}, {"bind": "192.0.2.1"}, {"base_url": "https://letters.example"},
     {"base_url": "http://localhost.letters.example"}, {"email_url": "smtp://127.0.0.1"}],
)  # fmt: skip
def test_a_site_that_is_public_or_sends_mail_has_no_outbox(
    client: Client, stored: str, configure: Callable[..., None], change: dict[str, str]
) -> None:
    configure(**change)
    for path in ("/outbox/", f"/outbox/{stored}"):
        assert client.get(path, headers={"host": "localhost"}).status_code == 404


def test_another_host_name_gets_nothing(client: Client, stored: str, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    for host in ("letters.example", "127.0.0.1.letters.example", "[::1].example", "0.0.0.0"):
        assert client.get("/outbox/", headers={"host": host}).status_code in (400, 404)
    assert client.get("/outbox/", headers={"host": "[::1]:8000"}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fkeys%2fsecret",
        "../keys/secret",
        "000001-raw.eml%00",
        ".000001-raw.eml.tmp",
        "x",
        "1-raw.eml",
    ],
)
def test_no_name_leads_out_of_the_folder(client: Client, stored: str, name: str, data: Path) -> None:
    (data / "000009-raw.eml").write_text("Subject: outside\n\nsecret\n")
    (outbox.folder() / "000010-raw.eml").symlink_to(data / "000009-raw.eml")
    assert client.get(f"/outbox/{name}", headers={"host": "localhost"}).status_code == 404
    assert client.get("/outbox/000010-raw.eml", headers={"host": "localhost"}).status_code == 404
    assert outbox.read(name) is None
    assert [entry.name for entry in outbox.listing()] == [stored]


def test_it_is_read_only_and_empty_at_first(client: Client) -> None:
    assert client.get("/outbox/", headers={"host": "localhost"}).status_code == 200
    assert client.post("/outbox/", headers={"host": "localhost"}).status_code in (403, 405)
