"""What stands before the letter itself: title, author, date, editorial note."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from undersigned.appeals.letter.blocks import Block, balanced_end, markdown
from undersigned.appeals.letter.citation import cites
from undersigned.appeals.letter.dates import DateLine, date_line
from undersigned.appeals.letter.remarks import Remark, short

GREETINGS = (
    r"estimad[oa]s?|querid[oa]s?|apreciad[oa]s?|distinguid[oa]s?|respetad[oa]s?|muy señor(?:es)?|"
    r"compañer[oa]s?|camaradas?|"
    r"amig[oa]s?|dear|my dear|dearest|comrades?|sirs?|gentlemen|to whom|"
    r"chers?|chères?|mon cher|ma chère|mes chers|mes chères|monsieur|madame|messieurs|camarade|"
    r"lieber?|liebste[rs]?|sehr geehrte[rs]?|geehrte[rs]?|werter?|verehrte[rs]?|genossen|hochverehrte[rs]?|"
    r"car[oaie]|carissim[oaie]|gentil[ei]|gentilissim[oaie]|egregi[oa]|stimat[oaie]|stimatissim[oaie]|"
    r"prezad[oa]s?|car[oa]s|exm[oa]|"
    r"estimats?|estimades|benvolguts?|benvolgud[ae]s?|apreciats?|"
    r"عزيزي|عزيزتي|أعزائي|السيد|السيدة|الرفيق|الأخ|الأخت|حضرة|الصديق"
)
SALUTATION = re.compile(rf"[*_¡«“\"]*(?:{GREETINGS})(?!\w)", re.IGNORECASE)
BRACKETED = re.compile(r"[*_# ]*\[(?P<title>.+)\][*_ .]*", re.DOTALL)
BOLD = re.compile(r"(\*\*|__)(?P<text>.+)\1", re.DOTALL)
ITALIC = re.compile(r"(\*|_)(?![*_])(?P<text>[^*_]+)\1")
NOTE_WORD = re.compile(
    r"[*_\[]*(?:fuente|source|quelle|fonte|font|archivo|archives?|archiv|arxiu|nota|note|anmerkung|"
    r"traduc\w+|tradui\w+|"
    r"tradott\w+|tradu[zï]\w+|translat\w+|übersetz\w+|versión|publicad\w+|published|"
    r"publié\w*)\b[^.]{0,60}[:.(]?",
    re.IGNORECASE,
)
BY = re.compile(r"^(?:by|por|par|von|di|de|per)\s+(?=[^\W\d_])", re.IGNORECASE)
TITLE_WORDS = 40
NOTE_WORDS = 6
LOOK_AHEAD = 40


@dataclass
class Front:
    """What was found before the letter; `rest` are the blocks of the letter itself."""

    title: str = ""
    author: str = ""
    date: DateLine | None = None
    notes: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    rest: list[Block] = field(default_factory=list)

    def keep(self, key: str, text: str) -> None:
        """Kept under a key of its own, after what that key already holds."""
        self.extra[key] = f"{self.extra[key]}; {text}" if key in self.extra else text


def bare(text: str) -> str:
    """A line without the marks of emphasis or heading around it."""
    return text.strip().lstrip("#").strip(" *_").strip()


def is_salutation(block: Block) -> bool:
    """A short line that greets: "Dear Ana," or "Estimado amigo:"."""
    line = block.lines[0].strip(" *_")
    if len(block.lines) > 2 or len(line.split()) > 14 or not SALUTATION.match(line):
        return False
    return line.endswith((",", ":", "،", "!", ";", "—", ".-")) or len(line.split()) <= 5


def read_front(blocks: list[Block]) -> Front:
    """Title, author, date and note are taken off; anything else stays in the letter or is listed."""
    front = Front()
    strangers: list[Block] = []
    greeted = _salutation_at(blocks)
    i = 0
    while i < len(blocks):
        if i == greeted:
            break
        used = _take(front, blocks, i, greeted)
        if not used:
            if greeted is None:
                break
            strangers.append(blocks[i])
        elif strangers:
            _set_aside(front, strangers)
        i += used or 1
    if greeted is not None:
        front.remarks += [
            Remark("body-before-salutation", block.line, {"text": short(block.text)}) for block in strangers
        ]
    front.rest = [*strangers, *blocks[i:]]
    return front


def _set_aside(front: Front, strangers: list[Block]) -> None:
    for block in strangers:
        front.unplaced.append("\n".join(block.lines))
        front.remarks.append(Remark("not-placed", block.line, {"text": short(block.text)}))
    strangers.clear()


def _salutation_at(blocks: list[Block]) -> int | None:
    """The index of the salutation, not counting one inside a note in parentheses."""
    i = 0
    while i < min(len(blocks), LOOK_AHEAD):
        if is_salutation(blocks[i]) and (i or len(blocks) == 1 or not _byline_date(blocks[1])):
            return i
        i = (balanced_end(blocks, i) if blocks[i].text.startswith("(") else 0) or i + 1
    return None


def _byline_date(block: Block) -> bool:
    return any(date_line(bare(line)) for line in block.lines)


def _take(front: Front, blocks: list[Block], i: int, greeted: int | None) -> int:
    """How many blocks from `i` were recognised and taken."""
    return (
        _take_note(front, blocks, i)
        or _take_byline(front, blocks[i])
        or _take_title(front, blocks, i, greeted)
        or _take_author(front, blocks, i, greeted)
    )


def _take_note(front: Front, blocks: list[Block], i: int) -> int:
    block = blocks[i]
    if block.text.lstrip("*_").startswith("(") and not date_line(bare(block.text)):
        end = balanced_end(blocks, i)
        text = "\n\n".join(markdown(part) for part in blocks[i : end or i + 1])
        if len(text.split()) < NOTE_WORDS and not NOTE_WORD.match(text.strip("(*_")):
            if not front.title or end != i + 1:
                return 0
            front.keep("subtitle", text.strip())
            return 1
        if not end:
            front.remarks.append(Remark("note-open", block.line))
        front.notes.append(_without_parentheses(text))
        return (end or i + 1) - i
    bracketed = BRACKETED.fullmatch(block.text)
    if front.title and bracketed and len(block.text.split()) >= NOTE_WORDS:
        front.notes.append(bracketed["title"].strip())
        front.remarks.append(Remark("note-taken", block.line, {"text": short(block.text)}))
        return 1
    italic = ITALIC.fullmatch(block.text)
    if (italic and len(block.text.split()) > TITLE_WORDS) or (front.title and _is_labelled(block.text)):
        front.notes.append(markdown(block))
        front.remarks.append(Remark("note-taken", block.line, {"text": short(block.text)}))
        return 1
    return 0


def _is_labelled(text: str) -> bool:
    """A label, as in "Source: ...", or a sentence that begins like one and cites a work."""
    return bool(NOTE_WORD.match(text)) and (":" in text[:40] or cites(text[:2000]))


def _without_parentheses(text: str) -> str:
    """The outer pair alone is layout; a text that only begins and ends with brackets keeps them."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if not depth and character == ")":
            return (
                text[1:position].strip() if not text[position + 1 :].strip(" .") and text[0] == "(" else text
            )
    return text


def _take_byline(front: Front, block: Block) -> int:
    lines = [bare(line) for line in block.lines]
    dates = [date_line(line) for line in lines]
    at = next((k for k, found in enumerate(dates) if found), None)
    if at is None or front.date or len(lines) > 8:
        return 0
    before = [line for line in lines[:at] if line]
    if before and not front.author:
        single = len(before) == 1 and (front.title or _is_name(before[0]))
        if single or len(before) > 1:
            _set_author(front, before.pop())
    if before and not front.title:
        _set_title(front, " ".join(before), block)
        before = []
    _set_date(front, dates[at], block)
    for line in [*before, *lines[at + 1 :]]:
        if line:
            front.keep("byline", line)
    return 1


def _set_date(front: Front, date: DateLine | None, block: Block) -> None:
    if date is None:
        return
    front.date = date
    front.extra["date-as-written"] = date.written
    if date.place:
        front.extra["place"] = date.place
    if date.ambiguous:
        front.remarks.append(Remark("date-ambiguous", block.line, {"date": date.written}))


def _set_author(front: Front, line: str) -> None:
    front.author = BY.sub("", line)
    if front.author != line:
        front.extra["author-as-written"] = line


def _set_title(front: Front, text: str, block: Block) -> None:
    bracketed = BRACKETED.fullmatch(text)
    if bracketed and bracketed["title"].count("[") == bracketed["title"].count("]"):
        front.title = bare(bracketed["title"])
        front.extra["title-supplied"] = "yes"
        front.remarks.append(Remark("title-supplied", block.line))
    else:
        front.title = bare(text)


def _is_name(line: str) -> bool:
    """Two to six words, each with a capital but for the small ones: it may be a person."""
    words = line.strip(" .").split()
    return 1 < len(words) <= 6 and all(word[:1].isupper() or len(word) <= 3 for word in words)


def _take_title(front: Front, blocks: list[Block], i: int, greeted: int | None) -> int:
    block, text = blocks[i], blocks[i].text
    if front.title or len(text.split()) > TITLE_WORDS or front.notes:
        return 0
    marked = text.startswith("#") or BRACKETED.fullmatch(text) or BOLD.fullmatch(text)
    bold = BOLD.fullmatch(text)
    if bold and len(block.lines) > 1 and _is_name(bare(block.lines[-1])) and not front.author:
        _set_author(front, bare(block.lines[-1]))
        _set_title(front, " ".join(bare(line) for line in block.lines[:-1]), block)
        return 1
    following = blocks[i + 1] if i + 1 < len(blocks) else None
    before_byline = following is not None and (_byline_date(following) or following.text.startswith("**"))
    plain = i == 0 and len(block.lines) <= 3 and not text.rstrip().endswith((",", ";", ":"))
    ends = text.rstrip().endswith((".", "?", "!")) and not before_byline
    if marked or (plain and (before_byline or (greeted is not None and not ends))):
        _set_title(front, " ".join(bare(line) for line in block.lines), block)
        return 1
    return 0


def _take_author(front: Front, blocks: list[Block], i: int, greeted: int | None) -> int:
    block = blocks[i]
    lines = [bare(line) for line in block.lines]
    bold = bool(BOLD.fullmatch(block.text))
    if front.author or not front.title or len(lines) > 3 or not (bold or greeted is not None):
        return 0
    if not _is_name(BY.sub("", lines[0])) or lines[0].endswith((",", ":", ";")):
        return 0
    _set_author(front, lines[0])
    for line in lines[1:]:
        front.keep("byline", line)
    return 1
