"""Numbered notes at the end of a letter, tied to their marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from undersigned.appeals.letter.blocks import Block, markdown
from undersigned.appeals.letter.remarks import LetterError, Remark, short

DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
TO_PLAIN = str.maketrans(DIGITS, "0123456789")
RAISED = re.compile(f"[{DIGITS}]+")
TAGGED = re.compile(r"<sup>\s?(?:<a\b[^>]{0,200}>)?\s?(\d{1,3})\s?(?:</a>)?\s?</sup>", re.IGNORECASE)
OPENING = re.compile(
    rf"(?:(?P<raised>[{DIGITS}]+)|\[\^(?P<ours>[^\s\]]+)\]:|\[(?P<square>\d{{1,3}})\]:?|"
    rf"\((?P<round>\d{{1,3}})\))\s*(?=\S)"
)
# Two cubic metres have no footnote.
MEASURE = re.compile(r"\d\s*(?:m|km|cm|mm|dm|ft)$")
STYLES = {
    "square": re.compile(r"(?<=\S)\[(\d{1,3})\](?!\()"),
    "round": re.compile(r"(?<=[\w\"”».*]) ?\((\d{1,3})\)"),
}
OURS = re.compile(r"\[\^([^\s\]]{1,100})\]")


@dataclass
class Note:
    """A footnote: its mark, where it stood, its paragraphs."""

    mark: str
    line: int
    paragraphs: list[str]
    style: str
    used: bool = False


@dataclass
class Notes:
    """The footnotes of a letter, by mark, in their order."""

    found: dict[str, Note] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def add(self, note: Note) -> None:
        """Two notes with one mark are refused: nobody could say which is meant."""
        first = self.found.get(note.mark)
        if first:
            raise LetterError("note-twice", note.line, mark=note.mark, first=str(first.line))
        self.found[note.mark] = note


def raise_tags(text: str) -> str:
    """Marks that a web page wrote as <sup>1</sup> become raised digits."""
    return TAGGED.sub(lambda found: found[1].translate(str.maketrans("0123456789", DIGITS)), text)


def take_notes(blocks: Sequence[Block], is_tail: Sequence[bool]) -> tuple[list[int], Notes]:
    """The notes, and the indices of the blocks that are not part of one."""
    notes = Notes()
    parts = [_split(block) for block in blocks]
    opens = _openings(parts)
    first = next((i for i, found in enumerate(opens) if found[0]), len(blocks))
    last_mark = max(
        (i for i in range(first) if RAISED.search(blocks[i].text) or "[" in blocks[i].text), default=0
    )
    rest: list[int] = []
    current: Note | None = None
    for i, block in enumerate(blocks):
        if opens[i][0]:
            current = _take(parts[i], opens[i], notes)
        elif (
            current and not is_tail[i] and (block.indented or i > last_mark) and not RAISED.search(block.text)
        ):
            notes.remarks.append(
                Remark("note-continued", block.line, {"mark": current.mark, "text": short(block.text)})
            )
            current.paragraphs.append(markdown(block))
        else:
            rest.append(i)
            current = None if not is_tail[i] else current
    return rest, notes


def _split(block: Block) -> list[Block]:
    """A block of several lines that each open a note, one part for each note."""
    starts = [k for k, line in enumerate(block.lines) if k == 0 or OPENING.match(line)]
    ends = [*starts[1:], len(block.lines)]
    return [
        Block(block.lines[a:b], block.line + a, block.indented) for a, b in zip(starts, ends, strict=True)
    ]


def _openings(parts: Sequence[Sequence[Block]]) -> list[list[re.Match[str] | None]]:
    """Which parts open a note; "[1]" and "(1)" only after the last mark of their kind, and with a mark."""
    seen: dict[str, set[str]] = {style: set() for style in STYLES}
    last = dict.fromkeys(STYLES, -1)
    for i, block in enumerate(parts):
        for style, pattern in STYLES.items():
            marks = {mark for part in block for mark in pattern.findall(part.text)}
            seen[style] |= marks
            if marks and not OPENING.match(block[0].lines[0]):
                last[style] = i
    return [
        [_opening(part, seen, i > last["square"], i > last["round"]) for part in block]
        for i, block in enumerate(parts)
    ]


def _opening(
    part: Block, seen: dict[str, set[str]], after_square: bool, after_round: bool
) -> re.Match[str] | None:
    opening = OPENING.match(part.lines[0])
    style = (opening and opening.lastgroup) or ""
    if opening and style in seen:
        after = after_square if style == "square" else after_round
        return opening if after and opening[style] in seen[style] else None
    return opening


def _take(parts: list[Block], opens: list[re.Match[str] | None], notes: Notes) -> Note:
    current: Note | None = None
    for part, opening in zip(parts, opens, strict=True):
        if opening and opening.lastgroup:
            text = markdown(Block((part.lines[0][opening.end() :], *part.lines[1:]), part.line))
            mark = opening[opening.lastgroup].translate(TO_PLAIN)
            current = Note(mark, part.line, [text], opening.lastgroup)
            notes.add(current)
        elif current:
            current.paragraphs.append(markdown(part))
    assert current is not None  # the first part of these blocks always opens a note
    return current


def tie(text: str, notes: Notes, line: int) -> str:
    """The text with each mark that has a note turned into ours."""

    def raised(found: re.Match[str]) -> str:
        number = found.group().translate(TO_PLAIN)
        if MEASURE.search(text[: found.start()][-12:]):
            return found.group()
        marks = [number] if number in notes.found else list(number)
        if not all(mark in notes.found for mark in marks):
            notes.remarks.append(Remark("mark-without-note", line, {"mark": found.group()}))
            return found.group()
        return "".join(_use(notes, mark) for mark in marks)

    def bracketed(style: str, found: re.Match[str]) -> str:
        note = notes.found.get(found[1])
        return _use(notes, found[1]) if note and note.style == style else found.group()

    for mark in OURS.findall(text):
        if mark in notes.found:
            notes.found[mark].used = True
    for style, pattern in STYLES.items():
        text = pattern.sub(partial(bracketed, style), text)
    return RAISED.sub(raised, text)


def _use(notes: Notes, mark: str) -> str:
    notes.found[mark].used = True
    return f"[^{mark}]"


def written(notes: Notes) -> str:
    """The notes as Markdown, each tied to the others' marks too."""
    for note in notes.found.values():
        note.paragraphs = [tie(text, notes, note.line) for text in note.paragraphs]
    for note in notes.found.values():
        if not note.used:
            notes.remarks.append(Remark("note-without-mark", note.line, {"mark": note.mark}))
    entries = ["\n\n".join(note.paragraphs).replace("\n", "\n    ") for note in notes.found.values()]
    return "\n\n".join(
        f"[^{mark}]: {entry}".replace("\n    \n", "\n\n")
        for mark, entry in zip(notes.found, entries, strict=True)
    )
