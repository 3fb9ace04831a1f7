"""What a carrier says of a person, read from the form by the rules that signers' own fields follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from undersigned.lib import fields
from undersigned.signing.models import Signature
from undersigned.signing.request import DISPLAYS, Invalid


@dataclass(frozen=True)
class Entry:
    """A person as the carrier tells of them: no address, and a name only as far as it is told."""

    display: str
    name: str
    place: str
    addressee: bool = False
    edition: bool = False

    def values(self) -> dict[str, str]:
        """As they are sealed; the name of a pseudonymous person is known to the carrier alone."""
        under = "pseudonym" if self.display == Signature.Display.PSEUDONYM else "name"
        return {under: self.name, "place": self.place}


def read(values: Mapping[str, Any]) -> Entry:
    """A cleaned entry; raises Invalid with all errors at once."""
    errors: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}

    def take(name: str, clean: Any, *args: Any, **options: Any) -> Any:
        try:
            cleaned[name] = clean(values.get(name), *args, **options)
        except fields.FieldError as error:
            errors[name] = [str(error)]

    take("display", fields.clean_choice, DISPLAYS, default="pseudonym")
    # Who is not listed needs no name; where one is given, it must be one.
    if cleaned.get("display") == "unlisted" and not str(values.get("name") or "").strip():
        cleaned["name"] = ""
    else:
        take("name", fields.clean_name)
    take("place", fields.clean_line)
    for name in ("addressee", "edition", "stated"):
        take(name, fields.clean_tick)
    if "stated" not in errors and not cleaned["stated"]:
        errors["stated"] = [_("Without this you cannot vouch for anybody.")]
    if errors:
        raise Invalid(errors)
    del cleaned["stated"]
    return Entry(**cleaned)
