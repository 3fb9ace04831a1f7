"""What a book is divided into: the letter, its notes, what stands around them, and the roll in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from undersigned.edition.document import Edition, Signatory, Text
from undersigned.edition.formats import html
from undersigned.edition.formats import html_matter as matter
from undersigned.edition.formats import html_signed as signed
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.tags import Markup, tag

NAMES_IN_A_FILE = 500
_TITLE = re.compile(r"<h2[^<>]*>(.*?)</h2>", re.DOTALL)
_IDENT = re.compile(r'<section[^<>]*? id="([a-z-]+)"')
_NOTE = re.compile(r'<aside id="[^"]*?(\d+)" class="footnote ([a-z]+)"')
_TAGS = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Chapter:
    """A file of the book; `within` tells a further part of the chapter before it."""

    file: str
    # As Markup, to stand in lists and titles.
    title: str
    content: str
    # A word of EPUB's vocabulary for the whole file.
    kind: str = "backmatter"
    within: bool = False


@dataclass
class BookWriter(TextWriter):
    """Writes leaves without their notes, which it collects for a chapter of their own."""

    notes: list[Markup] = field(default_factory=list)

    def _noted(self, leaf: Markup, notes: list[Markup]) -> Markup:
        self.notes += notes
        return leaf


def chapters(edition: Edition, text: Text) -> Iterator[Chapter]:
    """The letter, the notes, and a chapter for each section that has something to say."""
    writer = BookWriter(text, matter.references(edition, text))
    words = "".join(html.letter(edition, text, writer))
    yield Chapter("letter.xhtml", text.title, words, "bodymatter")
    if writer.notes:
        heading = tag("h2", text.say("notes"))
        notes = tag("section", heading, *_in_order(writer.notes), class_="notes")
        yield Chapter("notes.xhtml", text.say("notes"), notes, "footnotes")
    for section in matter.sections(edition, text):
        # Each section begins with its own heading and has an id of its own.
        title, ident = _TITLE.search(section), _IDENT.search(section)
        if title and ident:
            shown = Markup(_TAGS.sub("", title[1]))
            yield Chapter(f"{ident[1]}.xhtml", shown, section)


def _in_order(notes: list[Markup]) -> list[Markup]:
    """The author's notes, then the editors', then evidence, each by its number."""
    kinds = ("authorial", "editorial", "evidence")

    def place(note: Markup) -> tuple[int, int]:
        found = _NOTE.search(note)
        return (kinds.index(found[2]), int(found[1])) if found else (len(kinds), 0)

    return sorted(notes, key=place)


def roll(text: Text) -> Iterator[Chapter]:
    """The signatories in files of so many names, the first of them with the counts."""
    if not text.signatures and not text.signatories.count:
        return
    lines = iter(text.signatories)
    count, number = 0, 0
    title = text.say("signatories")
    while True:
        part = list(islice(lines, NAMES_IN_A_FILE))
        if number and not part:
            return
        number += 1
        shown = title if number == 1 else f"{title} {count + 1}–{count + len(part)}"
        content = _roll(text, part, shown, first=number == 1)
        yield Chapter(f"signatories-{number:04}.xhtml", shown, content, within=number > 1)
        count += len(part)


def _roll(text: Text, part: list[Signatory], title: str, *, first: bool) -> Markup:
    several = len(text.versions) > 1
    opening = [line for line in part if line.first]
    others = [line for line in part if not line.first]
    return tag(
        "section",
        tag("h2", title),
        signed.count(text) if first else None,
        tag("p", signed.named_said(text), class_="soft") if first else None,
        tag("p", text.say("identification"), class_="soft") if part else None,
        tag("h3", text.say("first-signatories")) if opening else None,
        _names(text, opening, several),
        _names(text, others, several),
    )


def _names(text: Text, lines: list[Signatory], several: bool) -> Markup | None:
    if not lines:
        return None
    listed = Markup("".join(html.signatory_line(text, line, several) for line in lines))
    return tag("ul", listed, class_="names")
