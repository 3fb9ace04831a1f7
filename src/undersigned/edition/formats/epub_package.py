"""The package of a book: what it is (metadata), what it holds (manifest), its order, and its navigation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from undersigned.edition.document import Edition, Text
from undersigned.edition.formats.epub_chapters import Chapter
from undersigned.edition.formats.tags import Child, Markup, empty, tag

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
CONTAINER = (
    f'{DECLARATION}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    '<rootfiles><rootfile full-path="EPUB/content.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles>\n</container>\n"
)
# What the format takes as a place in a series; “the fourth” is none.
_POSITION = re.compile(r"[0-9]+(\.[0-9]+)*")
_XHTML = "application/xhtml+xml"
# What people with reading aids can expect of every book made here.
_ACCESS = (
    ("accessMode", "textual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityHazard", "none"),
)


def identifier(text: Text) -> str:
    """The name of exactly these words: the digest of the version that people signed."""
    return f"urn:sha256:{text.version.sha256}"


def opf(edition: Edition, text: Text, chapters: Sequence[Chapter]) -> str:
    """The package document."""
    rtl = "rtl" if text.direction == "rtl" else None
    root = tag(
        "package",
        _metadata(edition, text),
        _manifest(chapters),
        tag(
            "spine",
            *(empty("itemref", idref=_id(chapter)) for chapter in chapters),
            page_progression_direction=rtl,
        ),
        xmlns="http://www.idpf.org/2007/opf",
        version="3.0",
        unique_identifier="version",
        xml__lang=text.language,
        prefix="schema: http://schema.org/",
    )
    return f"{DECLARATION}{root}\n"


def _metadata(edition: Edition, text: Text) -> Markup:
    return tag(
        "metadata",
        tag("dc:identifier", identifier(text), id="version"),
        tag("dc:title", text.title, id="title", dir=text.direction),
        tag("dc:language", text.language),
        *_people(text),
        tag("dc:publisher", edition.publisher) if edition.publisher else None,
        tag("dc:date", text.version.published.isoformat()),
        tag("dc:source", text.provenance.edition.written) if text.provenance.edition else None,
        tag("dc:relation", text.url),
        _meta("dcterms:modified", f"{edition.changed:%Y-%m-%dT%H:%M:%SZ}"),
        *_series(text),
        *(_meta(f"schema:{name}", value) for name, value in _ACCESS),
        xmlns__dc="http://purl.org/dc/elements/1.1/",
    )


def _people(text: Text) -> Iterator[Markup]:
    """Authors and translators with their roles; there may be none."""
    known = (("creator", "aut", text.author), ("contributor", "trl", text.provenance.translator))
    for element, role, written in known:
        names = [name.strip() for name in written.split(";") if name.strip()]
        for number, name in enumerate(names, 1):
            ident = f"{role}-{number}"
            yield tag(f"dc:{element}", name, id=ident)
            yield tag("meta", role, refines=f"#{ident}", property="role", scheme="marc:relators")


def _series(text: Text) -> Iterator[Markup]:
    known = text.provenance
    if known.series:
        yield tag("meta", known.series, property="belongs-to-collection", id="series")
        yield tag("meta", "series", refines="#series", property="collection-type")
        if _POSITION.fullmatch(known.series_order):
            yield tag("meta", known.series_order, refines="#series", property="group-position")


def _meta(property: str, value: str) -> Markup:
    return tag("meta", value, property=property)


def _manifest(chapters: Sequence[Chapter]) -> Markup:
    listed = (empty("item", id=_id(chapter), href=chapter.file, media_type=_XHTML) for chapter in chapters)
    return tag(
        "manifest",
        empty("item", id="nav", href="nav.xhtml", media_type=_XHTML, properties="nav"),
        empty("item", id="style", href="style.css", media_type="text/css"),
        *listed,
    )


def _id(chapter: Chapter) -> str:
    return chapter.file.removesuffix(".xhtml")


def navigation(text: Text, chapters: Sequence[Chapter]) -> str:
    """Contents, and the places that reading systems jump to."""
    contents = tag("nav", tag("h2", text.say("contents")), _list(chapters), epub__type="toc", role="doc-toc")
    places = [_place(text.title, "letter.xhtml", "bodymatter")]
    notes = (chapter for chapter in chapters if chapter.kind == "footnotes")
    places += [_place(chapter.title, chapter.file, "footnotes") for chapter in notes]
    landmarks = tag("nav", tag("ol", *places), epub__type="landmarks", hidden="hidden")
    head = tag(
        "head",
        tag("title", text.title),
        empty("link", rel="stylesheet", type="text/css", href="style.css"),
    )
    root = tag(
        "html",
        head,
        tag("body", contents, landmarks),
        xmlns="http://www.w3.org/1999/xhtml",
        xmlns__epub="http://www.idpf.org/2007/ops",
        lang=text.language,
        xml__lang=text.language,
        dir=text.direction,
    )
    return f"{DECLARATION}<!DOCTYPE html>\n{root}\n"


def _list(chapters: Sequence[Chapter]) -> Markup:
    """A line for each chapter, with its further parts below it."""
    lines: list[Markup] = []
    for place, chapter in enumerate(chapters):
        if chapter.within:
            continue
        parts: list[Child] = []
        for part in chapters[place + 1 :]:
            if not part.within:
                break
            parts.append(tag("li", tag("a", part.title, href=part.file)))
        link = tag("a", chapter.title, href=chapter.file)
        lines.append(tag("li", link, tag("ol", *parts) if parts else None))
    return tag("ol", *lines)


def _place(title: str, file: str, kind: str) -> Markup:
    return tag("li", tag("a", title, href=file, epub__type=kind))
