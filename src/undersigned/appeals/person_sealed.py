"""What the desk knows of a person, sealed: names over time, life, note, roles, identifiers."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from undersigned.appeals import case_sealed, veil
from undersigned.appeals.person_models import Person
from undersigned.lib import vault

CONTEXT = "person"
ROLES = ("author", "addressee", "translator", "editor", "signatory", "mentioned")
SCHEMES = ("viaf", "wikidata", "orcid")


@dataclass(frozen=True)
class PersonName:
    """One name, of a kind, in a language and script, with the time in which it was used (EDTF)."""

    kind: str
    text: str
    language: str = ""
    since: str = ""
    until: str = ""

    @property
    def dates(self) -> str:
        """The time in which it was used as one EDTF interval; empty where nothing is known."""
        if not (self.since or self.until):
            return ""
        return f"{self.since or '..'}/{self.until or '..'}"


@dataclass(frozen=True)
class PersonAbout:
    """All that is known of a person; `born` and `died` are EDTF, `note` is Markdown."""

    names: tuple[PersonName, ...] = ()
    born: str = ""
    died: str = ""
    note: str = ""
    roles: tuple[str, ...] = ()
    # Scheme and value, such as ("viaf", "113230702").
    identifiers: tuple[tuple[str, str], ...] = ()


def seal(about: PersonAbout) -> bytes:
    """Seals what a row holds."""
    return vault.seal_json(asdict(about), context=CONTEXT)


def about(person: Person) -> PersonAbout:
    """What is known of a person; raises VaultError, KeyMissing."""
    return from_plain(vault.unseal_json(person.sealed, context=CONTEXT))


def from_plain(plain: Any) -> PersonAbout:
    """The same from what JSON keeps."""
    return PersonAbout(
        names=tuple(PersonName(**name) for name in plain["names"]),
        born=plain["born"],
        died=plain["died"],
        note=plain["note"],
        roles=tuple(plain["roles"]),
        identifiers=tuple((scheme, value) for scheme, value in plain["identifiers"]),
    )


def _as_case_names(names: Iterable[PersonName]) -> list[case_sealed.Name]:
    return [case_sealed.Name(name.kind, name.text, name.language) for name in names]


def shown_names(names: Iterable[PersonName], level: str) -> list[PersonName]:
    """The names that readers may see, the one to call the person by first: the rule is that of cases."""
    found = [name for name in names if case_sealed.is_shown(_as_case_names([name])[0], level)]
    first = next((name for name in found if name.kind == "name"), None)
    return [first, *(name for name in found if name is not first)] if first else found


def hidden_names(names: Iterable[PersonName], level: str) -> list[str]:
    """The names that nobody outside the team may read."""
    return [name.text for name in case_sealed.hidden_names(_as_case_names(names), level)]


def own_veil(known: PersonAbout, level: str) -> veil.Veil:
    """What words about the person itself may not hold: hidden names, and the parts of civil ones."""
    hidden = case_sealed.hidden_names(_as_case_names(known.names), level)
    shown = [name.text for name in shown_names(known.names, level)]
    return veil.veil((name.text for name in hidden), parts_of=case_sealed.parted(hidden), but=shown)
