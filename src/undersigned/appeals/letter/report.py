"""An import told to the person who ran it."""

from __future__ import annotations

from collections.abc import Iterator

from undersigned.appeals.letter.read import Imported
from undersigned.appeals.letter.remarks import short
from undersigned.appeals.markup.head import as_dict
from undersigned.appeals.markup.words import words


def describe(imported: Imported) -> str:
    """What was found, what the reader was unsure of, and what it could not place."""
    lines = ["Found:", *(f"  {key}: {value}" for key, value in _found(imported))]
    if imported.report:
        lines += ["Please look at:", *_remarks(imported)]
    if imported.unplaced:
        lines += ["Kept, but not placed:", *(f"  {short(text)}" for text in imported.unplaced)]
    return "\n".join(lines) + "\n"


def _found(imported: Imported) -> Iterator[tuple[str, str]]:
    for key, value in as_dict(imported.head).items():
        if isinstance(value, dict):
            yield from ((f"{key}, {part}", short(text)) for part, text in value.items())
        else:
            yield key, short(str(value))
    paragraphs = [part for part in imported.body.split("\n\n") if part.strip() and not part.startswith("[^")]
    notes = sum(line.startswith("[^") and "]:" in line for line in imported.body.split("\n"))
    yield "letter", f"paragraphs: {len(paragraphs)}, words: {len(words(imported.body))}, footnotes: {notes}"


def _remarks(imported: Imported) -> Iterator[str]:
    for remark in imported.report:
        yield f"  line {remark.line}: {remark.message}" if remark.line else f"  {remark.message}"
