"""A letter circulates unseen, is signed behind a carrier's link, and appears all at once."""

import re
from collections.abc import Callable

from tests.journeys.town import HIDDEN, OWNER, PASSWORD, Town
from tests.journeys.visitor import DESK, NARROWEST, Visitor
from tests.journeys.waiting import until

EMBARGO = f"/desk/appeals/{HIDDEN}/embargo/"
CARRIERS = f"/desk/appeals/{HIDDEN}/carriers/"
AMIRA, ANA = "amira@carriers.example", "ana@signers.example"
PUBLIC = (
    f"/appeals/{HIDDEN}/",
    f"/appeals/{HIDDEN}/en/",
    f"/appeals/{HIDDEN}/names/",
    f"/api/v1/appeals/{HIDDEN}",
)


def _look(guest: Visitor, name: str) -> None:
    guest.resize(NARROWEST)
    assert guest.overflow() == "", name
    guest.shoot(name)
    guest.resize(DESK)
    if guest.script:
        assert guest.violations() == [], name
    guest.shoot(name)


def _begin(town: Town, visit: Callable[..., Visitor]) -> Visitor:
    author = visit(town)
    author.open("/desk/account/login/")
    author.fill(login=OWNER, password=PASSWORD)
    author.press("Sign in")
    author.open(EMBARGO)
    _look(author, "embargo-begin")
    author.fill(number="50")
    author.press("Begin under embargo")
    _look(author, "embargo-running")
    author.open(f"{CARRIERS}letters/en/")
    author.press("Keep the letter")
    author.open(f"{CARRIERS}add/")
    author.fill(name="Amira Nour", email=AMIRA, language="en")
    author.press("Add")
    author.open(f"{CARRIERS}runs/")
    author.press("Send 1 letter")
    return author


def _signing_link(town: Town, visit: Callable[..., Visitor]) -> str:
    private = next(word for word in town.postbox.wait(AMIRA).text.split() if "/carry/" in word)
    amira = visit(town)
    amira.open(private)
    _look(amira, "embargo-carry")
    found = re.search(r"http\S+/embargo/[\w-]{43}/en/", amira.page.locator("main").inner_text())
    assert found
    return found[0]


def _sign(town: Town, guest: Visitor, link: str) -> None:
    guest.open(link)
    assert guest.page.locator("meta[property^='og:'], link[rel=canonical]").count() == 0
    assert "not published yet" in guest.page.locator("main").inner_text()
    guest.fill(name="Ana Sol", email=ANA)
    guest.page.get_by_role("button", name="Sign", exact=True).click()
    guest.page.wait_for_url("**/signed/")
    guest.open(town.postbox.wait(ANA).link("confirm"))
    assert "secret boat" in guest.page.locator("main").inner_text()
    guest.page.get_by_role("button", name="Confirm my signature").click()
    guest.page.get_by_role("heading", name="Thank you").wait_for()
    assert not guest.has_cookies()


def _promise(town: Town, guest: Visitor) -> str:
    guest.page.get_by_role("link", name="My private page").click()
    guest.page.get_by_role("heading", name="My signature").wait_for()
    _look(guest, "embargo-mine")
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="Download the promise").click()
    path = town.site.folder / "letter.promise.txt"
    download.value.save_as(path)
    return str(path)


def test_a_letter_is_signed_unseen_and_appears_at_once(town: Town, visit: Callable[..., Visitor]) -> None:
    author = _begin(town, visit)
    link = _signing_link(town, visit)
    reader = visit(town)
    reader.open(link)
    _look(reader, "embargo-letter")
    guest = visit(town, script=False)
    _sign(town, guest, link)
    promise = _promise(town, guest)
    done, found = town.verify(promise)
    assert done.code == 0 and found["promise"]["state"] == "waiting"
    assert [town.client().get(path).status for path in PUBLIC] == [404] * len(PUBLIC)
    assert HIDDEN not in town.client().get("/").text and HIDDEN not in town.client().get("/feed.atom").text

    author.open(EMBARGO)
    author.page.locator("[name=sure]").check()
    author.press("Lift the embargo")
    until(lambda: town.client().get(PUBLIC[1]).status == 200, "the letter to appear")
    assert town.recorded(HIDDEN) == 1
    assert "Ana Sol" in town.client().get(PUBLIC[2]).text
    done, found = town.verify(promise)
    assert done.code == 0 and found["promise"]["state"] == "kept", done.out + done.err
    guest.open(link)
    assert f"/appeals/{HIDDEN}/en/?via=" in guest.page.url
    assert town.site.run("fsck").code == 0
