"""The drill: a backup while people sign, the machine lost, another one set up; nobody is missing."""

import json
import shutil
import time
from collections.abc import Iterator

import pytest

from tests.installation import Installation
from tests.storm.crowd import Crowd
from tests.storm.mail import MailServer

pytestmark = pytest.mark.database

_PEOPLE = """
import json
from undersigned.signing import people
from undersigned.signing.models import Signature
rows = Signature.objects.filter(appeal__slug="lamp", person__isnull=False).select_related("person")
print(json.dumps({people.unseal(row.person)["email"]: row.state for row in rows}))
"""


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


def backed_up_in_a_crowd(site: Installation, mail: MailServer) -> tuple[Crowd, set[str], set[str]]:
    """The crowd, and who had been told "signed" and "confirmed" when the backup began."""
    site.environment |= {
        "UNDERSIGNED_EMAIL_URL": f"smtp://127.0.0.1:{mail.port}?timeout=5",
        "UNDERSIGNED_SIGN_LIMIT": "0", "UNDERSIGNED_DOMAIN_LIMIT": "0", "UNDERSIGNED_APPEAL_LIMIT": "0",
    }  # fmt: skip
    server = site.serve()
    crowd = Crowd(site.port, mail, size=4, pause=0.02)
    crowd.start()
    deadline = time.monotonic() + 60
    while not crowd.got_through() and time.monotonic() < deadline:
        time.sleep(0.1)
    signed, confirmed = set(crowd.memory.signed), set(crowd.memory.confirmed)
    done = site.run("backup", str(site.folder / "drill.tar.gz"))
    assert done.code == 0, done.err
    # Some sign after it: they are what a backup cannot hold.
    time.sleep(0.5)
    crowd.stop()
    site.run("publish", "--force")
    server.terminate()
    server.wait(60)
    return crowd, signed, confirmed


def test_everybody_who_was_acknowledged_before_the_backup_is_there_after_it(
    demo_installation: Installation, empty_installation: Installation, mail: MailServer
) -> None:
    old, new = demo_installation, empty_installation
    crowd, signed, confirmed = backed_up_in_a_crowd(old, mail)
    assert len(signed) > 40 and len(confirmed) > 10
    gone = set(crowd.memory.erased) | crowd.memory.erasing

    # What lies apart from the backups: the keys without the signers' memory, and the journal of erasures.
    shutil.copytree(old.data / "keys", new.data / "keys", ignore=shutil.ignore_patterns("signer"))
    if (old.data / "erasures.journal").exists():
        shutil.copy(old.data / "erasures.journal", new.data / "erasures.journal")
    done = new.run("restore", str(old.folder / "drill.tar.gz"))
    assert done.code == 0, done.err
    found = json.loads(new.python(_PEOPLE).out)
    assert signed - gone <= set(found)
    assert {found[email] for email in confirmed - gone} <= {"confirmed", "recorded"}
    assert not set(crowd.memory.erased) & set(found)

    # What was published beyond the backup comes from anybody's copy of the public files.
    for checkpoint in old.data.glob("ledger/*/checkpoint"):
        done = new.run("fsck", "lamp", "--mend", "--from", str(checkpoint.parent))
        assert done.code == 0, done.out + done.err
    assert new.run("publish", "--force").code == 0
    totals = []
    for site in (old, new):
        told = json.loads(site.run("verify", str(site.data / "ledger"), "--json").out)
        assert told["ok"], told["errors"]
        totals.append(told["logs"][0]["signatures"])
    assert totals[1] >= totals[0] - len(gone)
    print(f"drill: {len(signed)} signed and {len(confirmed)} confirmed before the backup, all there after it")
