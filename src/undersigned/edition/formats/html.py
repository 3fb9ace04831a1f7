"""A page that stands alone: the text with its notes, its origin, its signatories, and how to check it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from undersigned.edition.document import Edition, Signatory, Text
from undersigned.edition.formats import direction
from undersigned.edition.formats import html_matter as matter
from undersigned.edition.formats import html_signed as signed
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.marks import machine_date
from undersigned.edition.formats.tags import Markup, end, escape, joined, start, tag

# Pieces are joined up to this many characters before they are written.
_BUFFER = 200_000

# A text, one of its signatories, and whether more than one version was signed: a line of the list.
LineWriter = Callable[[Text, Signatory, bool], str]


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet that every page holds."""
    return (Path(__file__).parent / "edition.css").read_text(encoding="utf-8")


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes the page piece by piece; the signatories are never all in memory."""
    held: list[str] = []
    size = 0
    for piece in pieces(edition, text):
        held.append(piece)
        size += len(piece)
        if size > _BUFFER:
            out.write("".join(held).encode("utf-8"))
            held, size = [], 0
    out.write("".join(held).encode("utf-8"))


def pieces(edition: Edition, text: Text) -> Iterator[str]:
    """The page from its first tag to its last."""
    yield "<!DOCTYPE html>\n"
    yield start("html", lang=text.language, dir=text.direction) + "\n"
    yield _head(edition, text) + "\n" + start("body") + "\n"
    yield tag("a", text.say("skip"), href="#text", class_="skip") + "\n" + start("main") + "\n"
    yield from letter(edition, text)
    for section in matter.sections(edition, text):
        yield section + "\n"
    yield from signatories(text)
    yield matter.versions(text) + "\n" + matter.verification(edition, text) + "\n"
    yield end("main") + "\n" + foot(edition, text) + "\n" + end("body") + "\n" + end("html") + "\n"


def _head(edition: Edition, text: Text) -> Markup:
    return tag(
        "head",
        Markup('<meta charset="utf-8">'),
        tag("title", text.title),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("meta", name="author", content=text.author) if text.author else None,
        tag("meta", name="generator", content="Undersigned"),
        tag("link", rel="canonical", href=text.url),
        tag("style", Markup(style())),
    )


def letter(edition: Edition, text: Text, writer: TextWriter | None = None) -> Iterator[str]:
    """Title and byline, introduction, and the words themselves with their notes."""
    writer = writer or TextWriter(text, matter.references(edition, text))
    yield start("article", id="text") + "\n"
    yield tag("header", tag("h1", text.title, dir="auto"), byline(text)) + "\n"
    if text.provenance.introduction:
        heading = tag("h2", text.say("introduction"))
        inner = writer.blocks(text.provenance.introduction)
        yield tag("section", heading, *inner, class_="introduction", role="doc-introduction") + "\n"
    for block in writer.blocks(text.blocks):
        yield block + "\n"
    unplaced = writer.unplaced()
    if unplaced:
        yield tag("section", tag("h2", text.say("notes")), *unplaced, class_="unplaced") + "\n"
    yield end("article") + "\n"


def byline(text: Text) -> Markup:
    """Author, place and date, addressee."""
    dated = text.date_written or text.date
    when = machine_date(text.date)
    moment = tag("time", dated, datetime=when) if when else escape(dated)
    place = joined(text.place and tag("span", text.place, class_="place"), dated and moment, separator=", ")
    return tag(
        "div",
        tag("p", text.author, class_="author", dir="auto") if text.author else None,
        tag("p", place, class_="date") if place else None,
        matter.addressee(text),
        class_="byline",
    )


def signatories(text: Text, line_of: LineWriter | None = None) -> Iterator[str]:
    """The names, a line each; those who signed before the opening stand first."""
    write_line = line_of or signatory_line
    if not text.signatures and not text.signatories.count:
        return
    yield start("section", id="signatories") + tag("h2", text.say("signatories")) + "\n"
    yield signed.count(text) + "\n" + tag("p", signed.named_said(text), class_="soft") + "\n"
    if text.signatories.count:
        yield tag("p", text.say("identification"), class_="soft") + "\n"
    current: bool | None = None
    several = len(text.versions) > 1
    for line in text.signatories:
        if line.first != current:
            yield (end("ul") + "\n") if current is not None else ""
            yield tag("h3", text.say("first-signatories")) + "\n" if line.first else ""
            yield start("ul", class_="names") + "\n"
            current = line.first
        yield write_line(text, line, several)
    yield (end("ul") + "\n" if current is not None else "") + end("section") + "\n"


def signatory_line(text: Text, line: Signatory, several: bool) -> str:
    """One signatory; `several` says that the text has more than one version that people signed."""
    shown = "".join(f", {escape(detail)}" for detail in details(text, line, several))
    rest = f'<span class="soft">{shown}</span>' if shown else ""
    return f"<li><bdi>{escape(line.name)}</bdi>{rest}</li>\n"


def details(text: Text, line: Signatory, several: bool) -> list[str]:
    """What stands behind a name."""
    found = [line.role, line.affiliation, line.place, line.country]
    found += [text.say("pseudonym")] if line.pseudonym else []
    found += [signed.vouched_said(text, line)]
    found += [text.say("signed-version", version=line.version)] if several else []
    return [detail for detail in found if detail]


def foot(edition: Edition, text: Text) -> Markup:
    """The day of the edition, and how to cite it."""
    cited = joined(
        text.author, tag("cite", text.title), text.date_written, edition.publisher,
        tag("a", text.url, href=text.url, dir="ltr"), separator=", ",
    )  # fmt: skip
    day = direction.day(edition.changed.date().isoformat(), text.direction)
    return tag(
        "footer",
        tag("p", text.say("edition-of", day=day)),
        tag("p", text.say("cite-as"), ": ", cited),
    )
