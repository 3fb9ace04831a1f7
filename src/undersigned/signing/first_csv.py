"""A list of first signatories from a spreadsheet: read whole, checked line by line, no guess in silence."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from undersigned.lib import fields, table
from undersigned.lib.table import LineError
from undersigned.signing import repeats

BYTES_MAX = 2_000_000
ENTRIES_MAX = 1000
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
_COLUMNS = table.columns_by_word(_HEADERS)


@dataclass(frozen=True)
class Entry:
    """Somebody who is to be asked to sign first; `line` is where the list names them."""

    name: str
    email: str
    affiliation: str = ""
    role: str = ""
    line: int = 0


@dataclass(frozen=True)
class List:
    """What a file holds: entries, what is wrong with it, and what the reader should look at."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_csv(data: bytes) -> List:
    """Entries and errors of a file, for any bytes at all; a file with one error must not be taken."""
    found = List()
    hint = _(
        "The first line must name the columns: “name” and “email”, and if you like “affiliation” and "
        "“role” (also nombre, correo, afiliación, cargo; nom, courriel, affiliation, fonction)."
    )
    try:
        text = table.decoded(data, found.notes, most=BYTES_MAX)
        _take(table.records(text, _COLUMNS, needed=("name", "email"), hint=hint), found)
    except table.Unreadable as error:
        return List(errors=[LineError(0, str(error))])
    return found


def _take(records: Iterator[tuple[int, dict[str, str]]], found: List) -> None:
    seen: dict[str, int] = {}
    for line, cells in records:
        if len(found.entries) >= ENTRIES_MAX:
            found.errors.append(
                LineError(line, _("A list can name at most %(most)d people.") % {"most": ENTRIES_MAX})
            )
            break
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
