"""`serve`: one command, several processes, none lost and none left behind."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.installation import Installation, sql

pytestmark = pytest.mark.database


def until(what: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children()
    return found


def test_it_serves_and_stops_in_order(installation: Installation) -> None:
    process = installation.serve()
    assert until(lambda: len(children(process)) == 4), installation.output(process)
    below = children(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, installation.output(process)
    assert until(lambda: not any(child.is_running() for child in below))
    assert "Traceback" not in installation.output(process)


def test_it_prints_the_set_up_link_while_nobody_has_an_account(installation: Installation) -> None:
    process = installation.serve("--only-web")
    told = installation.output(process)
    assert f"{installation.url}/desk/setup/" in told
    assert f"Undersigned is at {installation.url}" in told


def test_it_starts_again_whatever_dies(installation: Installation) -> None:
    process = installation.serve("--only-web")
    (web,) = children(process)
    web.send_signal(signal.SIGKILL)
    assert until(lambda: [child.pid for child in children(process)] not in ([], [web.pid]))
    assert until(lambda: installation.status("/") is not None)


def test_nothing_outlives_a_parent_that_was_killed(installation: Installation) -> None:
    process = installation.serve()
    assert until(lambda: len(children(process)) == 4)
    below = children(process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    gone, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
    assert len(gone) == 4


def test_ctrl_c_is_an_orderly_stop(installation: Installation) -> None:
    process = installation.serve()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    assert "Traceback" not in installation.output(process)


def test_a_port_in_use_is_one_line(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        done = installation.run("serve")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert f"port {installation.port}" in done.err


def test_a_database_that_is_not_prepared_is_one_line(empty_installation: Installation) -> None:
    done = empty_installation.run("serve")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "undersigned migrate" in done.err


def test_prepare_makes_a_new_site_ready(empty_installation: Installation) -> None:
    empty_installation.serve("--prepare", "--only-web")
    assert empty_installation.run("migrate", "--check").code == 0


def test_a_newer_database_is_refused_on_one_line(installation: Installation) -> None:
    sql(
        installation,
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('signing', '0999_from_the_future', '2030-01-01 00:00:00')",
    )
    for command in (["serve"], ["serve", "--prepare"], ["migrate"], ["check"]):
        done = installation.run(*command)
        assert done.code in (1, 2), command
        assert "signing.0999_from_the_future" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_without_permission_is_one_line(installation: Installation) -> None:
    installation.data.chmod(0o500)
    try:
        done = installation.run("serve")
    finally:
        installation.data.chmod(0o700)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_data_folder_that_cannot_be_made_is_one_line(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = installation.run("serve", data=str(tmp_path / "file" / "data"), secret_key="x" * 50)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "data" in done.err


def test_error_pages_for_developers_are_never_public(installation: Installation) -> None:
    done = installation.run("serve", "--bind", "0.0.0.0", debug="true")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "UNDERSIGNED_DEBUG" in done.err


def test_links_name_the_port_that_is_listened_on(installation: Installation) -> None:
    process = installation.serve("--only-web", "--port", str(installation.port))
    assert f"http://127.0.0.1:{installation.port}/" in installation.output(process)


def test_the_access_log_holds_no_token_no_query_and_nothing_of_the_ledger(installation: Installation) -> None:
    process = installation.serve("--only-web")
    token = "A" * 43
    for path in (f"/confirm/{token}/", "/?q=Somebody", "/ledger/abc/checkpoint", "/who@people.example/"):
        installation.status(path)
    assert until(lambda: "/[address]/" in installation.output(process)), installation.output(process)
    told = installation.output(process)
    # What leads to a signer leaves no line at all.
    assert "GET /confirm" not in told and token not in told
    assert "Somebody" not in told
    assert "GET /ledger" not in told
    assert "people.example" not in told


def test_half_a_form_is_never_acted_upon(installation: Installation) -> None:
    process = installation.serve("--only-web")
    with socket.create_connection(("127.0.0.1", installation.port)) as client:
        client.sendall(
            b"POST /desk/account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nname=Half"
        )
        time.sleep(0.2)
    assert until(lambda: "POST /desk/account/login/ gone" in installation.output(process))


def test_slow_senders_hold_no_thread(installation: Installation) -> None:
    installation.serve("--only-web", web_threads="2")
    slow = [socket.create_connection(("127.0.0.1", installation.port)) for _ in range(10)]
    try:
        for client in slow:
            client.sendall(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nslow")
        time.sleep(0.3)
        assert installation.status("/") is not None
    finally:
        for client in slow:
            client.close()


def test_a_body_larger_than_anything_asked_for_is_refused(installation: Installation) -> None:
    installation.serve("--only-web")
    for size in (1_000_001, 20_000_000):
        request = Request(f"{installation.url}/appeals/a/b/sign", data=b"x" * size, method="POST")
        # A client that sends all before it reads must find the answer, not a broken connection.
        with pytest.raises(OSError, match="413"):
            urlopen(request, timeout=10)
