"""What somebody asks for who signs: read from form, JSON or list by the same rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.lib import fields
from undersigned.signing.models import Signature

DISPLAYS = tuple(Signature.Display.values)
# Asked as the appeal's settings say, and shown beside the name.
ASKED = ("affiliation", "role", "place", "country")
TICKS = ("updates", "addressee", "edition")


@dataclass(frozen=True)
class SignRequest:
    """A signature as asked for: cleaned, complete, for one Version."""

    name: str
    email: str
    display: str = "name"
    pseudonym: str = ""
    affiliation: str = ""
    role: str = ""
    place: str = ""
    country: str = ""
    updates: bool = False
    addressee: bool = False
    edition: bool = False


class Invalid(Exception):
    """A request that cannot be taken; `errors` say why, by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = errors


def asked(appeal: Appeal) -> dict[str, bool]:
    """The further fields that an appeal asks for, and whether each must be filled in."""
    found = {name: getattr(appeal, f"ask_{name}") for name in ASKED}
    return {name: ask == Appeal.Ask.REQUIRED for name, ask in found.items() if ask != Appeal.Ask.OFF}


class _Reader:
    """Reads field after field and keeps every error beside its field."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.errors: dict[str, list[str]] = {}

    def read(self, name: str, clean: Callable[..., Any], *args: Any, **options: Any) -> Any:
        try:
            return clean(self.values.get(name), *args, **options)
        except fields.FieldError as error:
            self.errors[name] = [str(error)]
            return ""


def read(appeal: Appeal, values: Mapping[str, Any]) -> SignRequest:
    """A cleaned request; raises Invalid with all errors at once. What the appeal does not ask is dropped."""
    reader = _Reader(values)
    cleaned: dict[str, Any] = {
        "name": reader.read("name", fields.clean_name),
        "email": reader.read("email", fields.clean_email),
        **_display(reader, profiles.of(appeal).display),
    }
    for name, required in asked(appeal).items():
        clean = fields.clean_country if name == "country" else fields.clean_line
        cleaned[name] = reader.read(name, clean, required=required)
    for name in TICKS:
        cleaned[name] = reader.read(name, fields.clean_tick)
    if reader.errors:
        raise Invalid(reader.errors)
    return SignRequest(**cleaned)


def read_display(values: Mapping[str, Any]) -> tuple[str, str]:
    """The way a signature is shown and its pseudonym; raises Invalid."""
    reader = _Reader(values)
    found = _display(reader)
    if reader.errors:
        raise Invalid(reader.errors)
    return found["display"], found["pseudonym"]


def _display(reader: _Reader, default: str = "name") -> dict[str, str]:
    """How a signature is to be shown; who chose nothing is shown as the appeal's profile says."""
    display = reader.read("display", fields.clean_choice, DISPLAYS, default=default)
    if display == "pseudonym":
        return {"display": display, "pseudonym": reader.read("pseudonym", fields.clean_name)}
    typed = reader.values.get("pseudonym")
    if display == "name" and isinstance(typed, str) and typed.strip():
        # Somebody in danger who typed a pseudonym and overlooked the choice must not be named.
        reader.errors["display"] = [
            _("You wrote a pseudonym but chose to show your name. Choose the pseudonym, or empty its field.")
        ]
    return {"display": display, "pseudonym": ""}
