"""The letter travels: written at the desk, sent by the running site, answered and passed on by link."""

from collections.abc import Callable

from tests.journeys.town import FERRY, OWNER, PASSWORD, Town
from tests.journeys.visitor import DESK, NARROWEST, Visitor

DESKTOP = f"/desk/appeals/{FERRY}/carriers/"
AMIRA, BEA = "amira@carriers.example", "bea@carriers.example"


def _author(town: Town, visit: Callable[..., Visitor]) -> Visitor:
    guest = visit(town)
    guest.open("/desk/account/login/")
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")
    return guest


def _write_letters(author: Visitor) -> None:
    for language in ("en", "ar"):
        author.open(f"{DESKTOP}letters/{language}/")
        author.press("Keep the letter")


def _add_and_send(author: Visitor) -> None:
    author.open(f"{DESKTOP}add/")
    author.fill(name="Amira Nour", email=AMIRA, language="ar")
    author.press("Add")
    author.open(f"{DESKTOP}runs/")
    author.press("Send 1 letter")
    assert "watch=1" in author.page.url


def _look(guest: Visitor, name: str) -> None:
    guest.resize(NARROWEST)
    assert guest.overflow() == "", name
    guest.shoot(name)
    guest.resize(DESK)
    assert guest.violations() == [], name
    guest.shoot(name)


def test_a_letter_is_sent_answered_and_passed_on(town: Town, visit: Callable[..., Visitor]) -> None:
    author = _author(town, visit)
    _write_letters(author)
    _add_and_send(author)

    link = town.postbox.wait(AMIRA).text
    assert "Auto-Submitted" not in town.postbox.wait(AMIRA).message
    assert [part.get_filename() for part in town.postbox.wait(AMIRA).message.iter_attachments()]
    private = next(word for word in link.split() if "/carry/" in word)
    amira = visit(town, locale="ar")
    amira.open(private)
    assert amira.page.locator("html").get_attribute("dir") == "rtl"
    assert not amira.has_cookies()
    _look(amira, "carry-ar")

    plain = visit(town, script=False)
    plain.open(private)
    plain.page.locator("#answer textarea").fill("With pleasure.")
    plain.page.locator("button[value=carry]").click()
    plain.page.wait_for_url("**/?said=answer")
    plain.page.locator("a[href$='/pass-on/']").click()
    plain.fill(name="Bea Lind", email=BEA, language="en")
    plain.page.locator("main form button").click()
    plain.page.wait_for_url("**/?said=passed")
    assert "Bea Lind" in plain.page.locator("main").inner_text()
    assert "Bea Lind" in town.postbox.wait(BEA).text

    author.open(DESKTOP)
    assert "Amira Nour" in author.page.locator("main").inner_text()
    _look(author, "desk-carriers")
    author.follow("Amira Nour")
    assert "With pleasure." in author.page.locator("main").inner_text()
    _look(author, "desk-carrier")
    author.open(f"{DESKTOP}tree/")
    assert "Bea Lind" in author.page.locator("svg.tree").text_content()
    _look(author, "desk-tree")
    for page in ("letters/", "letters/en/", "add/", "list/", "runs/"):
        author.open(DESKTOP + page)
        _look(author, f"desk-{page.strip('/').replace('/', '-')}")
