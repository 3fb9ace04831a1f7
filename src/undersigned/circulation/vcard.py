"""A list of addressees from an address book: vCard 2.1, 3.0 and 4.0 (RFC 6350)."""

import quopri
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.circulation.csv_list import BYTES_MAX, Read, full
from undersigned.lib.table import LineError, Unreadable, decoded

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def is_vcard(data: bytes) -> bool:
    """Whether a file looks like an address book and not like a table."""
    return b"BEGIN:VCARD" in data[:2000].upper()


def read_vcard(data: bytes, *, language: str) -> Read:
    """Entries and errors of an address book, for any bytes at all."""
    found = Read()
    try:
        _take_cards(list(_lines(decoded(data, found.notes, most=BYTES_MAX))), found, language)
    except Unreadable as error:
        return Read(errors=[LineError(0, str(error))])
    if not found.entries and not found.errors:
        found.errors.append(LineError(0, _("The file holds no card.")))
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines with the number at which they begin: folded ones put together (RFC 6350, 3.2)."""
    held, start = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        soft = held.endswith("=") and "QUOTED-PRINTABLE" in held.partition(":")[0].upper()
        if line.startswith((" ", "\t")) and held:
            held += line[1:]
        elif soft:
            held = held[:-1] + line
        else:
            if held.strip():
                yield start, held
            held, start = line, number
    if held.strip():
        yield start, held


def _take_cards(lines: list[tuple[int, str]], found: Read, language: str) -> None:
    card: dict[str, list[str]] | None = None
    start = 0
    for number, line in lines:
        name, value = _property(line)
        if name == "BEGIN" and value.strip().upper() == "VCARD":
            if card is not None:
                found.errors.append(LineError(start, _("This card has no end.")))
            card, start = {}, number
        elif card is None:
            found.errors.append(LineError(number, _("This line stands in no card.")))
            return
        elif name == "END" and value.strip().upper() == "VCARD":
            if full(found, start):
                return
            _take(card, start, found, language)
            card = None
        elif name:
            card.setdefault(name, []).append(value)
        else:
            found.errors.append(LineError(number, _("This line has no property of a card.")))
    if card is not None:
        found.errors.append(LineError(start, _("This card has no end.")))


def _take(card: dict[str, list[str]], line: int, found: Read, language: str) -> None:
    name = next((value for value in card.get("FN", []) if value.strip()), "") or _name_of(card)
    addresses = [value.strip().removeprefix("mailto:") for value in card.get("EMAIL", []) if value.strip()]
    if len(addresses) > 1:
        note = _("Line %(line)d: this card has several addresses; the first is taken.") % {"line": line}
        found.notes.append(note)
    spoken = next((value.strip() for value in card.get("LANG", []) if value.strip()), "")
    found.take(name=name, email=addresses[0] if addresses else "", language=spoken or language, line=line)


def _name_of(card: dict[str, list[str]]) -> str:
    """Given names before family names, from the structured name."""
    parts = [*card.get("N", [""])[0].split(";"), "", ""][:3]
    return " ".join(part.strip() for part in (parts[1], parts[2], parts[0]) if part.strip())


def _property(line: str) -> tuple[str, str]:
    """The name without group and parameters, and the value with its escapes undone."""
    head, colon, value = line.partition(":")
    if not colon:
        return "", ""
    parts = head.upper().split(";")
    name = parts[0].rpartition(".")[2].strip()
    if any("QUOTED-PRINTABLE" in part for part in parts[1:]):
        raw = quopri.decodestring(value.encode("utf-8", "replace"))
        try:
            value = raw.decode("utf-8")
        except UnicodeDecodeError:
            value = raw.decode("cp1252", "replace")
    return name, _ESCAPE.sub(lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), value)
