"""Who signed, sealed: reading and writing the one row that holds contact data."""

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from undersigned.lib import vault
from undersigned.signing.collation import sort_key
from undersigned.signing.models import Person, PublicLine, Signature
from undersigned.signing.request import SignRequest

CONTEXT = "person"
_DECODER = json.JSONDecoder()
_EMAIL_FIRST = '{"email":"'
FIELDS = ("email", "name", "pseudonym", "affiliation", "role", "place", "country")


class Gone(Exception):
    """The contact data of a signature were erased."""


class Shown(NamedTuple):
    """What a line holds of its signature, in the order of its columns."""

    name: str
    affiliation: str
    role: str
    place: str
    country: str
    sort_key: bytes


def written(request: SignRequest, network: str = "") -> str:
    """The contact data of a request as they are sealed, with the mark of its network where one is kept."""
    more = f',"network":"{network}"' if network else ""
    return (
        f'{{"email":{quoted(request.email)},"name":{quoted(request.name)},'
        f'"pseudonym":{quoted(request.pseudonym)},"affiliation":{quoted(request.affiliation)},'
        f'"role":{quoted(request.role)},"place":{quoted(request.place)},"country":{quoted(request.country)}{more}}}'
    )


def read(opened: str) -> dict[str, str]:
    """What `written` wrote."""
    values = json.loads(opened)
    return {name: str(values.get(name, "")) for name in FIELDS}


def network(opened: str) -> str:
    """The mark of the network it came from, empty where none is kept."""
    return str(json.loads(opened).get("network", ""))


def email(opened: str) -> str:
    """The address alone of what `written` wrote: most who look for one need nothing else."""
    if opened.startswith(_EMAIL_FIRST):
        return str(_DECODER.raw_decode(opened, len(_EMAIL_FIRST) - 1)[0])
    return read(opened)["email"]


def seal_values(values: dict[str, str]) -> bytes:
    """Contact data, encrypted with the key outside the database."""
    return vault.seal_json({name: values.get(name, "") for name in FIELDS}, context=CONTEXT)


def opener() -> Callable[[bytes | memoryview], str]:
    """What opens many persons' contact data, as `written` wrote them."""
    return vault.opener(CONTEXT)


def sealer() -> Callable[[str], bytes]:
    """What seals many persons' contact data as `written` writes them."""
    return vault.sealer(CONTEXT)


def unseal(person: Person) -> dict[str, str]:
    """The contact data of a signature; raises VaultError, KeyMissing."""
    return read(vault.unseal(person.sealed, context=CONTEXT))


def shown(values: Mapping[str, str], *, display: str, language: str) -> Shown:
    """What a line shows of a signature; nothing of one that is not listed."""
    if display == _UNLISTED:
        return _NOTHING
    name = values["pseudonym" if display == _PSEUDONYM else "name"]
    key = sort_key(name, language) if name else b""
    return Shown(name, values["affiliation"], values["role"], values["place"], values["country"], key)


def fill_line(line: PublicLine, values: dict[str, str], *, display: str, language: str) -> PublicLine:
    """Puts into a line what its signature shows, and empties the rest; unsaved."""
    full = {name: values.get(name, "") for name in FIELDS}
    for name, value in shown(full, display=display, language=language)._asdict().items():
        setattr(line, name, value)
    return line


_UNLISTED = Signature.Display.UNLISTED.value
_PSEUDONYM = Signature.Display.PSEUDONYM.value
_NOTHING = Shown("", "", "", "", "", b"")
