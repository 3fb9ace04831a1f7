"""A disk that is really full: 503 with Retry-After, nothing half-written, and then on it goes."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests import database
from tests.installation import Installation, sql

pytestmark = pytest.mark.database

SIGN = "/appeals/lamp/en/sign"
ROWS = ("signing_signature", "signing_publicline", "signing_person", "mailroom_message")


@pytest.fixture
def small(demo_installation: Installation) -> Iterator[Installation]:
    """A site whose data folder is a disk of 24 MB, made in memory."""
    if database.WANTS_POSTGRES:
        pytest.skip("what is full here is the disk of SQLite's file")
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    data = demo_installation.data
    kept = data.with_name("kept")
    data.rename(kept)
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(data)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a disk in memory")
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        yield demo_installation
    finally:
        demo_installation.kill_all()
        subprocess.run(["umount", "-l", str(data)], check=True)


def post(site: Installation, number: int) -> tuple[int, str | None]:
    """The status and Retry-After of one signature."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    body = urlencode({"name": f"Signer {letters}", "email": f"s{number}@full.example", "display": "name"})
    connection.request("POST", SIGN, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Retry-After")


def fill(site: Installation) -> None:
    """Leaves no room at all."""
    with (site.data / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"\0" * 4096)
        except OSError:
            pass


def counts(site: Installation) -> list[object]:
    return [sql(site, f"SELECT count(*) FROM {table}")[0][0] for table in ROWS]


def test_a_full_disk_loses_nothing_and_promises_nothing(small: Installation) -> None:
    small.serve(sign_limit="0", domain_limit="0")
    before = counts(small)
    assert post(small, 1)[0] == 303
    fill(small)
    answers = [post(small, number) for number in range(2, 120)]
    taken = 1 + sum(status == 303 for status, _ in answers)
    refused = [(status, wait) for status, wait in answers if status != 303]
    assert refused
    assert all(status == 503 and wait and int(wait) > 0 for status, wait in refused)
    # Reading goes on.
    assert small.status("/appeals/lamp/en/") == 200
    (small.data / "ballast").unlink()
    deadline = time.monotonic() + 30
    while post(small, 1000)[0] != 303:
        assert time.monotonic() < deadline, "signing did not come back when there was room"
        time.sleep(0.2)
    small.kill_all()
    rows = counts(small)
    assert rows[0] == int(str(before[0])) + taken + 1
    # Each with its line, its person and its mail, or nothing.
    assert rows[1] == int(str(before[1])) + taken + 1
    assert rows[2] == int(str(before[2])) + taken + 1
    assert rows[3] == int(str(before[3])) + taken + 1
    assert sql(small, "PRAGMA integrity_check") == [("ok",)]
    fsck = small.run("fsck")
    assert fsck.code == 0, fsck.out + fsck.err
