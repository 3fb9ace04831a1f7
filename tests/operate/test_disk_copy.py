"""A copy of the whole disk of a running server yields no unlisted name and no address of a sealed appeal."""

import csv
import io
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.installation import Installation, free_port
from tests.journeys.client import Client
from tests.journeys.postbox import Postbox
from tests.journeys.waiting import until
from tests.operate import disk
from undersigned.lib import agebox

pytestmark = [pytest.mark.database, pytest.mark.slow]

SCENE = """
from datetime import timedelta
import pyrage
from undersigned.accounts import age_keys, teams
from undersigned.accounts.models import User
from undersigned.appeals import draft, publish
from undersigned.lib import clock
from undersigned.signing import opening, protect
user = User.objects.create_user("olive@people.example", "a long enough passphrase", name="Olive")
team = teams.found_team(actor=user, name="Lower Quay")
key = pyrage.x25519.Identity.generate()
age_keys.add(actor=user, team=team, recipient=str(key.to_public()), label="Olive")
source = "---\\ntitle: For the night ferry\\nlang: en\\n---\\n\\nOne boat more.\\n"
for slug in ("sealed", "plain"):
    appeal = draft.create_appeal(
        actor=user, team=team, slug=slug, title="For the night ferry", source=source, controller="Lower Quay",
        purpose="To ask.", closes_at=clock.now() + timedelta(days=30),
    )
    publish.publish(actor=user, text=appeal.texts.get())
    opening.open_appeal(actor=user, appeal=appeal)
    if slug == "sealed":
        protect.seal(actor=user, appeal=appeal)
print(key)
"""

# Nobody's names, and nothing else on a disk holds them.
UNLISTED = ("Zénobie Quillfeather", "zenobie.quillfeather@veiled.example")
PSEUDONYM = ("Ottoline Brambleworth", "ottoline-b@hidden.example")
NAMED = ("Percival Openly", "percival.secret@unseen.example")
WAITING = ("Wilhelmina Undecided", "wilhelmina.u@limbo.example")
REFUSED = ("Norbert Bouncing", "norbert.b@nowhere.example")
ERASED = ("Erasmus Gonefast", "erasmus.g@vanished.example")
PLAIN = ("Standard Profilius", "standard.profilius@ordinary.example")
HIDDEN = [
    *UNLISTED, *PSEUDONYM, NAMED[1], *WAITING, *REFUSED, *ERASED,
    "Quillfeather", "quillfeather@veiled", "Brambleworth", "hidden.example", "unseen.example",
    "limbo.example", "nowhere.example", "vanished.example", "veiled.example",
]  # fmt: skip


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    made = Postbox(0)
    made.port = free_port()
    made.start()
    yield made
    made.stop()


def _sign(site: Installation, slug: str, who: tuple[str, str], display: str, **more: str) -> None:
    values = {"name": who[0], "email": who[1], "display": display, "updates": "1", **more}
    answer = Client(site.url).post(f"/appeals/{slug}/en/sign", values)
    assert answer.status == 303, answer.text


def _confirm(site: Installation, postbox: Postbox, who: tuple[str, str], *, by_code: bool = False) -> None:
    letter = postbox.wait(who[1])
    if by_code:
        answer = Client(site.url).post("/confirm/", {"code": letter.code})
    else:
        answer = Client(site.url).post(letter.link("confirm").removeprefix(site.url), {})
    assert answer.status == 303, answer.text


def _mine(site: Installation, postbox: Postbox, who: tuple[str, str]) -> str:
    """The private page as the signer finds it: behind the link in the only message they have."""
    page = Client(site.url).get(postbox.wait(who[1]).link("confirm").removeprefix(site.url)).text
    return "/mine/" + page.partition("/mine/")[2].partition('"')[0]


def _ask(site: Installation, question: str) -> int:
    url = site.environment.get("UNDERSIGNED_DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            found = connection.execute(question).fetchone()
    else:
        with sqlite3.connect(site.data / "undersigned.sqlite3", timeout=20) as here:
            found = here.execute(question).fetchone()
    assert found is not None
    return int(found[0])


def _mail_is_gone(site: Installation) -> bool:
    under_way = "SELECT count(*) FROM mailroom_passingmail WHERE span IS NOT NULL"
    queued = "SELECT count(*) FROM mailroom_message WHERE state = 'queued'"
    return not _ask(site, under_way) and not _ask(site, queued)


def test_a_copy_of_the_disk_yields_nobody(
    installation: Installation, postbox: Postbox, tmp_path: Path
) -> None:
    site = installation
    temporary = site.folder / "tmp"
    temporary.mkdir()
    site.environment["TMPDIR"] = os.fspath(temporary)
    identity = site.python(SCENE).out.strip()
    postbox.refuses.add(REFUSED[1])
    site.serve(email_url=postbox.url)
    _crowd(site, postbox)
    until(lambda: _mail_is_gone(site), "all mail to be delivered")
    # A freed page of PostgreSQL still holds what was there: sealed under keys that are gone moments later.
    until(lambda: not list((site.data / "keys").glob("passing-*")), "the keys of mail to be destroyed")
    assert site.run("publish", "--force").code == 0
    logs = sorted(site.folder.glob("process-*.log"))
    url = site.environment.get("UNDERSIGNED_DATABASE_URL", "")
    copy = disk.take(site.data, tmp_path / "copy", temporary, *logs, database_url=url)
    # The thief reads what the keys on the disk open: of the appeal that is not sealed, everything.
    assert disk.found_in(copy, PLAIN), "the search itself finds nothing"
    assert disk.found_in(copy, [NAMED[0], "Kestrel"]), "what is public is there to be found"
    assert disk.found_in(copy, HIDDEN) == []
    assert site.run("fsck").code == 0
    _organisers_read_all(site, identity, tmp_path)
    _signers_still_act(site, postbox)


def _crowd(site: Installation, postbox: Postbox) -> None:
    for who, display, by_code in ((UNLISTED, "unlisted", False), (NAMED, "name", True)):
        _sign(site, "sealed", who, display)
        _confirm(site, postbox, who, by_code=by_code)
    # The other doors: a form that is wrong at first, and the interface for programs.
    wrong = {"name": PSEUDONYM[0], "email": PSEUDONYM[1], "display": "pseudonym"}
    assert Client(site.url).post("/appeals/sealed/en/sign", wrong).status == 422
    _sign(site, "sealed", PSEUDONYM, "pseudonym", pseudonym="Kestrel")
    _confirm(site, postbox, PSEUDONYM)
    _sign(site, "sealed", UNLISTED, "unlisted")
    _sign(site, "sealed", WAITING, "unlisted")
    _sign(site, "sealed", REFUSED, "unlisted")
    _sign(site, "sealed", ERASED, "unlisted")
    _confirm(site, postbox, ERASED)
    erase = f"{_mine(site, postbox, ERASED)}erase"
    assert Client(site.url).post(erase, {"sure": "1"}).status == 200
    _sign(site, "plain", PLAIN, "unlisted")
    _confirm(site, postbox, PLAIN)
    # The one message to each, and no second; whoever signs again is told once more.
    postbox.wait(PLAIN[1], 2)
    assert "already" in postbox.wait(UNLISTED[1], 2).text
    postbox.wait(WAITING[1])
    assert len(postbox.letters(NAMED[1])) == 1


def _organisers_read_all(site: Installation, identity: str, folder: Path) -> None:
    done = site.run("export", "sealed", "--format", "json")
    assert done.code == 0 and not any(secret in done.out for secret in HIDDEN)
    (folder / "export.json").write_text(done.out)
    (folder / "key.txt").write_text(identity)
    opened = site.run(
        "unseal", str(folder / "export.json"), "--identity", str(folder / "key.txt"),
        settings={"data": str(folder / "nowhere"), "database_url": "sqlite:////nowhere/at/all"},
    )  # fmt: skip
    assert opened.code == 0, opened.err
    assert not (folder / "nowhere").exists(), "opening needs no data folder and makes none"
    people = list(csv.DictReader(io.StringIO(opened.out.lstrip("\ufeff"))))
    assert {row["email"] for row in people} == {UNLISTED[1], PSEUDONYM[1], NAMED[1]}
    assert {row["name"] for row in people} == {UNLISTED[0], PSEUDONYM[0], NAMED[0]}
    assert agebox.identities(identity) and json.loads(done.out)["signatures"][0]["sealed"].startswith("age:")


def _signers_still_act(site: Installation, postbox: Postbox) -> None:
    page = _mine(site, postbox, UNLISTED)
    assert Client(site.url).get(f"{page}receipt").text.startswith("c2sp.org/tlog-proof@v1")
    assert Client(site.url).post(f"{page}withdraw", {}).status == 303
    assert "withdrew" in Client(site.url).get(page).text
