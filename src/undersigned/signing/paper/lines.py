"""What stands on one line: read by the rules of every other signature, sealed, compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from undersigned.lib import vault
from undersigned.lib.fields import (
    FieldError,
    clean_country,
    clean_email,
    clean_line,
    clean_name,
    clean_tick,
)
from undersigned.signing.collation import sort_key

_CONTEXT = "paper-line"
PERSON, BLANK, UNREADABLE = "person", "blank", "unreadable"
MARKS = (PERSON, BLANK, UNREADABLE)


@dataclass(frozen=True)
class Reading:
    """What somebody read on a line: a person, nobody, or what cannot be read."""

    mark: str = PERSON
    name: str = ""
    email: str = ""
    affiliation: str = ""
    role: str = ""
    place: str = ""
    country: str = ""
    unlisted: bool = False
    addressee: bool = False
    edition: bool = False


class Unfit(Exception):
    """Values that make no line; `messages` say why, by field."""

    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = messages


_TEXTS = ("name", "email", "affiliation", "role", "place", "country")
_TICKS = ("unlisted", "addressee", "edition")


def read(values: Mapping[str, Any]) -> Reading:
    """A line as typed or as a table has it; raises Unfit with all that is wrong."""
    mark = str(values.get("mark", PERSON))
    if mark in (BLANK, UNREADABLE):
        return Reading(mark)
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in _TEXTS + _TICKS:
        try:
            found[name] = _clean(name, values.get(name))
        except FieldError as error:
            wrong[name] = str(error)
    if wrong:
        raise Unfit(wrong)
    return Reading(**found)


def _clean(name: str, value: Any) -> str | bool:
    if name in _TICKS:
        return clean_tick(value)
    if name == "name":
        return clean_name(value)
    if name == "email":
        return clean_email(value) if str(value or "").strip() else ""
    return clean_country(value) if name == "country" else clean_line(value)


def seal(*readings: Reading) -> bytes:
    """One reading, or two that differ, encrypted with the key outside the database."""
    return vault.seal_json([_short(reading) for reading in readings], context=_CONTEXT)


def _short(reading: Reading) -> dict[str, Any]:
    return {name: value for name, value in asdict(reading).items() if value}


_KNOWN = frozenset(field.name for field in fields(Reading))


def unseal(sealed: bytes | memoryview) -> list[Reading]:
    """What `seal` sealed; raises VaultError, KeyMissing."""
    found = vault.unseal_json(sealed, context=_CONTEXT)
    return [Reading(**{k: v for k, v in values.items() if k in _KNOWN}) for values in found]


def folded(text: str, language: str = "") -> bytes:
    """A name or place without case, accents and punctuation."""
    return sort_key(text, language).partition(b"\0")[0] if text else b""


def differences(one: Reading, two: Reading) -> list[str]:
    """The fields in which two readings differ."""
    if one.mark != two.mark:
        return ["mark"]
    return [name for name in _TEXTS + _TICKS if getattr(one, name) != getattr(two, name)]


def labels() -> dict[str, str]:
    """The fields' names in the reader's language."""
    return {
        "mark": _("what stands there"),
        "name": _("Name"),
        "email": _("E-mail address"),
        "affiliation": _("Affiliation"),
        "role": _("Role"),
        "place": _("Place"),
        "country": _("Country"),
        "unlisted": _("The name is not to be shown"),
        "addressee": _("① Give my name to the addressee"),
        "edition": _("② Keep my name in the permanent edition and archive"),
    }
