"""The archive opened from disk in a real browser: no server, no request beyond the folder, no complaint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from tests.cast import Cast
from tests.edition.conftest import derived, source_in
from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.edition.archive import names, search
from undersigned.edition.archive.write import archive
from undersigned.signing import sequence

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def folder(cast: Cast, family: Appeal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of several languages, with pages and search files so small that they are divided."""
    derived(cast, crowd.original(family), "translation", "ar", source_in("ar"))
    for number in range(12):
        crowd.confirmed(crowd.original(family), f"Mara Marlow{chr(97 + number)}", edition=True)
    sequence.record_due(force=True)
    monkeypatch.setattr(names, "PER_PAGE", 5)
    monkeypatch.setattr(search, "LARGEST", 4)
    out = tmp_path / "archive"
    archive(Appeal.objects.select_related("team").get(pk=family.pk), out)
    return out


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def page(folder: Path, troubles: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A browser without network, watched."""
    # The browser's own loop runs in this thread; the database is asked before and after it only.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
        page = context.new_page()
        page.on(
            "console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url)
        )
        page.on("requestfailed", lambda asked: troubles.append(f"failed: {asked.url}"))
        yield page
        browser.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds, a line each."""
    # Its preloading would ask for the style sheet by XMLHttpRequest, which pages from disk may not.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def test_the_pages_open_from_disk_without_a_complaint(folder: Path, page: Page, troubles: list[str]) -> None:
    page.goto((folder / "index.html").as_uri())
    page.wait_for_url("**/data/index.html")
    for name in (
        "index.html", "texts/es/2/index.html", "texts/ar/1/index.html", "texts/es/index.html",
        "texts/es/2/changes.html", "variants/index.html", "variants/en-1.html", "names/index.html",
        "names/0002.html", "verify.html", "receipts.html", "search.html",
    ):  # fmt: skip
        page.goto((folder / "data" / name).as_uri())
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
    page.goto((folder / "data/texts/ar/1/index.html").as_uri())
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert troubles == []


def test_the_search_finds_texts_and_names_without_a_server(
    folder: Path, page: Page, troubles: list[str]
) -> None:
    assert len(list((folder / "data/search").glob("n-*.js"))) > 10
    page.goto((folder / "data/search.html").as_uri())
    status, results = page.locator("#status"), page.locator("#results a")

    def look_for(words: str, *, found: int) -> None:
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="Buscar").or_(page.get_by_role("button", name="Search")).click()
        expect(results).to_have_count(found)
        expect(status).to_contain_text(str(found))

    look_for("ANGSTROM zoe", found=1)
    look_for("мар ковал", found=1)
    look_for("mara", found=12)
    look_for("marlowc", found=1)
    look_for("أمينة", found=1)
    look_for("nobody such", found=0)
    look_for("manifesto draft", found=1)
    look_for("marlowl mara", found=1)
    results.first.click()
    page.wait_for_url("**/names/*.html#n*")
    expect(page.locator("li:target")).to_contain_text("Mara Marlowl")
    assert violations(page) == []
    assert troubles == []


def test_everything_but_the_search_works_without_script(folder: Path) -> None:
    scripts = [path.name for path in (folder / "data").rglob("*.html") if "<script" in path.read_text()]
    assert scripts == ["search.html"]
