"""A file becomes a head, a body, remarks, and a list of what has no place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from undersigned.appeals.letter.apparatus import Facts, read_note
from undersigned.appeals.letter.blocks import Block, cut, markdown
from undersigned.appeals.letter.dates import DateLine, date_line, is_iso
from undersigned.appeals.letter.decode import decode, read_file
from undersigned.appeals.letter.footnotes import raise_tags, take_notes, tie, written
from undersigned.appeals.letter.front import SALUTATION, Front, bare, is_salutation, read_front
from undersigned.appeals.letter.language import guess
from undersigned.appeals.letter.people import from_salutation, read_addressee
from undersigned.appeals.letter.remarks import LetterError, Remark, short
from undersigned.appeals.letter.tail import Tail, in_tail, read_tail
from undersigned.appeals.markup.check import check
from undersigned.appeals.markup.head import OPEN, Addressee, Head, join, split
from undersigned.appeals.markup.problems import MarkupError
from undersigned.lib.canonical import canonical_text

# Where an editorial note stands after the letter, it says so with one of these.
END_NOTE = re.compile(
    r"\((?:[^()]{0,40}\b)?(?:traduc|tradui|tradott|traduz|translat|übersetz|versión|fuente|source|"
    r"quelle|fonte|archiv|fonds)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Imported:
    """A letter as read: every word of the file is in the head, the body or `unplaced`."""

    head: Head
    body: str
    report: list[Remark] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The letter as our Markdown with its head."""
        return join(self.head, self.body)


def read_letter_file(path: Path) -> Imported:
    """Reads a letter from a file; one that is too large is refused before it is read."""
    return read_letter(read_file(path), filename=path.name)


def read_letter(data: bytes, *, filename: str = "") -> Imported:
    """Reads our Markdown or a plain letter; LetterError says in one sentence why it cannot."""
    text = decode(data)
    return _read_ours(text) if OPEN.match(text) or filename.endswith(".md") else _read_plain(text)


def _read_ours(text: str) -> Imported:
    try:
        head, body = split(text)
    except MarkupError as error:
        raise LetterError(error.code, error.line, **error.problem.params) from error
    shift = text.count("\n") - body.count("\n")
    remarks: list[Remark] = []
    for found in check(body):
        problem = replace(found, line=found.line + shift if found.line else 0)
        if problem.code == "note-twice":
            first = _line_of_note(body, problem.params["mark"]) + shift
            raise LetterError("note-twice", problem.line, mark=problem.params["mark"], first=str(first))
        remarks.append(Remark.of(problem))
    head, more = _with_language(head, body)
    return Imported(head, body, [*remarks, *more, *_missing(head, body)])


def _line_of_note(body: str, mark: str) -> int:
    lines = body.split("\n")
    return next((k for k, line in enumerate(lines, 1) if line.lstrip(" >").startswith(f"[^{mark}]:")), 0)


def _read_plain(text: str) -> Imported:
    front = read_front(cut(raise_tags(text)))
    rest, notes = take_notes(front.rest, [in_tail(block) for block in front.rest])
    tail = read_tail([front.rest[i] for i in rest], front.author)
    blocks = _without_end_note(front, tail.body)
    paragraphs = [tie(markdown(block), notes, block.line) for block in blocks]
    note = "\n\n".join(tie(text, notes, 0) for text in front.notes)
    body = canonical_text("\n\n".join([*paragraphs, written(notes)] if notes.found else paragraphs))
    _date_in_body(front, blocks)
    head, remarks = _with_language(_head(front, tail, note), body)
    facts = read_note(note, head.lang)
    head, more = _with_facts(head, facts, blocks)
    remarks = [*front.remarks, *tail.remarks, *notes.remarks, *remarks, *more, *_missing(head, body)]
    problems = [Remark.of(problem) for problem in check(body) if not problem.code.startswith("note-")]
    # The lines of the problems are those of the body, not of the file.
    return Imported(head, body, remarks + [replace(remark, line=0) for remark in problems], front.unplaced)


def _head(front: Front, tail: Tail, note: str) -> Head:
    return Head(
        title=front.title,
        author=front.author,
        date=front.date.iso if front.date else "",
        note=note,
        series=tail.series,
        extra=front.extra | tail.extra,
    )


def _without_end_note(front: Front, blocks: list[Block]) -> list[Block]:
    """An editorial note may stand after the letter instead of before it."""
    last = blocks[-1] if blocks else None
    if (
        last is None
        or front.notes
        or not (END_NOTE.match(last.text) and last.text.rstrip(" .").endswith(")"))
    ):
        return blocks
    text = markdown(last).strip()
    front.notes.append(text[1:-1] if text.endswith(")") else text)
    front.remarks.append(Remark("note-taken", last.line, {"text": short(last.text)}))
    return blocks[:-1]


def _date_in_body(front: Front, blocks: list[Block]) -> None:
    """A letter may carry its date itself, above the salutation or below the signature."""
    if front.date:
        return
    for block in [*blocks[:3], *reversed(blocks[-4:])]:
        found: DateLine | None = next((date for line in block.lines if (date := date_line(bare(line)))), None)
        if found:
            front.date = found
            front.remarks.append(Remark("date-in-body", block.line, {"date": found.written}))
            return


def _with_language(head: Head, body: str) -> tuple[Head, list[Remark]]:
    if head.lang:
        return head, []
    lang = guess(body)
    if not lang:
        return head, [Remark("lang-unknown")]
    return replace(head, lang=lang), [Remark("lang-guessed", 0, {"lang": lang})]


def _with_facts(head: Head, facts: Facts, blocks: list[Block]) -> tuple[Head, list[Remark]]:
    remarks: list[Remark] = []
    addressee, place = read_addressee(facts.sentences, head.title)
    if not addressee.name:
        greeting = next((bare(block.lines[0]) for block in blocks[:6] if is_salutation(block)), "")
        addressee, place = Addressee(from_salutation(greeting, SALUTATION)), "the salutation"
    if addressee.name and place != "note":
        place = {"title": "the title"}.get(place, place)
        remarks.append(Remark("addressee-guessed", 0, {"place": place, "name": addressee.name}))
    if facts.language_guessed:
        remarks.append(Remark("translated-from-guessed", 0, {"lang": facts.translated_from}))
    head = replace(
        head,
        addressee=addressee,
        source=facts.source,
        archive=facts.archive,
        translator=facts.translator,
        translated_from=facts.translated_from,
    )
    return head, remarks


def _missing(head: Head, body: str) -> list[Remark]:
    remarks = [Remark(f"no-{name}") for name in ("title", "author", "date") if not getattr(head, name)]
    if head.date and not is_iso(head.date):
        remarks.append(Remark("date-odd", 0, {"date": short(head.date)}))
    return remarks if body.strip() else [*remarks, Remark("no-body")]
