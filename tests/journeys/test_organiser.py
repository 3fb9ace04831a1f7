"""From an empty machine to an open appeal: in a browser by the set-up link, and by commands."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.client import Answer, Form
from tests.journeys.town import PASSWORD, Town
from tests.journeys.visitor import DESK, Visitor
from tests.journeys.waiting import until
from undersigned.lib import clock

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("UNDERSIGNED_SHARED") or PROJECT.parent / "shared") / "letters"
LETTERS = [PROJECT / "tests" / "letters" / "carta-desde-el-faro.txt", *sorted(SHARED.glob("*.txt"))]
# Without script one letter is enough.
WAYS = [(LETTERS[0], False), *((letter, True) for letter in LETTERS)]
HELGA, FIRST = "helga@organisers.example", "first@signatories.example"


def setup_link(town: Town) -> str:
    """The link that `serve` prints while nobody can sign in."""
    process = town.site.processes[-1]
    link = re.compile(r"http://\S+/desk/setup/\S+")
    return until(lambda: link.search(town.site.output(process)), "the set-up link", 30).group()


def _later() -> str:
    return (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")


def _found_a_team(guest: Visitor, link: str) -> None:
    guest.open(link)
    guest.fill(team="Ropewalk", name="Helga", email=HELGA, password1="short", password2="other")
    guest.press("Found the team")
    assert guest.page.locator("[name=name]").input_value() == "Helga"
    assert guest.page.locator("[name=team]").input_value() == "Ropewalk"
    guest.fill(password1=PASSWORD, password2=PASSWORD)
    guest.press("Found the team")


def _upload(guest: Visitor, file: Path) -> None:
    guest.open("/desk/import/")
    guest.page.locator("[name=letter]").set_input_files(file)
    guest.press("Read the letter")
    assert "/draft/" in guest.page.url, guest.page.locator("main").inner_text()


def _settle(guest: Visitor) -> None:
    guest.follow("Settings")
    guest.fill(
        controller="Ropewalk Circle", controller_contact="ropewalk@organisers.example", closes_at=_later()
    )
    guest.fill(purpose="To hand the letter over with its signatures.", ask_place="optional")
    guest.press("Save settings")


@pytest.mark.parametrize(
    ("letter", "script"),
    WAYS,
    ids=[f"{path.stem[:12]}-{'script' if script else 'plain'}" for path, script in WAYS],
)
def test_an_organiser_founds_imports_publishes_and_opens(
    build: Callable[..., Town], visit: Callable[..., Visitor], letter: Path, script: bool
) -> None:
    town = build(empty=True)
    town.serve()
    guest = visit(town, script=script)
    link = setup_link(town)
    _found_a_team(guest, link)
    guest.shoot_both(f"journey-desk-empty-{'script' if script else 'plain'}")
    town.client().get(link)
    assert town.client().get(link).status == 410

    _upload(guest, letter)
    guest.resize(DESK)
    guest.shoot(f"journey-imported-{letter.stem[:12]}")
    source = guest.page.locator("[name=source]")
    body = source.input_value()
    assert body.startswith("---\n") and "[^1]" in body
    added = "Añadimos esta frase, con *énfasis*."
    source.fill(body.replace("\n[^1]:", f"\n{added}\n\n[^1]:", 1))
    if script:
        expect(guest.page.locator("[data-preview-target] em", has_text="énfasis")).to_be_visible(
            timeout=30_000
        )
    else:
        guest.press("Preview")
        assert guest.page.locator("[data-preview-target] em", has_text="énfasis").count() == 1
    guest.press("Save draft")
    assert "Añadimos esta frase" in guest.page.locator("[name=source]").input_value()

    _settle(guest)
    slug = guest.page.url.rstrip("/").split("/")[-1]
    assert town.client().get(f"/appeals/{slug}/").status == 404
    guest.follow("Draft")
    guest.follow("Publish …")
    guest.press("Freeze and publish these words")
    _first_signatory(guest, town, slug)
    _open(guest, town, slug)
    guest.open("/desk/")
    guest.press("Sign out")
    guest.open("/desk/")
    assert "/desk/account/login/" in guest.page.url
    until(lambda: town.client().get("/.well-known/undersigned.json").json["logs"], "the log")
    until(lambda: town.verify(town.url)[0].code == 0, "a first checkpoint that verifies")


def _first_signatory(guest: Visitor, town: Town, slug: str) -> None:
    guest.open(f"/desk/appeals/{slug}/first/")
    page = guest.page
    guest.shoot_both("journey-first")
    form = page.locator("form", has=page.locator("[name=email]")).first
    form.locator("[name=name]").fill("Ilse Primera")
    form.locator("[name=email]").fill(FIRST)
    with page.expect_navigation():
        form.locator("button").last.click()
    expect(page.locator("main")).to_contain_text("Ilse Primera")
    mail = town.postbox.wait(FIRST)
    assert "Ilse" not in mail.text
    signer = town.client()
    asked = signer.get(mail.link("confirm"))
    assert asked.status == 200
    assert signer.follow(signer.fill(asked, asked.form())).status == 200


def _open(guest: Visitor, town: Town, slug: str) -> Page:
    guest.open(f"/desk/appeals/{slug}/open/")
    guest.shoot_both("journey-open")
    form = guest.page.locator("main form").last
    with guest.page.expect_navigation():
        form.locator("button").last.click()
    town.wait_recorded(slug, 1)
    answer = town.client().follow(town.client().get(f"/appeals/{slug}/"))
    assert answer.status == 200 and "Ilse Primera" in answer.text
    return guest.page


def test_commands_make_an_organiser_and_an_appeal(build: Callable[..., Town]) -> None:
    town = build(empty=True)
    site = town.site
    refused = site.run("import", str(LETTERS[0]))
    assert refused.code == 2 and "create-organiser" in refused.err
    arguments = ("--email", HELGA, "--name", "Helga", "--team", "Ropewalk", "--password-file", "-")
    made = site.run("create-organiser", *arguments, typed=f"{PASSWORD}\n")
    assert made.code == 0, made.err
    assert site.run("create-organiser", *arguments, typed=f"{PASSWORD}\n").code == 2
    done = site.run("import", str(LETTERS[0]), "--appeal", "faro")
    assert done.code == 0, done.err
    empty = site.folder / "empty.txt"
    empty.write_bytes(b"")
    bad = site.run("import", str(empty), "--appeal", "faro")
    assert bad.code == 2 and bad.err.count("\n") == 1
    town.serve()
    assert "setup" not in site.output(site.processes[-1])
    helga = town.client()
    helga.sign_in(HELGA, PASSWORD)
    page = helga.get("/desk/appeals/faro/draft/es/")
    assert page.status == 200 and "Valdomar" in page.form("source").fields["source"]
    page = helga.get("/desk/appeals/faro/settings/")
    form = page.form("controller", "closes_at")
    saved = helga.fill(page, form, controller="Helga", purpose="Entregar la carta.", closes_at=_later())
    assert saved.status == 302
    page = helga.get("/desk/appeals/faro/draft/es/publish/")
    assert helga.fill(page, _only(page)).status == 302
    page = helga.get("/desk/appeals/faro/open/")
    assert helga.fill(page, _only(page)).status in (302, 303)
    answer = helga.follow(town.client().get("/appeals/faro/"))
    assert answer.status == 200 and "pescadores" in answer.text


def _only(page: Answer) -> Form:
    """The form of the page's own act, beside those of its frame."""
    return next(form for form in page.forms() if form.method == "post" and "/account/" not in form.action)
