"""What words are made of: inline nodes within blocks, and the notes that they call.

A leaf (Paragraph, Heading, Verse, Preformatted) has a number, counted from 1 through the body, to which the
apparatus of variants points; 0 stands outside the body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

NoteKind = Literal["authorial", "editorial", "evidence"]


@dataclass(frozen=True, slots=True)
class Str:
    """Words, with white space as it is to be read."""

    text: str


@dataclass(frozen=True, slots=True)
class Emph:
    """Emphasised words."""

    content: Inlines


@dataclass(frozen=True, slots=True)
class Strong:
    """Strongly emphasised words."""

    content: Inlines


@dataclass(frozen=True, slots=True)
class Code:
    """Words to be taken letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an http, https or mailto address; an empty target leads nowhere."""

    content: Inlines
    target: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The place of a note: `number` within its kind; `again` counts further marks of the same note."""

    kind: NoteKind
    number: int
    again: int = 0


@dataclass(frozen=True, slots=True)
class Cite:
    """One source within a citation; `label` is what the locator counts, in CSL's words: page, volume."""

    key: str
    prefix: str = ""
    label: str = ""
    locator: str = ""
    suffix: str = ""
    without_author: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """Sources cited at this place: as typed (`[@key, p. 3]`), and as readers see it where a style set it."""

    cites: tuple[Cite, ...]
    typed: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a person of the edition's list of persons."""

    content: Inlines
    person: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line within a paragraph."""


Inline: TypeAlias = Str | Emph | Strong | Code | Link | NoteMark | Citation | Mention | LineBreak
Inlines: TypeAlias = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `role` tells the salutation and the closing lines of a letter from the rest."""

    content: Inlines
    number: int = 0
    role: Literal["", "salutation", "closing"] = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the text; 1 is the highest, below the title."""

    level: int
    content: Inlines
    number: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation set apart."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; `start` is the number of its first item, None where items are not numbered."""

    items: tuple[Blocks, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Verse:
    """Lines that are kept as lines."""

    lines: tuple[Inlines, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text kept character by character."""

    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Separator:
    """A break between parts."""


Block: TypeAlias = Paragraph | Heading | Quote | ListBlock | Verse | Preformatted | Separator
Blocks: TypeAlias = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A note to a place in the text: the author's own, or the editors'.

    `number` counts within the kind, from 1. `mark` is the footnote's name in the Markdown, empty for a note
    that stands outside the signed words; `place` names the passage such a note is about where its mark
    could not be placed (the passage was changed).
    """

    kind: NoteKind
    number: int
    blocks: Blocks
    mark: str = ""
    place: str = ""


def plain(content: Inlines) -> str:
    """Inline nodes as words without any marks; note marks say nothing, a line break is a new line."""
    parts: list[str] = []
    for node in content:
        match node:
            case Str(text) | Code(text):
                parts.append(text)
            case Emph(inner) | Strong(inner) | Link(inner) | Mention(inner):
                parts.append(plain(inner))
            case Citation():
                parts.append(node.shown or node.typed)
            case LineBreak():
                parts.append("\n")
            case NoteMark():
                pass
    return "".join(parts)


def leaves(blocks: Blocks) -> Iterator[Paragraph | Heading | Verse | Preformatted]:
    """The numbered blocks of a body, in their order."""
    for block in blocks:
        match block:
            case Quote(inner):
                yield from leaves(inner)
            case ListBlock(items):
                for item in items:
                    yield from leaves(item)
            case Separator():
                pass
            case _:
                yield block


def plain_leaf(leaf: Paragraph | Heading | Verse | Preformatted) -> str:
    """A leaf as words without any marks."""
    match leaf:
        case Verse(lines):
            return "\n".join(plain(line) for line in lines)
        case Preformatted(text):
            return text
        case _:
            return plain(leaf.content)
