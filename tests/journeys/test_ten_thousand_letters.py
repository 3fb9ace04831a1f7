"""Ten thousand covering letters: progress, a pause, two kills, and nobody is written to twice."""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests import database
from tests.installation import Installation
from tests.journeys.client import Client
from tests.journeys.postbox import Postbox
from tests.journeys.town import FERRY, Town
from tests.journeys.waiting import until

# Browsers and servers of mail see no difference between databases: on PostgreSQL fewer do.
LETTERS = 2_000 if database.WANTS_POSTGRES else 10_000
CARRIERS = f"/desk/appeals/{FERRY}/carriers/"


class Sink(Postbox):
    """Knows who was written to, and keeps no words."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.reached: Counter[str] = Counter()
        self.enclosed = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.reached.update(envelope.rcpt_tos)
        self.enclosed += b"application/pdf" in envelope.content
        return "250 kept"


@pytest.fixture
def sunk(build: Callable[..., Town]) -> Town:
    town = build()
    town.postbox.stop()
    town.postbox = Sink(town.postbox.port)
    town.postbox.start()
    town.serve()
    return town


def _list() -> bytes:
    rows = (f"Person {number},p{number}@sink.example,en" for number in range(LETTERS))
    return "\n".join(["name,email,language", *rows]).encode()


def _add(owner: Client) -> None:
    page = owner.get(f"{CARRIERS}list/")
    form = page.form("file")
    fields = {**form.fields, "rights": "collect"}
    del fields["file"]
    shown = owner.upload(f"{CARRIERS}list/", fields, "file", "people.csv", _list())
    assert shown.status == 200
    taken = owner.post(f"{CARRIERS}list/", shown.form("take").fields)
    assert taken.status == 302


def _progress(owner: Client, run: str) -> tuple[int, str]:
    page = owner.get(run)
    found = re.search(r'<progress[^>]* value="(\d+)"', page.text)
    assert found
    return int(found[1]), page.text


def _act(owner: Client, run: str, act: str) -> None:
    page = owner.get(run)
    form = next(form for form in page.forms() if "act" in form.buttons)
    assert owner.fill(page, form, act=act).status == 302


def _killed(site: Installation) -> None:
    for process in site.processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def test_ten_thousand_letters_survive_kills_and_none_goes_twice(sunk: Town) -> None:
    sink = sunk.postbox
    assert isinstance(sink, Sink)
    owner = sunk.owner()
    _write_template(owner)
    _add(owner)
    page = owner.get(f"{CARRIERS}runs/")
    form = next(form for form in page.forms() if "kind" in {*form.fields, *form.buttons})
    started = owner.fill(page, form, kind="cover")
    run = started.location.partition("?")[0]
    seen = [0]

    def moved(share: float) -> bool:
        seen.append(_progress(owner, run)[0])
        return len(sink.reached) >= LETTERS * share

    until(lambda: moved(0.1), "a tenth of the letters", 240)
    _act(owner, run, "pause")
    until(lambda: "waiting in the mailroom</dt><dd>0" in owner.get(run).text, "the mailroom to be empty", 240)
    rest = len(sink.reached)
    time.sleep(2)
    assert len(sink.reached) == rest < LETTERS
    _act(owner, run, "resume")
    for share in (0.3, 0.6):
        until(lambda share=share: moved(share), f"{share} of the letters", 240)
        _killed(sunk.site)
        sunk.serve()
    unsure = until(lambda: _over(owner, run), "the end of the run", 300)[0]
    assert seen == sorted(seen), "progress goes forward only"
    assert sink.reached.most_common(1)[0][1] == 1
    # One letter at most is under way at each kill; of it the desk says that nobody knows.
    assert unsure <= 2
    assert LETTERS - unsure <= len(sink.reached) <= LETTERS
    assert sink.enclosed in (0, len(sink.reached))


def _over(owner: Client, run: str) -> list[int]:
    page = owner.get(run).text
    if "ended" not in page or "waiting in the mailroom</dt><dd>0" not in page:
        return []
    found = re.search(r"\?state=sent\">(\d+)<", page)
    return [int(found[1]) if found else 0]


def _write_template(owner: Client) -> None:
    page = owner.get(f"{CARRIERS}letters/en/")
    form = page.form("subject")
    assert owner.post(f"{CARRIERS}letters/en/", form.fields).status == 302
