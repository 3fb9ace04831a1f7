"""The letter that this program is modelled on becomes an edition again, each of its parts as structure."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from playwright.sync_api import Browser

from tests.edition import archived, validators
from tests.edition.reading import Page, Tei
from tests.journeys import parts
from tests.journeys.model_letter import (
    COPIES,
    EDITORS_NOTE,
    EVIDENCE,
    FILE,
    INTRODUCTION,
    SHELFMARK,
    SIGNER,
    SOURCE,
    Original,
    annotated,
)
from tests.journeys.town import OWNER, PASSWORD, Town
from tests.journeys.travel import sign_in, submit
from tests.journeys.visitor import Visitor
from undersigned.lib import clock

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"the model letter is not here: {FILE.name}")

OFFLINE = """
import sys
def refuse(event, found):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise OSError("there is no network")
sys.addaudithook(refuse)
from undersigned import cli
sys.exit(cli.main(sys.argv[1:]))
"""


def test_the_model_letter_becomes_an_edition_with_each_part_as_structure(
    build: Callable[..., Town], visit: Callable[..., Visitor], browser: Browser
) -> None:
    original = Original(FILE.read_text(encoding="utf-8"))
    town = build(empty=True)
    made = town.site.run(
        "create-organiser", "--email", OWNER, "--name", "Olive", "--team", "Quay", "--password-file", "-",
        typed=f"{PASSWORD}\n",
    )  # fmt: skip
    assert made.code == 0, made.err
    town.serve()
    guest = sign_in(visit(town), OWNER)
    slug = _import(guest)
    _enter_source(guest, slug, town.site.folder)
    _annotate(guest, slug, original)
    _publish_and_open(guest, slug)
    _sign(town, slug)
    folder, root = town.site.folder / "edition", town.site.folder / "archive"
    written = town.site.run("edition", slug, "--out", str(folder))
    assert written.code == 0, written.err
    assert "es.html" in written.err
    kept = town.site.run("archive", slug, "--out", str(root))
    assert kept.code == 0, kept.err
    town.site.kill_all()
    _formats(folder, original)
    _valid(folder, root)
    _opens_from_disk(root, browser)
    _verifies_offline(root)


def _import(guest: Visitor) -> str:
    guest.open("/desk/import/")
    guest.page.locator("[name=letter]").set_input_files(FILE)
    guest.press("Read the letter")
    slug = re.search(r"/desk/appeals/([^/]+)/draft/", guest.page.url)
    assert slug, guest.page.locator("main").inner_text()
    guest.open(f"/desk/appeals/{slug[1]}/settings/")
    closes = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    guest.fill(controller="Quay Circle", controller_contact="quay@organisers.example", closes_at=closes)
    guest.fill(purpose="To keep the letter.", ask_role="optional", ask_place="optional")
    guest.press("Save settings")
    return slug[1]


def _enter_source(guest: Visitor, slug: str, folder: Path) -> None:
    guest.open(f"/desk/appeals/{slug}/sources/new/")
    guest.fill(**SOURCE)
    guest.press("Enter this source")
    for number, copy in enumerate(COPIES, 1):
        guest.open(f"/desk/appeals/{slug}/sources/{SOURCE['key']}/")
        file = folder / f"copy-{number}.html"
        file.write_bytes(copy)
        guest.page.locator("summary", has_text="Keep a copy").click()
        guest.page.locator("[name=file]").set_input_files(file)
        guest.page.locator("[name=is_open]").set_checked(True)
        guest.press("Keep this copy")


def _annotate(guest: Visitor, slug: str, original: Original) -> None:
    guest.open(f"/desk/appeals/{slug}/draft/es/")
    source = guest.page.locator("[name=source]")
    source.fill(annotated(source.input_value(), original))
    guest.press("Save draft")
    guest.open(f"/desk/appeals/{slug}/sources/citations/")
    guest.fill(text="es", passage=original.passage, **EVIDENCE)
    guest.press("Anchor it")


def _publish_and_open(guest: Visitor, slug: str) -> None:
    guest.open(f"/desk/appeals/{slug}/draft/es/publish/")
    guest.press("Freeze and publish these words")
    guest.open(f"/desk/appeals/{slug}/open/")
    submit(guest)


def _sign(town: Town, slug: str) -> None:
    town.sign(slug, "es", **SIGNER, edition="on")
    town.sign(slug, "es", name="Sin Permiso", email="sin@people.example")
    for address in (SIGNER["email"], "sin@people.example"):
        town.confirm(address)
    town.publish()


def _formats(folder: Path, original: Original) -> None:
    """Every format has every part where it belongs, and nobody who did not ask to be kept."""
    assert parts.lost(Page((folder / "es.html").read_bytes()), parts.of_pages(original)) == []
    assert parts.lost(Page(_book(folder / "es.epub")), parts.of_pages(original)) == []
    assert parts.lost(Tei((folder / "es.tei.xml").read_bytes()), parts.of_tei(original)) == []
    _markdown((folder / "es.md").read_text(encoding="utf-8"), original)
    _csl(json.loads((folder / "es.csl.json").read_text(encoding="utf-8")), original)
    _pdf(folder / "es.pdf", original)
    for path in folder.iterdir():
        assert "Sin Permiso" not in archived.words(path.name, path.read_bytes()), path.name


def _book(path: Path) -> bytes:
    """All chapters of a book behind each other, as one page."""
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if name.endswith(".xhtml") and "nav" not in name]
        pages = [book.read(name).decode("utf-8") for name in names]
    bodies = [page[page.index("<body") : page.rindex("</html>")] for page in pages]
    return ("<!doctype html><html><body>" + "".join(bodies) + "</body></html>").encode("utf-8")


def _markdown(words: str, original: Original) -> None:
    head = words.split("\n---\n", 1)[0]
    for key, value in (
        ("title", original.title), ("author", original.author), ("date", "1936-07-06"), ("lang", "es"),
        ("  civil-name", original.civil_name), ("  volume", f"'{original.printed['volume']}'"),
        ("  pages", f"'{original.printed['pages']}'"), ("  editor", original.printed["source-editor"]),
        ("archive", f"{original.fonds}, {original.archive}"), ("shelfmark", SHELFMARK),
        ("translator", original.publisher), ("translated-from", "fr"), ("series", original.series),
        ("date-as-written", original.date_written),
    ):  # fmt: skip
        assert f"\n{key}: {value}\n" in f"\n{head}\n", key
    for part in (f"[^ed1]: {EDITORS_NOTE}", f"[@{SOURCE['key']}, p. 1]", original.salutation, INTRODUCTION):
        assert part in words
    assert [note in words.replace("*", "") for note in original.notes] == [True, True]


def _csl(items: list[dict[str, object]], original: Original) -> None:
    own, source = items
    assert own["author"] == [{"literal": original.author}]
    assert own["recipient"] == [{"literal": original.addressee}]
    assert own["original-date"] == {"date-parts": [[1936, 7, 6]]}
    assert (own["archive"], own["archive_collection"]) == (original.archive, original.fonds)
    assert (own["collection-title"], own["translator"]) == (
        original.series, [{"literal": original.publisher}],
    )  # fmt: skip
    assert (source["id"], source["container-title"]) == (SOURCE["key"], SOURCE["container"])


def _pdf(path: Path, original: Original) -> None:
    """Its tags name heading, paragraphs, notes and lists; its words are all there."""
    data = path.read_bytes()
    with pikepdf.open(io.BytesIO(data)) as document:
        assert (str(document.Root.Lang), str(document.docinfo["/Title"])) == ("es", original.title)
        kinds = [
            str(found.S) for found in document.objects
            if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/StructElem"
        ]  # fmt: skip
    assert kinds.count("/H1") == 1 and kinds.count("/Note") == 4 and {"/H2", "/P", "/L", "/LI"} <= set(kinds)
    with pypdfium2.PdfDocument(data) as document:
        shown = " ".join(page.get_textpage().get_text_bounded() for page in document)
    shown = _loose(shown)
    printed = (words for name, words in original.printed.items() if name != "source-part")
    for words in (
        original.title, original.author, original.date_written, original.civil_name, original.life,
        original.salutation, *original.paragraphs, *original.notes, original.note, EDITORS_NOTE, INTRODUCTION,
        *printed, original.fonds, original.archive, SHELFMARK, original.series, EVIDENCE["quotation"],
        EVIDENCE["translation"], EVIDENCE["shelfmark"], SIGNER["name"], SIGNER["role"],
    ):  # fmt: skip
        missing = [word for word in _loose(words).split() if word not in shown]
        assert not missing, missing


def _loose(words: str) -> str:
    """Words as they may be broken over lines, and marks of notes between them."""
    return re.sub(r"[\s:;,.*\ufffe]+", " ", words)


def _valid(folder: Path, root: Path) -> None:
    """By every validator that is here."""
    data = (folder / "es.tei.xml").read_bytes()
    assert validators.tei_by_ours(data) == []
    assert archived.bag_errors(root) == []
    assert archived.dead_links(root) == []
    for check in (
        lambda: validators.tei_by_dtd(data) == [],
        lambda: validators.epubcheck(folder / "es.epub") == "",
        lambda: validators.html_checker([folder / "es.html", *root.rglob("*.html")]) == [],
    ):
        try:
            assert check()
        except pytest.skip.Exception as missing:
            print(f"not validated: {missing}")


def _opens_from_disk(root: Path, browser: Browser) -> None:
    """Every page that a link leads to opens from the folder, asks nothing else and complains of nothing."""
    troubles: list[str] = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda asked: troubles.append(asked.url))
    page.on("request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url))
    first = (root / "index.html").as_uri()
    page.goto(first)
    page.wait_for_url("**/data/index.html")
    waiting, seen, others = [page.url], {first}, set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        page.goto(address)
        waiting += _inside(page.evaluate("[...document.links].map((link) => link.href)"), others)
    context.close()
    assert troubles == []
    assert {path.as_uri() for path in root.rglob("*.html") if "kept" not in path.parts} <= seen
    for address in others:
        assert Path(address.removeprefix("file://")).is_file(), address
    assert len(others) > len(COPIES)


def _inside(links: list[str], others: set[str]) -> Iterator[str]:
    """Pages of the folder, without their anchors; files of other kinds are only noted."""
    for link in links:
        address = link.split("#")[0].split("?")[0]
        if address.startswith("file:"):
            if address.endswith(".html") and "/kept/" not in address:
                yield address
            else:
                others.add(address)


def _verifies_offline(root: Path) -> None:
    """Our verifier accepts the folder, and so does the one that lies in it, without any network."""
    command = [sys.executable, "-c", OFFLINE, "verify", str(root), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] and told["logs"][0]["signatures"] == 2
    enclosed = [sys.executable, "-I", str(root / "data/verifier/verify.py")]
    assert subprocess.run(enclosed, capture_output=True, check=False, cwd=root).returncode == 0
