"""Who signed, sealed: reading and writing the one row that holds contact data."""

from dataclasses import asdict
from typing import Any

from undersigned.lib import vault
from undersigned.signing.collation import sort_key
from undersigned.signing.models import Person, PublicLine, Signature
from undersigned.signing.request import SignRequest

CONTEXT = "person"
FIELDS = ("email", "name", "pseudonym", "affiliation", "role", "place", "country")


def seal(request: SignRequest) -> bytes:
    """The contact data of a request, encrypted with the key outside the database."""
    values = asdict(request)
    return seal_values({name: values[name] for name in FIELDS})


def seal_values(values: dict[str, str]) -> bytes:
    """Contact data, encrypted with the key outside the database."""
    return vault.seal_json({name: values.get(name, "") for name in FIELDS}, context=CONTEXT)


def unseal(person: Person) -> dict[str, str]:
    """The contact data of a signature; raises VaultError, KeyMissing."""
    values: dict[str, Any] = vault.unseal_json(person.sealed, context=CONTEXT)
    return {name: str(values.get(name, "")) for name in FIELDS}


def fill_line(line: PublicLine, values: dict[str, str], *, display: str, language: str) -> PublicLine:
    """Puts into a line what its signature shows, and empties the rest; unsaved."""
    shown = {} if display == Signature.Display.UNLISTED else values
    line.name = shown.get("pseudonym" if display == Signature.Display.PSEUDONYM else "name", "")
    line.affiliation = shown.get("affiliation", "")
    line.role = shown.get("role", "")
    line.place = shown.get("place", "")
    line.country = shown.get("country", "")
    line.sort_key = sort_key(line.name, language) if line.name else b""
    return line
