"""Readiness and figures for operators: what they say, to whom, and that nobody's data are in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from undersigned.lib import probe
from undersigned.pages import operating

Configure = Callable[..., None]
TOKEN = "a token of the operator"


@pytest.mark.django_db
def test_it_is_ready_and_says_what_it_looked_at(client: Client, data: Path) -> None:
    (data / "keys").mkdir(exist_ok=True)
    answer = client.get("/readyz")
    assert answer.status_code == 200 and not answer.cookies
    assert answer.json() == {"ready": True, "database": True, "disk": True, "keys": True}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_without_keys_or_room_it_gets_no_requests(
    client: Client, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "_LEAST_ROOM", 1 << 62)
    (data / "keys").rename(data / "elsewhere") if (data / "keys").is_dir() else None
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer["Retry-After"]
    assert answer.json() == {"ready": False, "database": True, "disk": False, "keys": False}


@pytest.mark.django_db
def test_what_came_with_a_request_is_told_to_the_command_line_alone(client: Client) -> None:
    assert "seen" not in client.get("/readyz", headers={probe.HEADER: "A" * 43}).json()
    sign = probe.make()
    seen = client.get("/readyz", headers={probe.HEADER: sign, "X-Forwarded-For": "192.0.2.1"}).json()["seen"]
    assert seen == {
        "host": "testserver", "peer": "127.0.0.1", "forwarded": "192.0.2.1", "client": "127.0.0.1",
    }  # fmt: skip


def test_a_sign_is_old_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    sign = probe.make()
    assert probe.is_genuine(sign)
    monkeypatch.setattr(probe, "_SECONDS", 0)
    assert not probe.is_genuine(sign)


@pytest.mark.django_db
def test_there_are_no_figures_unless_the_operator_wants_them(client: Client, configure: Configure) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    configure(metrics_token="short")
    assert client.get("/metrics", headers={"Authorization": "Bearer short"}).status_code == 404
    configure(metrics_token=TOKEN)
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get(f"/metrics?token={TOKEN}").status_code == 404


@pytest.mark.django_db
def test_figures_are_told_without_anybodys_data(
    client: Client, configure: Configure, django_assert_max_num_queries: object
) -> None:
    configure(metrics_token=TOKEN)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.content.decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(len(line.split()) == 2 for line in lines), text
    names = {line.split()[0] for line in lines}
    for name in (
        "ready",
        "mail_due",
        "signatures",
        "leaves_unpublished",
        "disk_free_bytes",
        "database_bytes",
    ):
        assert f"undersigned_{name}" in names
