"""TEI P5: the text as an annotated document, its witnesses, and who stands under it.

`tei.rng` beside this file is the part of TEI that is used here. The apparatus is location-referenced: entries
stand in the back matter and point to the paragraph that they are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from undersigned.edition import document as d
from undersigned.edition.formats import tei_signed as signed
from undersigned.edition.formats.tags import Markup, end, joined, start, tag
from undersigned.edition.formats.tei_header import header
from undersigned.edition.formats.tei_text import TeiWriter, witness_id

NAMESPACE = "http://www.tei-c.org/ns/1.0"
_BUFFER = 200_000


def write(edition: d.Edition, text: d.Text, out: BinaryIO) -> None:
    """Writes the document piece by piece; the signatories are never all in memory."""
    held: list[str] = []
    size = 0
    for piece in pieces(edition, text):
        held.append(piece)
        size += len(piece)
        if size > _BUFFER:
            out.write("".join(held).encode("utf-8"))
            held, size = [], 0
    out.write("".join(held).encode("utf-8"))


def pieces(edition: d.Edition, text: d.Text) -> Iterator[str]:
    """The document from its declaration to its last tag."""
    writer = TeiWriter(text, source_ids(edition, text))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield start("TEI", xmlns=NAMESPACE, xml__lang=text.language) + "\n"
    yield header(edition, text) + "\n" + start("text", xml__lang=text.language) + "\n"
    if text.provenance.introduction:
        inner = writer.blocks(text.provenance.introduction)
        yield tag("front", tag("div", *inner, type="introduction")) + "\n"
    yield tag("body", writer.letter(text.blocks)) + "\n"
    yield start("back") + "\n"
    for section in (_loose_notes(writer), _bibliography(edition, text), _apparatus(text)):
        yield section + "\n" if section else ""
    yield from _correspondence(edition, text)
    yield from signed.pieces(text)
    yield from (end(name) + "\n" for name in ("back", "text", "TEI"))


def source_ids(edition: d.Edition, text: d.Text) -> dict[str, str]:
    """The xml:id of each source; a key may hold characters that no id may."""
    return {source.key: f"source-{number}" for number, source in enumerate(edition.sources_of(text), 1)}


def _loose_notes(writer: TeiWriter) -> Markup | None:
    """Notes whose passage was changed, without a place in the words."""
    notes = writer.unplaced()
    if not notes:
        return None
    return tag("div", tag("head", writer.text.say("notes")), *notes, type="notes")


def _bibliography(edition: d.Edition, text: d.Text) -> Markup | None:
    ids = source_ids(edition, text)
    writer = TeiWriter(text)
    items = [
        tag(
            "bibl",
            writer.inlines(source.shown) if source.shown else source.reference or source.key,
            *map(_copy, source.copies),
            xml__id=ids[source.key],
            n=source.key,
        )
        for source in edition.sources_of(text)
    ]
    if not items:
        return None
    return tag("div", tag("head", text.say("sources")), tag("listBibl", *items), type="bibliography")


def _copy(copy: d.KeptCopy) -> Markup:
    dated = tag("date", copy.captured.isoformat(), when=copy.captured.isoformat())
    return tag("note", dated, " ", tag("idno", copy.sha256, type="SHA-256"), type="kept-copy")


def _apparatus(text: d.Text) -> Markup | None:
    """Where witnesses in the same language differ; an entry for each run of words."""
    entries = [entry for variant in text.apparatus.variants for entry in _entries(text.apparatus, variant)]
    if not entries:
        return None
    return tag("div", tag("head", text.say("variants")), tag("listApp", *entries), type="apparatus")


def _entries(apparatus: d.Apparatus, variant: d.Variant) -> Iterator[Markup]:
    place = str(variant.number) if variant.beside else f"{variant.number}+"
    target = f"#p{variant.number}" if variant.number else None
    for here, there in _runs(variant.pieces):
        yield tag(
            "app",
            tag("lem", here, wit=f"#{witness_id(apparatus.base)}"),
            tag("rdg", there, wit=f"#{witness_id(variant.witness)}"),
            from_=target,
            loc=place,
        )


def _runs(pieces: tuple[d.Piece, ...]) -> Iterator[tuple[str, str]]:
    """What stands here and what stands there, for each run of changed words."""
    here = there = ""
    for piece in pieces:
        if piece.kind == "added":
            here += piece.text
        elif piece.kind == "removed":
            there += piece.text
        elif here or there:
            yield here, there
            here = there = ""
    if here or there:
        yield here, there


def _correspondence(edition: d.Edition, text: d.Text) -> Iterator[str]:
    """The letters around the appeal, each in its own language."""
    if not edition.correspondence:
        return
    yield start("div", type="correspondence") + tag("head", text.say("correspondence")) + "\n"
    for letter in edition.correspondence:
        writer = TeiWriter(text, prefix=f"{letter.id}-")
        names = " → ".join(name for name in (letter.sender.name, letter.addressee.name) if name)
        heading = tag("head", letter.title or names or letter.id)
        dated = joined(letter.place, letter.date_written or letter.date, separator=", ")
        opener = tag("opener", tag("dateline", dated)) if dated else None
        inner = (heading, opener, *(list(writer.blocks(letter.blocks)) or [tag("p")]))
        attributes = {"type": "letter", "subtype": letter.kind, "xml__id": letter.id}
        yield tag("div", *inner, **attributes, xml__lang=letter.language) + "\n"
    yield end("div") + "\n"
