"""A book is valid by epubcheck, complete, the same each time, and kind to every reading system."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.cast import Cast
from tests.edition.conftest import SCRIPTS, derived, source_in
from tests.edition.reading import said, written
from tests.edition.test_formats import EVERYTHING
from tests.edition.validators import epubcheck
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition.formats import epub
from undersigned.edition.gather import gather

pytestmark = pytest.mark.django_db

NS = {
    "h": "http://www.w3.org/1999/xhtml", "o": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/", "e": "http://www.idpf.org/2007/ops",
}  # fmt: skip


class Book:
    """An EPUB file, asked by XPath."""

    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.names = self.zip.namelist()

    def all(self, name: str, path: str) -> list[Any]:
        return list(etree.fromstring(self.zip.read(f"EPUB/{name}")).xpath(path, namespaces=NS))

    def words(self, name: str, path: str) -> list[str]:
        return [said(found) for found in self.all(name, path)]


def book(edition: d.Edition, text: d.Text | None = None) -> Book:
    return Book(written(epub.write, edition, text))


def check(data: bytes, folder: Path) -> str:
    """What epubcheck finds; empty where it finds nothing."""
    path = folder / "book.epub"
    path.write_bytes(data)
    return epubcheck(path)


def of_everything(cast: Cast, family: Appeal) -> tuple[d.Edition, d.Text]:
    base = reading.current_version(reading.original(family))
    derived(cast, base, "translation", "en", EVERYTHING, slug="all")
    made = gather(family)
    return made, next(text for text in made.texts if text.slug == "all")


def test_the_letter_is_valid_by_epubcheck(edition: d.Edition, tmp_path: Path) -> None:
    assert check(written(epub.write, edition), tmp_path) == ""


def test_a_body_with_everything_that_markdown_has_is_valid(
    cast: Cast, family: Appeal, tmp_path: Path
) -> None:
    made, text = of_everything(cast, family)
    assert check(written(epub.write, made, text), tmp_path) == ""
    found = book(made, text)
    marks = found.words("letter.xhtml", "//h:a[@e:type='noteref']/@href")
    assert marks == ["notes.xhtml#note-1", "notes.xhtml#ed-note-1", "notes.xhtml#note-1"]
    notes = found.words("notes.xhtml", "//h:aside[@e:type='footnote']/@id")
    assert notes == ["note-1", "ed-note-1"]
    assert found.words("notes.xhtml", "//h:a[@role='doc-backlink']/@href")[0] == "letter.xhtml#note-1-mark"
    assert found.words("letter.xhtml", "//*[@e:type='introduction']//h:em") == ["this"]
    assert found.words("content.opf", "//dc:creator") == ["A", "B"]


def test_right_to_left_turns_the_pages_the_other_way(cast: Cast, family: Appeal, tmp_path: Path) -> None:
    base = reading.current_version(reading.original(family))
    derived(cast, base, "translation", "ar", source_in("ar"))
    made = gather(family)
    text = next(text for text in made.texts if text.language == "ar")
    assert check(written(epub.write, made, text), tmp_path) == ""
    found = book(made, text)
    assert found.words("content.opf", "//o:spine/@page-progression-direction") == ["rtl"]
    assert found.words("letter.xhtml", "/h:html/@dir | /h:html/@lang") == ["ar", "rtl"]
    assert found.words("letter.xhtml", "//h:h1") == [SCRIPTS["ar"][0]]


def test_the_package_says_what_the_book_is(edition: d.Edition) -> None:
    text, found = edition.texts[0], book(edition)
    (ident,) = found.words("content.opf", "//dc:identifier")
    assert ident == f"urn:sha256:{text.version.sha256}"
    assert found.words("content.opf", "//dc:title | //dc:language") == [text.title, "es"]
    assert found.words("content.opf", "//dc:creator") == ["Ernestina Valdomar"]
    assert found.words("content.opf", "//dc:date") == [text.version.published.isoformat()]
    (changed,) = found.words("content.opf", "//o:meta[@property='dcterms:modified']")
    assert changed == f"{edition.changed:%Y-%m-%dT%H:%M:%SZ}"
    for name in ("accessMode", "accessModeSufficient", "accessibilityFeature", "accessibilityHazard"):
        assert found.all("content.opf", f"//o:meta[@property='schema:{name}']")


def test_every_link_inside_the_book_leads_somewhere(edition: d.Edition) -> None:
    for text in edition.texts:
        found = book(edition, text)
        pages = [name.removeprefix("EPUB/") for name in found.names if name.endswith(".xhtml")]
        ids = {page: found.words(page, "//@id") for page in pages}
        for page in pages:
            assert len(ids[page]) == len(set(ids[page]))
            for link in found.words(page, "//h:a/@href"):
                file, _, ident = link.partition("#")
                if not re.match("[a-z]+:", link):
                    assert (file or page) in pages
                    assert not ident or ident in ids[file or page], link


def test_the_same_edition_gives_the_same_bytes_with_mimetype_first(edition: d.Edition) -> None:
    one, two = written(epub.write, edition), written(epub.write, edition)
    assert one == two
    entries = zipfile.ZipFile(io.BytesIO(one)).infolist()
    assert (entries[0].filename, entries[0].compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert one[30:58] == b"mimetypeapplication/epub+zip"
    # A ZIP file counts in steps of two seconds.
    changed = edition.changed.replace(second=edition.changed.second // 2 * 2)
    assert {entry.date_time for entry in entries} == {changed.timetuple()[:6]}


def test_many_names_stand_in_files_of_five_hundred(edition: d.Edition, tmp_path: Path) -> None:
    def read() -> Any:
        return (d.Signatory(f"Signer {number}", first=number < 3) for number in range(1201))

    text = replace(edition.texts[0], signatories=d.Roll(1201, read))
    data = written(epub.write, edition, text)
    found = Book(data)
    parts = [name.removeprefix("EPUB/") for name in found.names if "signatories" in name]
    assert [len(found.all(part, "//h:ul[@class='names']/h:li")) for part in parts] == [500, 500, 201]
    assert len(found.all(parts[0], "//h:h3/following-sibling::h:ul[1]/h:li")) == 3
    inner = found.words("nav.xhtml", "//h:nav[@e:type='toc']/h:ol/h:li/h:ol/h:li/h:a/@href")
    assert inner == parts[1:]
    assert check(data, tmp_path) == ""


def test_the_book_asks_nothing_of_any_other_address(edition: d.Edition) -> None:
    found = book(edition)
    for name in found.names:
        if name.endswith(".xhtml"):
            page = name.removeprefix("EPUB/")
            assert found.all(page, "//h:script | //h:img") == []
            assert set(found.words(page, "//h:link/@href")) == {"style.css"}
    assert "url(" not in epub.style() and "@import" not in epub.style()
