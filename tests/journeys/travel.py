"""How people act where a letter travels: who sends it, who makes a text of it, who signs, who reads paper."""

import re
from email.message import Message
from pathlib import Path

from tests.journeys.postbox import Letter
from tests.journeys.town import HIDDEN, PASSWORD, Town
from tests.journeys.visitor import DESK, NARROWEST, Visitor
from tests.journeys.waiting import until

DESKTOP = f"/desk/appeals/{HIDDEN}/"
CARRIERS = f"{DESKTOP}carriers/"


def look(guest: Visitor, name: str) -> None:
    """Looks closely at a page: at its narrowest, and at a desk's width by rule."""
    guest.resize(NARROWEST)
    assert guest.overflow() == "", f"{name}: {guest.overflow()}"
    guest.shoot(f"travels-{name}")
    guest.resize(DESK)
    assert guest.overflow() == "", name
    found = guest.violations() if guest.script else []
    assert not found, f"{name}: {found}"
    guest.shoot(f"travels-{name}")


def sign_in(guest: Visitor, email: str) -> Visitor:
    """Somebody of the team at the desk."""
    guest.open("/desk/account/login/")
    guest.fill(login=email, password=PASSWORD)
    guest.press("Sign in")
    return guest


def submit(guest: Visitor, form: str = "main form", button: str = "button") -> None:
    """Presses a form's last button, whatever its language calls it."""
    with guest.page.expect_navigation():
        guest.page.locator(form).last.locator(button).last.click()


def sign(town: Town, guest: Visitor, letter: str, name: str, email: str, **more: str) -> None:
    """Signs where a link leads, opens the mail, confirms."""
    before = len(_confirmations(town, email))
    guest.open(letter)
    guest.fill(name=name, email=email, **more)
    submit(guest, "form.sign")
    assert guest.page.url.endswith("/signed/"), guest.page.locator("main").inner_text()
    mail = until(lambda: _confirmations(town, email)[before:], f"a letter to {email}")[0]
    guest.open(mail.link("confirm"))
    submit(guest)
    # The page thanks, and has a link to the private page alone.
    guest.page.locator("main a[href*='/mine/']").first.wait_for()


def _confirmations(town: Town, email: str) -> list[Letter]:
    return [letter for letter in town.postbox.letters(email) if "/confirm/" in letter.text]


def private_link(town: Town, email: str) -> str:
    """The private link in somebody's covering letter."""
    return next(word for word in town.postbox.wait(email).text.split() if "/carry/" in word)


def begin_text(guest: Visitor, link: str, answer: str, language: str, made_by: str, reason: str) -> None:
    """A carrier answers, and begins a text with the source beside it."""
    guest.open(link)
    with guest.page.expect_navigation():
        guest.page.locator(f"button[value={answer}]").click()
    guest.open(f"{link}text/")
    guest.page.locator("[name=relation]").first.wait_for()
    guest.fill(relation="translation" if answer == "translate" else "adaptation")
    guest.fill(language=language, made_by=made_by, reason=reason)
    submit(guest)
    assert guest.page.locator(".workbench-source").is_visible()


def hand_in(guest: Visitor, link: str, source: str) -> None:
    """A carrier writes the text down, saves it and hands it in."""
    guest.fill(source=source)
    with guest.page.expect_navigation():
        guest.page.locator(".workbench form button").first.click()
    guest.open(f"{link}text/ready/")
    submit(guest)
    assert guest.page.locator("main .notice.success").is_visible(), guest.page.locator("main").inner_text()


def publish_text(author: Visitor, slug: str) -> None:
    """The author reads what a carrier handed in, beside its source, and publishes it."""
    author.open(f"{CARRIERS}texts/{slug}/")
    author.press("Freeze and publish these words")


def filled_sheet(guest: Visitor, page: str, lines: list[tuple[str, str, str]], file: Path) -> Path:
    """A picture of a printed sheet that people have written on."""
    guest.open(page)
    for number, line in enumerate(lines):
        cells = guest.page.locator("table.lines tbody tr").nth(number).locator("td:not(.tick)")
        cells.evaluate_all(
            """(cells, said) => cells.forEach((cell, at) => {
              cell.textContent = said[at] || "~~";
              cell.style.cssText = "font: italic 11px cursive; color: #113";
            })""",
            list(line),
        )
    guest.page.screenshot(path=file, full_page=True, type="png")
    return file


def bring_in(author: Visitor, number: int, claimed: int, scan: Path) -> str:
    """Keeps the scan of a sheet; the address of its page."""
    author.open(f"{DESKTOP}paper/")
    author.fill(number=str(number), claimed=str(claimed))
    author.page.locator("input[type=file]").set_input_files(scan)
    author.press("Keep the sheet")
    assert re.search(r"/paper/\d+/$", author.page.url), author.page.locator("main").inner_text()
    return author.page.url


def read_sheet(reader: Visitor, sheet: str, lines: list[tuple[str, str, str]]) -> None:
    """One of two who read a sheet, alone: line after line, then the rest is empty."""
    reader.open(sheet)
    reader.press("Read this sheet")
    for number, (name, place, email) in enumerate(lines, 1):
        reader.fill(**{f"name-{number}": name, f"place-{number}": place})
        if email:
            reader.fill(**{f"email-{number}": email})
        reader.page.locator(f"[name=name-{number}]").press("Enter")
        reader.page.locator(f"[name=name-{number + 1}]").wait_for()
    reader.press("The remaining lines are empty: my reading is complete")


def bounced(letter: Letter) -> str:
    """The report with which another server's postmaster sends a letter back (RFC 3464)."""
    report = Message()
    report["From"] = "postmaster@elsewhere.example"
    report["To"] = "letters@undersigned.example"
    report["MIME-Version"] = "1.0"
    edge = "returned-letter"
    report["Content-Type"] = f'multipart/report; report-type=delivery-status; boundary="{edge}"'
    status = f"Final-Recipient: rfc822; {letter.to}\nAction: failed\nStatus: 5.1.6\n"
    parts = (
        "Content-Type: text/plain\n\nThis person has moved.\n",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.elsewhere.example\n\n{status}",
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {letter.message['Message-ID']}\n",
    )
    report.set_payload("".join(f"--{edge}\n{part}\n" for part in parts) + f"--{edge}--\n")
    return report.as_string()
