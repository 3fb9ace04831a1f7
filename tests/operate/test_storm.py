"""A short storm: a dozen kills under load, with a failing disk, cut mail and a database that goes away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import database
from tests.installation import Installation
from tests.storm.checks import check, settle
from tests.storm.crowd import Crowd
from tests.storm.disk import Disk, NoCompiler
from tests.storm.mail import MailServer
from tests.storm.weather import Storm

pytestmark = pytest.mark.database


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    if database.WANTS_POSTGRES:
        pytest.skip("what fails here is the disk of SQLite's file")
    try:
        return Disk(tmp_path)
    except NoCompiler:
        pytest.skip("no gcc on this machine to build the failing disk with")


def rage(site: Installation, mail: MailServer, disk: Disk | None, kills: int, seed: int) -> dict[str, int]:
    storm = Storm(site, mail, disk, None, seed)
    crowd = Crowd(site.port, mail, size=6)
    storm.rage(kills, crowd)
    settle(site)
    storm.stop()
    found = check(site, mail, crowd.memory)
    # A storm in which nobody got through proves nothing.
    assert found["signed"] > 20 and found["confirmed"] > 5, found
    return found


def test_nothing_acknowledged_is_lost_when_processes_are_killed(
    demo_installation: Installation, mail: MailServer
) -> None:
    rage(demo_installation, mail, None, kills=10, seed=1)


def test_nothing_acknowledged_is_lost_on_a_disk_that_fails(
    demo_installation: Installation, mail: MailServer, disk: Disk
) -> None:
    rage(demo_installation, mail, disk, kills=10, seed=2)


@pytest.mark.parametrize(("mode", "stored"), [("before", 1), ("after", 2)])
def test_a_cut_message_arrives_at_least_once(
    demo_installation: Installation, mail: MailServer, mode: str, stored: int
) -> None:
    """Failed and not stored: it comes once. Failed, yet stored: it comes again, under the same identity."""
    storm = Storm(demo_installation, mail, None, None, 3)
    crowd = Crowd(demo_installation.port, mail)
    mail.cut = mode
    storm.mend()
    storm.await_answer()
    assert crowd.sign("once@storm.example", "Signer Once")
    settle(demo_installation)
    storm.stop()
    assert mail.cuts == 1
    assert len(mail.taken["once@storm.example"]) == stored
