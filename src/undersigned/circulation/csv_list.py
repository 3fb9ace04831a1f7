"""A list of addressees from a spreadsheet, read whole and checked line by line."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from undersigned.circulation.enrol import Entry, clean
from undersigned.circulation.fields import FieldError, looks_like_formula

BYTES_MAX = 4_000_000
ENTRIES_MAX = 10_000
_NOT_TEXT = frozenset("\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f")
# Header cells without case, accents and punctuation, as spreadsheets in four languages head them.
_HEADERS = {
    "name": "name|full name|nombre|nombre completo|nombre y apellidos|nom|nom complet|nom et prenom|الاسم",
    "email": "email|e mail|mail|email address|e mail address|correo|correo electronico|courriel"
    "|adresse e mail|adresse email|adresse electronique|البريد|البريد الالكتروني",
    "language": "language|lang|idioma|lengua|langue|اللغة",
}
_COLUMNS = {word: column for column, words in _HEADERS.items() for word in words.split("|")}


@dataclass(frozen=True)
class LineError:
    """What is wrong at one line; line 0 is the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


@dataclass
class Read:
    """What a file holds: entries, what is wrong with it, and what a person should look at."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, *, name: str, email: str, language: str, line: int) -> None:
        """Takes one addressee, or notes what is wrong."""
        try:
            entry = clean(name=name, email=email, language=language, line=line)
        except FieldError as error:
            self.errors.append(LineError(line, str(error)))
            return
        if looks_like_formula(entry.name):
            note = _("Line %(line)d: “%(name)s” looks like a formula. It is kept as text.")
            self.notes.append(note % {"line": line, "name": entry.name[:60]})
        self.entries.append(entry)


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def read_csv(data: bytes, *, language: str) -> Read:
    """Entries and errors of a table, for any bytes at all; `language` is for rows that name none."""
    found = Read()
    try:
        rows = _rows(decoded(data, found))
        header = next(rows, None)
        if header is None:
            raise Unreadable(_("The file is empty."))
        _take_rows(rows, _columns(header[1]), found, language)
    except Unreadable as error:
        return Read(errors=[LineError(0, str(error))])
    except csv.Error:
        wrong = _("The file is not a CSV file that can be read: a quotation mark is missing.")
        return Read(errors=[LineError(0, wrong)])
    return found


def decoded(data: bytes, found: Read) -> str:
    """The text of a file in UTF-8, UTF-16 or, with a note, Windows-1252; raises Unreadable."""
    if len(data) > BYTES_MAX:
        raise Unreadable(_("The file is larger than %(most)d MB.") % {"most": BYTES_MAX // 1_000_000})
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise Unreadable(
                _("The letters of the file cannot be read. Save it in UTF-8 and try again.")
            ) from None
        found.notes.append(
            _("The file is not in UTF-8. It was read as Windows-1252: look at the accents before you go on.")
        )
    if not _NOT_TEXT.isdisjoint(text):
        raise Unreadable(_("This is not a text file. Save the list as CSV in UTF-8 and try again."))
    if not text.strip():
        raise Unreadable(_("The file is empty."))
    return text


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


def _word(cell: str) -> str:
    plain = unicodedata.normalize("NFKD", cell.casefold())
    kept = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        column = _COLUMNS.get(_word(cell))
        if column in found:
            raise Unreadable(_("Two columns are headed “%(name)s”.") % {"name": cell.strip()[:60]})
        if column:
            found[column] = place
    if "name" not in found or "email" not in found:
        raise Unreadable(
            _("The first line must name the columns: “name”, “email” and, if you like, “language”.")
        )
    return found


def _take_rows(
    rows: Iterator[tuple[int, list[str]]], columns: dict[str, int], found: Read, language: str
) -> None:
    for line, row in rows:
        if full(found, line):
            return
        cells = {column: row[place].strip() if place < len(row) else "" for column, place in columns.items()}
        found.take(
            name=cells["name"],
            email=cells["email"],
            language=cells.get("language", "") or language,
            line=line,
        )
    if not found.entries and not found.errors:
        found.errors.append(LineError(0, _("Below the first line the file names nobody.")))


def full(found: Read, line: int) -> bool:
    """Whether a list names as many as it may; says so among the errors."""
    if len(found.entries) < ENTRIES_MAX:
        return False
    message = _("A list can name at most %(most)d people.") % {"most": ENTRIES_MAX}
    found.errors.append(LineError(line, message))
    return True
