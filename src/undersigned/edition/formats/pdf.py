"""A tagged PDF on A4 for print and for screen readers: notes at the foot of the page, names line by line.

The layout is WeasyPrint's, which leans on the system's Pango; this module is loaded only when a PDF is
written, and says what is missing where Pango is not installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

from undersigned.edition.document import Edition, Signatory, Text
from undersigned.edition.formats import Unavailable, html, tell
from undersigned.edition.formats import html_matter as matter
from undersigned.edition.formats import html_signed as signed
from undersigned.edition.formats.direction import apart, resolve
from undersigned.edition.formats.notes_at_foot import FOOTNOTE, FootWriter
from undersigned.edition.formats.tags import Markup, end, escape, start, tag
from undersigned.edition.formats.xhtml import as_xml

try:
    from undersigned.lib.typeset import (
        VARIANT,
        boxes,
        cssselect2,
        fetch_nothing,
        identifier,
        pydyf,
        uncollected,
        weasyprint,
        without_glyph,
    )
except ImportError as error:
    raise Unavailable(f"pdf: {error}") from error

# Layout takes about a thousandth of a second and 60 kB for each name.
MOST_NAMES = 50_000


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes the PDF; it is laid out whole in memory, so that very many names are only counted in it."""
    typeset("".join(pieces(edition, text)), out)


def typeset(page: str, out: BinaryIO) -> None:
    """Sets a whole page that is written with these formats' tags."""
    with uncollected(), boxes() as signs:
        document = _Page(page).render(stylesheets=[_style()], pdf_variant=VARIANT)
        document.write_pdf(out, finisher=_finish, pdf_variant=VARIANT, pdf_identifier=identifier(page))
    if signs:
        tell(without_glyph(signs))


def pieces(edition: Edition, text: Text) -> Iterator[str]:
    """The page from its first tag to its last."""
    yield start("html", lang=text.language, dir=text.direction) + head(edition, text) + start("body")
    yield from html.letter(edition, text, FootWriter(text, matter.references(edition, text)))
    yield from matter.sections(edition, text)
    yield from _signatories(text)
    yield matter.versions(text)
    yield matter.verification(edition, text)
    yield html.foot(edition, text) + end("body") + end("html")


def head(edition: Edition, text: Text) -> Markup:
    """Title, author and dates, as the file's properties hold them."""
    authors = [name.strip() for name in text.author.split(";") if name.strip()]
    return tag(
        "head",
        tag("title", text.title),
        *(tag("meta", name="author", content=author) for author in authors),
        tag("meta", name="generator", content="Undersigned"),
        tag("meta", name="dcterms.created", content=text.version.published.isoformat()),
        tag("meta", name="dcterms.modified", content=f"{edition.changed:%Y-%m-%dT%H:%M:%SZ}"),
    )


def _signatories(text: Text) -> Iterator[str]:
    if text.signatories.count <= MOST_NAMES:
        yield from html.signatories(text, line_of)
        return
    heading = tag("h2", text.say("signatories"))
    yield tag("section", heading, signed.count(text), tag("p", text.say("names-elsewhere")), id="signatories")


def line_of(text: Text, line: Signatory, several: bool) -> str:
    """A signatory as one run of words: each element more would cost as much as the whole line."""
    parts = [apart(part, text.direction) for part in (line.name, *html.details(text, line, several))]
    return f"<li>{escape(', '.join(parts))}</li>\n"


@lru_cache(maxsize=1)
def _style() -> Any:
    style = (Path(__file__).parent / "pdf.css").read_text(encoding="utf-8")
    return weasyprint.CSS(string=style, url_fetcher=fetch_nothing())


class _Page(weasyprint.HTML):  # type: ignore[misc] # the package has no types
    """A page read as XML: HTML's grammar would end a paragraph where a note with paragraphs stands in it."""

    def __init__(self, page: str) -> None:
        # The markup is our own, escaped by construction.
        root = ElementTree.fromstring(as_xml(page))  # noqa: S314
        resolve(root)
        self.base_url = None
        self.url_fetcher = fetch_nothing()
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def _finish(document: Any, pdf: Any) -> None:
    """Structure elements of notes become notes, each with an identifier of its own, as PDF/UA asks."""
    notes: set[bytes] = set()
    number = 0
    for found in pdf.objects:
        if not isinstance(found, pydyf.Dictionary) or found.get("S") != FOOTNOTE:
            continue
        # A note's lines may have a box of their own, which is written after the note's.
        inner = found["P"] in notes
        notes.add(found.reference)
        if inner:
            found["S"] = "/NonStruct"
            continue
        number += 1
        found["S"] = "/Note"
        found["ID"] = pydyf.String(f"note-{number}")
