"""Letter pages from memory are Django's own bytes, and stale for a moment only."""

import asyncio
import gzip
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from tests.appeals.cased import enter, follow
from tests.cast import LETTER, Cast
from tests.front.ways import Answered, Request, ask, through
from undersigned.appeals import cases, draft, publish
from undersigned.appeals.case_models import Case
from undersigned.appeals.case_sealed import Consent
from undersigned.appeals.models import Appeal, Version
from undersigned.front import letters
from undersigned.front.door import Front
from undersigned.ledger.models import Log
from undersigned.lib import clock
from undersigned.signing import opening, sequence

PATH = "/appeals/night-ferry/en/"


def get(path: str = PATH, *, method: str = "GET", **headers: str) -> Request:
    return Request(
        method, path, b"", tuple((name.replace("_", "-"), value) for name, value in headers.items())
    )


def own(front: Front) -> int:
    return front._sums.total()


def test_a_page_in_memory_is_what_django_answers(ferry: Version) -> None:
    async def act(front: Front) -> list[Answered]:
        asked = (get(), get(accept_encoding="gzip, br"), get(method="HEAD"))
        return [await ask(front, one) for one in asked]

    plain, packed, head = through(act)
    slow_plain, slow_packed, slow_head = through(act, fast=False)
    assert (plain, packed, head) == (slow_plain, slow_packed, slow_head)
    assert gzip.decompress(packed.body) == plain.body
    assert head.body == b"" and head["content-length"] == str(len(plain.body))


def test_a_reader_who_has_the_page_gets_304(ferry: Version) -> None:
    async def act(front: Front) -> list[Answered]:
        tag = (await ask(front, get()))["etag"]
        asked = (tag, tag.removeprefix("W/"), '"other"', "*", f'{tag}, "b"')
        return [await ask(front, get(if_none_match=one)) for one in asked]

    fast = through(act)
    assert fast == through(act, fast=False)
    assert [answer.status for answer in fast] == [304, 304, 200, 304, 304]


def test_django_is_asked_for_what_is_unusual(ferry: Version) -> None:
    async def act(front: Front) -> int:
        await ask(front, Request("GET", PATH, query=b"a=1"))
        await ask(front, get(if_match='"x"'))
        await ask(front, get(host="evil.example"))
        await ask(front, get("/appeals/night-ferry/names/"))
        await ask(front, get("/appeals/night-ferry/none/"))
        return own(front)

    assert through(act) == 0


async def _until(front: Front, changed: Callable[[Answered], bool]) -> float:
    """Seconds until a page changes, asked for often."""
    began = time.monotonic()
    while not changed(await ask(front, get())):
        if time.monotonic() - began > 5:
            raise AssertionError("the page never changed")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def _alone(act: Callable[[], object]) -> None:
    """Does it on a connection that ends with it."""
    try:
        act()
    finally:
        connections.close_all()


Change = Callable[[Version, Cast], None]


def _new_words(version: Version, cast: Cast) -> None:
    text = version.text
    changed = LETTER.replace("one boat", "two boats")
    draft.save_draft(actor=cast.owner, text=text, source=changed, revision=text.draft_revision)
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)


def _settings(version: Version, cast: Cast) -> None:
    draft.update_settings(actor=cast.owner, appeal=version.text.appeal, ask_country=Appeal.Ask.REQUIRED)


def _count(version: Version, _cast: Cast) -> None:
    sequence.record_due(now=clock.now(), force=True)
    Log.objects.filter(appeal_id=version.text.appeal.public_id).update(appended_at=clock.now())


def _closing(version: Version, cast: Cast) -> None:
    opening.close_appeal(actor=cast.owner, appeal=version.text.appeal)


def _date(version: Version, _cast: Cast) -> None:
    Appeal.objects.filter(pk=version.text.appeal_id).update(closes_at=clock.now() + timedelta(seconds=0.3))


def _a_name_taken_back(version: Version, cast: Cast) -> None:
    case = Case.objects.select_related("appeal__team").get()
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))


def test_words_lead_to_nobody_who_is_withheld(ferry: Version, cast: Cast) -> None:
    case = enter(cast.owner, ferry.text.appeal)
    follow(cast.owner, case, ferry.text, "Nurses, bakers")
    listed = f"/appeals/night-ferry/cases/{case.public_id}/"

    async def act(front: Front) -> float:
        assert listed.encode() in (await ask(front, get())).body
        assert own(front) == 1
        assert b"Ramona Veiga" in (await ask(front, get(listed))).body
        await asyncio.to_thread(_alone, lambda: _a_name_taken_back(ferry, cast))
        # The page of the case itself is in no memory: it is gone with the commit.
        assert (await ask(front, get(listed))).status == 404
        assert b"Ramona" not in (await ask(front, get("/appeals/night-ferry/cases/"))).body
        return await _until(front, lambda answer: listed.encode() not in answer.body)

    assert through(act) < 1.5


@pytest.mark.parametrize("change", [_new_words, _settings, _count, _closing, _date])
def test_a_change_shows_after_a_second_at_most(ferry: Version, cast: Cast, change: Change) -> None:
    async def act(front: Front) -> float:
        before = await ask(front, get())
        assert own(front) == 1
        await asyncio.to_thread(_alone, lambda: change(ferry, cast))
        return await _until(front, lambda answer: answer["etag"] != before["etag"])

    allowed = 1.5 + (0.3 if change is _date else 0)
    assert through(act) < allowed


def test_a_page_that_is_no_more_is_no_more_given_out(ferry: Version) -> None:
    async def act(front: Front) -> float:
        assert (await ask(front, get())).status == 200
        await asyncio.to_thread(_alone, lambda: Appeal.objects.update(slug="another-ferry"))
        return await _until(front, lambda answer: answer.status == 404)

    assert through(act) < 1.5


def test_many_who_ask_at_once_cost_one_page(ferry: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = letters.ask

    async def counted(app: letters.App, path: str, headers: letters.Headers) -> letters.Answer:
        made.append(path)
        return await real(app, path, headers)

    monkeypatch.setattr(letters, "ask", counted)

    async def act(front: Front) -> list[Answered]:
        return await asyncio.gather(*[ask(front, get()) for _ in range(200)])

    assert {answer.status for answer in through(act)} == {200}
    # The page, and what a reader gets who has it.
    assert len(made) == 2


def test_memory_for_pages_is_bounded(ferry: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(front: Front) -> int:
        assert front.plain is not None
        kept = front.plain._letters._kept
        kept._largest = 30_000
        for encoding in ("gzip", "identity", "gzip", "identity"):
            await ask(front, get(accept_encoding=encoding))
        return kept.size

    assert 0 < through(act) <= 30_000
