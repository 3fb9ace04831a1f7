"""A list of first signatories from a spreadsheet: read whole, checked line by line, no guess in silence."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from undersigned.signing import fields, repeats

BYTES_MAX = 2_000_000
ENTRIES_MAX = 1000
_NOT_TEXT = frozenset("\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f")
# Header cells in English, Spanish and French, without case, accents and punctuation.
_HEADERS = {
    "name": "name|full name|nombre|nombre completo|nombre y apellidos|nom|nom complet|nom et prenom"
    "|prenom et nom",
    "email": "email|e mail|mail|email address|e mail address|correo|correo electronico|courriel"
    "|adresse e mail"
    "|adresse email|adresse electronique|adresse de courriel",
    "affiliation": "affiliation|organisation|organization|institution|afiliacion|organizacion|institucion"
    "|organisme|appartenance|rattachement",
    "role": "role|position|title|function|occupation|profession|cargo|funcion|profesion|ocupacion|fonction",
}
_COLUMNS = {word: column for column, words in _HEADERS.items() for word in words.split("|")}


@dataclass(frozen=True)
class Entry:
    """Somebody who is to be asked to sign first; `line` is where the list names them."""

    name: str
    email: str
    affiliation: str = ""
    role: str = ""
    line: int = 0


@dataclass(frozen=True)
class LineError:
    """What is wrong at one line of a list; line 0 is the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}


@dataclass(frozen=True)
class List:
    """What a file holds: entries, what is wrong with it, and what the reader should look at."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Unreadable(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def read_csv(data: bytes) -> List:
    """Entries and errors of a file, for any bytes at all; a file with one error must not be taken."""
    try:
        text, notes = _decode(data)
        rows = _rows(text)
        header = next(rows, None)
        if header is None:
            raise _Unreadable(_("The file is empty."))
        columns = _columns(header[1])
        return _entries(rows, columns, notes)
    except _Unreadable as error:
        return List(errors=[LineError(0, str(error))])
    except csv.Error:
        return List(
            errors=[
                LineError(0, _("The file is not a CSV file that can be read: a quotation mark is missing."))
            ]
        )


def _decode(data: bytes) -> tuple[str, list[str]]:
    if len(data) > BYTES_MAX:
        raise _Unreadable(_("The file is larger than 2 MB."))
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _text(data, encoding), []
    try:
        return _checked(data.decode("utf-8")), []
    except UnicodeDecodeError:
        note = _(
            "The file is not in UTF-8. It was read as Windows-1252: look at the accents before you go on."
        )
        return _text(data, "cp1252"), [note]


def _text(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError:
        raise _Unreadable(
            _("The letters of the file cannot be read. Save it as “CSV UTF-8” and try again.")
        ) from None


def _checked(text: str) -> str:
    if not _NOT_TEXT.isdisjoint(text):
        raise _Unreadable(_("This is not a text file. Save the table as “CSV UTF-8” and try again."))
    if not text.strip():
        raise _Unreadable(_("The file is empty."))
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
            raise _Unreadable(_("Two columns are headed “%(name)s”.") % {"name": cell.strip()[:60]})
        if column:
            found[column] = place
    if "name" not in found or "email" not in found:
        raise _Unreadable(
            _(
                "The first line must name the columns: “name” and “email”, and if you like “affiliation” and "
                "“role” (also nombre, correo, afiliación, cargo; nom, courriel, affiliation, fonction)."
            )
        )
    return found


def _entries(rows: Iterator[tuple[int, list[str]]], columns: dict[str, int], notes: list[str]) -> List:
    found = List(notes=notes)
    seen: dict[str, int] = {}
    for line, row in rows:
        if len(found.entries) >= ENTRIES_MAX:
            found.errors.append(
                LineError(line, _("A list can name at most %(most)d people.") % {"most": ENTRIES_MAX})
            )
            break
        cells = {column: row[place] if place < len(row) else "" for column, place in columns.items()}
        try:
            entry = clean_entry(cells, line=line)
        except Unfit as error:
            found.errors.extend(LineError(line, message) for message in error.messages.values())
            continue
        before = seen.setdefault(repeats.normal(entry.email), line)
        if before != line:
            message = _("This address stands in line %(line)d already.") % {"line": before}
            found.errors.append(LineError(line, message))
        found.entries.append(entry)
    if not found.entries and not found.errors:
        found.errors.append(LineError(0, _("Below the first line the file names nobody.")))
    return found


class Unfit(Exception):
    """Values that make no entry; `messages` say why, by field."""

    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages


def _labels() -> dict[str, str]:
    return {
        "name": _("name"),
        "email": _("e-mail"),
        "affiliation": _("affiliation"),
        "role": _("role"),
    }


def clean_entry(values: dict[str, str], *, line: int = 0) -> Entry:
    """An entry by the rules that signers' own fields follow; raises Unfit with all that is wrong."""
    cleaned: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name in ("name", "email", "affiliation", "role"):
        clean = {"name": fields.clean_name, "email": fields.clean_email}.get(name, fields.clean_line)
        try:
            cleaned[name] = clean(values.get(name, ""))
        except fields.FieldError as error:
            wrong[name] = f"{_labels()[name]}: {error}" if line else str(error)
    if wrong:
        raise Unfit(wrong)
    return Entry(**cleaned, line=line)
