"""What an organisation asks for that signs: read from the form by the rules that all fields share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from undersigned.lib import clock, fields
from undersigned.mailroom import address as addresses
from undersigned.signing.organisations import domains
from undersigned.signing.request import Invalid

RESOLUTION_MAX = 2000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EARLIEST = date(1900, 1, 1)
# Somewhere it is tomorrow already.
_AHEAD = timedelta(hours=14)
SECOND = ("second_name", "second_role", "second_email")


@dataclass(frozen=True)
class Officer:
    """Somebody who speaks for an organisation."""

    name: str
    role: str
    email: str

    @property
    def line(self) -> str:
        """The officer as readers see one."""
        return f"{self.name}, {self.role}"


@dataclass(frozen=True)
class Request:
    """An organisation's signature as asked for: cleaned and complete."""

    name: str
    place: str
    country: str
    domain: str
    officer: Officer
    second: Officer | None
    resolved_on: date
    resolution: str
    shows_officers: bool = False
    addressee: bool = False
    edition: bool = False


class _Reader:
    """Reads field after field and keeps every error beside its field."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.errors: dict[str, list[str]] = {}

    def read(self, name: str, clean: Callable[..., Any], **options: Any) -> Any:
        try:
            return clean(self.values.get(name), **options)
        except fields.FieldError as error:
            self.errors[name] = [str(error)]
            return ""

    def officer(self, before: str) -> Officer:
        return Officer(
            self.read(f"{before}_name", fields.clean_name),
            self.read(f"{before}_role", fields.clean_line, required=True),
            self.read(f"{before}_email", fields.clean_email),
        )


def read(values: Mapping[str, Any]) -> Request:
    """A cleaned request; raises Invalid with all errors at once."""
    reader = _Reader(values)
    made = Request(
        name=reader.read("name", fields.clean_name),
        place=reader.read("place", fields.clean_line, required=True),
        country=reader.read("country", fields.clean_country, required=True),
        domain=reader.read("domain", domains.clean_domain),
        officer=reader.officer("officer"),
        second=_second(reader),
        resolved_on=reader.read("resolved_on", clean_past_date),
        resolution=reader.read("resolution", clean_words),
        shows_officers=reader.read("shows_officers", fields.clean_tick),
        addressee=reader.read("addressee", fields.clean_tick),
        edition=reader.read("edition", fields.clean_tick),
    )
    if reader.errors:
        raise Invalid(reader.errors)
    return made


def _second(reader: _Reader) -> Officer | None:
    typed = [reader.values.get(name) for name in SECOND]
    if not any(isinstance(value, str) and value.strip() for value in typed):
        return None
    found = reader.officer("second")
    if found.email and "officer_email" not in reader.errors:
        first = reader.values.get("officer_email")
        if isinstance(first, str) and addresses.normal(first.strip()) == addresses.normal(found.email):
            reader.errors["second_email"] = [_("The second officer needs an address of their own.")]
    return found


def clean_past_date(value: Any) -> date:
    """A day that has begun somewhere, as browsers send it (2026-03-01); raises FieldError, nothing else."""
    text = value.strip() if isinstance(value, str) and len(value) < 40 else ""
    if value is None or value == "":
        raise fields.FieldError(_("Please fill in this field."))
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found < _EARLIEST:
        raise fields.FieldError(_("This is not a date; please write it like 2026-03-01."))
    if found > (clock.now() + _AHEAD).date():
        raise fields.FieldError(_("This day lies in the future: a resolution comes before the signature."))
    return found


def clean_words(value: Any) -> str:
    """Words of several lines, each cleaned as a line is; raises FieldError, nothing else."""
    if value is not None and not isinstance(value, str):
        raise fields.FieldError(_("Please write text here."))
    typed = value or ""
    if len(typed) > RESOLUTION_MAX:
        raise fields.FieldError(
            _("This is too long: %(length)s characters, where %(limit)s are possible.")
            % {"length": len(typed), "limit": RESOLUTION_MAX}
        )
    lines = [fields.clean_line(line, limit=RESOLUTION_MAX) for line in typed.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
