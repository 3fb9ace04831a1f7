"""A list of addressees from a spreadsheet, read whole and checked line by line."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from undersigned.circulation.enrol import Entry, clean
from undersigned.circulation.fields import looks_like_formula
from undersigned.lib import table
from undersigned.lib.fields import FieldError
from undersigned.lib.table import LineError

BYTES_MAX = 4_000_000
ENTRIES_MAX = 10_000
# Header cells without case, accents and punctuation, as spreadsheets in four languages head them.
_HEADERS = {
    "name": "name|full name|nombre|nombre completo|nombre y apellidos|nom|nom complet|nom et prenom|الاسم",
    "email": "email|e mail|mail|email address|e mail address|correo|correo electronico|courriel"
    "|adresse e mail|adresse email|adresse electronique|البريد|البريد الالكتروني",
    "language": "language|lang|idioma|lengua|langue|اللغة",
}
_COLUMNS = table.columns_by_word(_HEADERS)


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


def read_csv(data: bytes, *, language: str) -> Read:
    """Entries and errors of a table, for any bytes at all; `language` is for rows that name none."""
    found = Read()
    hint = _("The first line must name the columns: “name”, “email” and, if you like, “language”.")
    try:
        text = table.decoded(data, found.notes, most=BYTES_MAX)
        for line, cells in table.records(text, _COLUMNS, needed=("name", "email"), hint=hint):
            if full(found, line):
                return found
            spoken = cells.get("language", "") or language
            found.take(name=cells["name"], email=cells["email"], language=spoken, line=line)
    except table.Unreadable as error:
        return Read(errors=[LineError(0, str(error))])
    if not found.entries and not found.errors:
        found.errors.append(LineError(0, _("Below the first line the file names nobody.")))
    return found


def full(found: Read, line: int) -> bool:
    """Whether a list names as many as it may; says so among the errors."""
    if len(found.entries) < ENTRIES_MAX:
        return False
    message = _("A list can name at most %(most)d people.") % {"most": ENTRIES_MAX}
    found.errors.append(LineError(line, message))
    return True
