"""EPUB 3: a chapter for the letter, its notes and each section; signatories in files of a few hundred.

The container is written entry by entry with fixed times, so that the same appeal gives the same bytes and a
long roll is never all in memory.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from undersigned.edition.document import Edition, Text
from undersigned.edition.formats import epub_package as package
from undersigned.edition.formats import html
from undersigned.edition.formats import html_matter as matter
from undersigned.edition.formats.epub_chapters import Chapter, chapters, roll
from undersigned.edition.formats.tags import Markup, empty, escape, tag
from undersigned.edition.formats.xhtml import as_xml, ids, linked, with_types

# The oldest moment that a ZIP file can name.
_OLDEST = (1980, 1, 1, 0, 0, 0)


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes the book: `mimetype` first and stored, as readers look for it there."""
    with zipfile.ZipFile(out, "w") as book:
        put = _Entries(book, edition.changed)
        put.add("mimetype", "application/epub+zip", stored=True)
        put.add("META-INF/container.xml", package.CONTAINER)
        put.add("EPUB/style.css", style())
        done = [*_written(put, text, list(chapters(edition, text))), *_named(put, text)]
        back = Chapter("edition.xhtml", text.say("verify"), _back(edition, text), "backmatter")
        done += _written(put, text, [back])
        put.add("EPUB/nav.xhtml", package.navigation(text, done))
        put.add("EPUB/content.opf", package.opf(edition, text, done))


@lru_cache(maxsize=1)
def style() -> str:
    """The book's style sheet."""
    return (Path(__file__).parent / "epub.css").read_text(encoding="utf-8")


class _Entries:
    """Entries of a ZIP file that tell no time but the data's and no system but the format's."""

    def __init__(self, book: zipfile.ZipFile, changed: datetime) -> None:
        self._book = book
        self._time = max(_OLDEST, changed.timetuple()[:6])

    def add(self, name: str, content: str, *, stored: bool = False) -> None:
        """Adds a file."""
        entry = zipfile.ZipInfo(name, self._time)
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        self._book.writestr(entry, content.encode("utf-8"))


def _written(put: _Entries, text: Text, found: list[Chapter]) -> list[Chapter]:
    """Chapters that link to each other."""
    files = {ident: chapter.file for chapter in found for ident in ids(chapter.content)}
    for chapter in found:
        put.add(f"EPUB/{chapter.file}", _page(text, chapter, files))
    return found


def _named(put: _Entries, text: Text) -> Iterator[Chapter]:
    """The signatories, a file at a time; what is kept of each is its title."""
    for chapter in roll(text):
        put.add(f"EPUB/{chapter.file}", _page(text, chapter, {}))
        yield Chapter(chapter.file, chapter.title, "", chapter.kind, chapter.within)


def _back(edition: Edition, text: Text) -> str:
    return "\n".join((matter.versions(text), matter.verification(edition, text), html.foot(edition, text)))


def _page(text: Text, chapter: Chapter, files: dict[str, str]) -> str:
    content = linked(with_types(as_xml(chapter.content)), chapter.file, files)
    head = tag(
        "head",
        tag("title", chapter.title),
        empty("link", rel="stylesheet", type="text/css", href="style.css"),
    )
    body = tag("body", Markup(content), epub__type=chapter.kind)
    root = tag(
        "html",
        "\n", head, "\n", body, "\n",
        xmlns="http://www.w3.org/1999/xhtml",
        xmlns__epub="http://www.idpf.org/2007/ops",
        lang=text.language,
        xml__lang=text.language,
        dir=text.direction,
    )  # fmt: skip
    return f"{package.DECLARATION}<!DOCTYPE html>\n{escape(root)}\n"
