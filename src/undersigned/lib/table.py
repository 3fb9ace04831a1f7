"""A table that somebody saved in a spreadsheet: read whole, by its first line, no guess in silence."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

# What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# No column is named at greater length.
_HEADER_MAX = 100
_UNSEEN = " \u200e\u200f\u061c"
_NOT_TEXT = frozenset("\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f")


@dataclass(frozen=True)
class LineError:
    """What is wrong at one line; line 0 is the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def columns_by_word(headers: Mapping[str, str]) -> dict[str, str]:
    """From words between bars for each column to the column of each word."""
    return {word: column for column, words in headers.items() for word in words.split("|")}


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs, and that `plain_cell` reads again as it was."""
    return f"'{text}" if _looks_odd(text) else text


def plain_cell(cell: str) -> str:
    """What stood in a cell before `safe_cell`; a cell that somebody typed stays as it is."""
    return cell[1:] if cell.startswith("'") and _looks_odd(cell[1:]) else cell


def _looks_odd(text: str) -> bool:
    return text.startswith("'") or text.lstrip(_UNSEEN).startswith(_FORMULA)


def decoded(data: bytes, notes: list[str], *, most: int) -> str:
    """The text of a file of at most so many bytes, in UTF-8, UTF-16 or, with a note, Windows-1252.

    Raises Unreadable.
    """
    if len(data) > most:
        raise Unreadable(_("The file is larger than %(most)d MB.") % {"most": most // 1_000_000})
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = _western(data, notes)
    if not _NOT_TEXT.isdisjoint(text):
        raise Unreadable(_("This is not a text file. Save the list as CSV in UTF-8 and try again."))
    if not text.strip():
        raise Unreadable(_("The file is empty."))
    return text


def _western(data: bytes, notes: list[str]) -> str:
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("The letters of the file cannot be read. Save it in UTF-8 and try again."))
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable(
            _("The letters of the file cannot be read. Save it in UTF-8 and try again.")
        ) from None
    notes.append(
        _("The file is not in UTF-8. It was read as Windows-1252: look at the accents before you go on.")
    )
    return text


def records(
    text: str, columns: Mapping[str, str], *, needed: Collection[str], hint: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines that hold something, as (number of the first line, cells by column).

    `columns` gives the column of a header's plain word; columns that no header names are left out.
    Raises Unreadable, with `hint` where a needed column is missing.
    """
    try:
        rows = _rows(text)
        header = next(rows, None)
        if header is None:
            raise Unreadable(_("The file is empty."))
        places = _places(header[1], columns)
        if not places.keys() >= set(needed):
            raise Unreadable(hint)
        for line, row in rows:
            yield line, {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
    except csv.Error:
        raise Unreadable(
            _("The file is not a CSV file that can be read: a quotation mark is missing.")
        ) from None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with the number of their first line."""
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield start, row
        start = reader.line_num + 1


def _places(header: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = columns.get(_word(cell))
        if column in found:
            raise Unreadable(_("Two columns are headed “%(name)s”.") % {"name": cell.strip()[:60]})
        if column:
            found[column] = place
    return found


def _word(cell: str) -> str:
    """A header cell without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", cell[:_HEADER_MAX].casefold())
    kept = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())
