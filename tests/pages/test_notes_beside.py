"""Notes in a real browser without script: beside the passage on a desk, under it on a phone."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.appeals.sourced import add, write
from tests.cast import Cast
from undersigned.appeals import cite, draft, keep, publish
from undersigned.appeals.models import Appeal, Text
from undersigned.signing import opening

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

CHROMIUM = "/usr/bin/chromium"
STATIC = Path(__file__).parents[2] / "src/undersigned/pages/static"
SAVED = b"<!doctype html><title>quiet</title><script>document.title='loud'</script><p>No flour"
PASSAGE = "We ask for one boat more."
WORDS = (
    "Long words of a note that goes on for a while, so that it is taller than the paragraph which calls it, "
    "and then a little longer."
)
RIGHT = (
    "السادة الأعضاء،\n\nنطلب قاربا.[^1] ثم.[^ed1]\n\n"
    "We ask for one boat more.\n\n[^1]: جدول.\n[^ed1]: ملاحظة.\n"
)


Pages = dict[str, tuple[int, dict[str, str], bytes]]


def letter(cast: Cast, text: Text, language: str) -> Pages:
    """A letter with a footnote, an editors' note, and evidence with a kept copy, as the site answers."""
    text.refresh_from_db()
    if language == "ar":
        head = text.draft[: text.draft.index("\n\n")].replace("lang: en", "lang: ar")
        draft.save_draft(
            actor=cast.owner, text=text, source=f"{head}\n\n{RIGHT}", revision=text.draft_revision
        )
    else:
        write(cast.owner, text, "over the hill.", "over the hill.[^ed1]")
        write(cast.owner, text, "page 4.", f"page 4. {WORDS}\n\n[^ed1]: The hill is Saddle Hill.")
    text.refresh_from_db()
    source = add(cast.owner, text.appeal)
    capture = keep.keep(actor=cast.owner, source=source, data=io.BytesIO(SAVED))
    cite.cite(
        actor=cast.owner, text=text, passage=PASSAGE, source=source, quotation="Un barco", locator="p. 4"
    )
    publish.publish(actor=cast.owner, text=text)
    text.refresh_from_db()
    opening.open_appeal(actor=cast.owner, appeal=Appeal.objects.get(pk=text.appeal_id))
    kept = f"/appeals/night-ferry/sources/ruiz1936/kept/{capture.sha256}"
    return {path: fetched(path) for path in (f"/appeals/night-ferry/{text.slug}/", kept)}


def fetched(path: str) -> tuple[int, dict[str, str], bytes]:
    """An answer of the site; the browser's own loop keeps the database out of its thread."""
    found = Client().get(path)
    body = b"".join(found.streaming_content) if found.streaming else found.content  # type: ignore[attr-defined]
    return found.status_code, dict(found.items()), body


@pytest.fixture
def shown() -> Iterator[Callable[..., Page]]:
    """Opens the letter at a width, in a browser that runs no script unless it is told to."""
    running = ExitStack()
    browsers: list[Browser] = []

    def show(pages: Pages, width: int, *, script: bool = False) -> Page:
        if not browsers:
            playwright = running.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            running.callback(browser.close)
            browsers.append(browser)
        context = browsers[0].new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script
        )
        page = context.new_page()
        page.route("**/*", lambda route: answer(route, pages))
        page.goto(f"http://night-ferry.example{next(iter(pages))}")
        return page

    with running:
        yield show


def answer(route: Route, pages: Pages) -> None:
    """A page as it was fetched, or a file of the pages' own."""
    path = urlsplit(route.request.url).path
    if path in pages:
        status, headers, body = pages[path]
        route.fulfill(status=status, headers=headers, body=body)
        return
    found = STATIC / re.sub(r"\.[0-9a-f]{8,}(?=\.\w+$)", "", path.removeprefix("/static/"))
    kind = "text/css" if found.suffix == ".css" else "image/svg+xml"
    route.fulfill(body=found.read_bytes() if found.is_file() else b"", content_type=kind)


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return dict(found)


CALLING = ".text-body p:has(sup)"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1100, 1280])
def test_on_a_desk_a_note_stands_beside_its_passage(
    cast: Cast, text: Text, shown: Callable[..., Page], language: str, width: int
) -> None:
    pages = letter(cast, text, language)
    page = shown(pages, width)
    words, note = box(page, CALLING), box(page, ".side")
    assert abs(note["y"] - words["y"]) < 24
    if language == "ar":
        assert note["x"] + note["width"] <= words["x"]
    else:
        assert note["x"] >= words["x"] + words["width"]
    following = box(page, f"{CALLING} >> nth=1")
    assert following["y"] - (words["y"] + words["height"]) < 60
    last = box(page, ".side-note.source")
    assert last["x"] == pytest.approx(note["x"], abs=40) and last["y"] >= note["y"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_it_stands_under_it(
    cast: Cast, text: Text, shown: Callable[..., Page], language: str
) -> None:
    pages = letter(cast, text, language)
    page = shown(pages, 320)
    words, note = box(page, CALLING), box(page, ".side")
    assert note["y"] >= words["y"] + words["height"] - 1
    assert note["y"] + note["height"] <= box(page, f"{CALLING} >> nth=1")["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_is_read_in_its_order_and_reached_by_keyboard(
    cast: Cast, text: Text, shown: Callable[..., Page]
) -> None:
    pages = letter(cast, text, "en")
    page = shown(pages, 1280)
    page.locator("sup a").first.focus()
    order = []
    for _ in range(7):
        order.append(
            page.evaluate("document.activeElement.getAttribute('role') || document.activeElement.href")
        )
        page.keyboard.press("Tab")
    assert order[:4] == ["doc-noteref", "doc-noteref", "doc-backlink", "doc-backlink"]
    assert order[4] == "doc-noteref" and "/kept/" in order[6]
    whole = page.locator(".text-body").inner_text()
    places = [whole.index(words) for words in ("one boat more", "Saddle Hill", "Timetable")]
    assert places == sorted(places, reverse=True)
    labels = page.locator("[role=doc-footnote]").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert labels == ["Note 1", "Editors’ note 1", "Source 1"]
    page.locator("sup a").first.press("Enter")
    assert page.locator(".side-note:target").count() == 1


def test_nothing_of_it_keeps_anybody_out(cast: Cast, text: Text, shown: Callable[..., Page]) -> None:
    pages = letter(cast, text, "en")
    for width in (320, 1280):
        found = Axe().run(shown(pages, width, script=True), context=".letter")
        assert found.violations_count == 0, found.generate_report()


def test_the_kept_copy_opens_from_its_note_and_runs_nothing(
    cast: Cast, text: Text, shown: Callable[..., Page]
) -> None:
    pages = letter(cast, text, "en")
    page = shown(pages, 1280, script=True)
    page.locator(".side-note.source a", has_text="kept copy of").click()
    page.wait_for_url("**/kept/*")
    assert "No flour" in page.content() and page.title() == "quiet"
