"""How notes are called in every format: the sign that readers see, and the ids of note and mark."""

from __future__ import annotations

import re
from datetime import date

from undersigned.edition import document as d

_PREFIX = {"authorial": "note", "editorial": "ed-note", "evidence": "evidence"}
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


def sign(mark: d.NoteMark) -> str:
    """1 for the author's notes, a for the editors', [1] for evidence."""
    if mark.kind == "authorial":
        return str(mark.number)
    if mark.kind == "evidence":
        return f"[{mark.number}]"
    letters, rest = "", mark.number
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def note_id(mark: d.NoteMark) -> str:
    """The id of the note itself."""
    return f"{_PREFIX[mark.kind]}-{mark.number}"


def mark_id(mark: d.NoteMark) -> str:
    """The id of this very mark; the first mark of a note is the one that its note leads back to."""
    return f"{note_id(mark)}-mark" + (f"-{mark.again + 1}" if mark.again else "")


def marks_in(content: d.Inlines) -> list[d.NoteMark]:
    """The first marks of notes in inline content, in their order."""
    found: list[d.NoteMark] = []
    for node in content:
        match node:
            case d.NoteMark():
                found += [node] if not node.again else []
            case d.Emph(inner) | d.Strong(inner) | d.Link(inner) | d.Mention(inner):
                found += marks_in(inner)
    return found


def machine_date(edtf: str) -> str | None:
    """A day, month or year for `datetime` and `when` attributes; None for what is uncertain or a span."""
    found = _DAY.fullmatch(edtf)
    if not found:
        return None
    try:
        date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
    except ValueError:
        # A season, or a year before our calendar.
        return None
    return edtf


def with_place(reference: str, place: str) -> tuple[str, str]:
    """A reference without its full stop, and the place in it; none where that is its end."""
    named = reference.rstrip(".")
    return named, "" if named.endswith(f", {place}") else place


def source_parts(text: d.Text) -> list[tuple[str, str]]:
    """The source edition as it is read, part by part; only its line where the parts are not known."""
    known = text.provenance.edition
    parts = [
        ("source-author", known.author),
        ("source-part", f"“{known.part}”" if known.part else ""),
        ("source-title", known.title),
        ("source-editor", text.say("edited-by", editor=known.editor) if known.editor else ""),
        ("volume", text.say("volume", volume=known.volume) if known.volume else ""),
        ("period", known.period),
        ("source-publisher", known.publisher),
        ("source-place", known.place),
        ("year", known.year),
        ("pages", text.say("pages", pages=known.pages) if known.pages else ""),
    ]
    found = [(name, words) for name, words in parts if words]
    return found or ([("source-line", known.written)] if known.written else [])
