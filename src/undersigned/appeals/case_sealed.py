"""What the desk knows of cases, sealed: names, consent, places, notes; opened for the team alone."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from undersigned.appeals.case_models import Case, CaseConsent, CaseStatement, CaseUpdate
from undersigned.lib import vault

CONTEXT = "case"
NAME_KINDS = ("name", "pseudonym", "initials", "civil", "transliteration")
# What is shown of who asked to be known by initials or a pseudonym.
OTHER_KINDS = frozenset({"pseudonym", "initials"})
# Kinds whose parts are names as well: those of “The Heron” are words.
_PARTED = frozenset({"name", "civil", "transliteration"})


@dataclass(frozen=True)
class Name:
    """One name of a case, in the order in which the team wrote them; `language` may name a script."""

    kind: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Consent:
    """How the names may be shown, who said so, when (EDTF or as typed), and on what ground."""

    level: str = "withheld"
    by: str = ""
    on: str = ""
    basis: str = ""


@dataclass(frozen=True)
class About:
    """What is sealed in a case."""

    names: tuple[Name, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Said:
    """What is sealed in a statement: its date as typed, place and note."""

    date: str = ""
    place: str = ""
    note: str = ""


def seal(value: About | Said | str) -> bytes:
    """Seals what a row holds."""
    plain = {"text": value} if isinstance(value, str) else asdict(value)
    return vault.seal_json(plain, context=CONTEXT)


def seal_consent(consent: Consent) -> bytes:
    """Seals who consented, when and why; the level stands in its row."""
    plain = {"by": consent.by, "on": consent.on, "basis": consent.basis}
    return vault.seal_json(plain, context=CONTEXT)


def _open(sealed: bytes | memoryview) -> Any:
    return vault.unseal_json(sealed, context=CONTEXT)


def about(case: Case) -> About:
    """Names and note of a case; raises VaultError, KeyMissing."""
    plain = _open(case.sealed)
    return About(tuple(Name(**name) for name in plain["names"]), plain["note"])


def said(statement: CaseStatement) -> Said:
    """What a statement says."""
    return Said(**_open(statement.sealed))


def told(update: CaseUpdate) -> str:
    """The words of an update."""
    return str(_open(update.sealed)["text"])


def consented(consent: CaseConsent) -> Consent:
    """A consent as it was recorded."""
    return Consent(level=consent.level, **_open(consent.sealed))


def is_shown(name: Name, level: str) -> bool:
    """Whether readers may see a name at this level of consent."""
    if level == Case.Level.NAMED:
        return True
    return level == Case.Level.OTHER and name.kind in OTHER_KINDS


def shown_names(names: Iterable[Name], level: str) -> list[Name]:
    """The names that readers may see, the one to call the case by first."""
    found = [name for name in names if is_shown(name, level)]
    first = next((name for name in found if name.kind == "name"), None)
    return [first, *(name for name in found if name is not first)] if first else found


def hidden_names(names: Iterable[Name], level: str) -> list[Name]:
    """The names that nobody outside the team may read, unless the same words are shown as another name."""
    names = list(names)
    shown = {name.text.casefold() for name in names if is_shown(name, level)}
    return [name for name in names if not is_shown(name, level) and name.text.casefold() not in shown]


def parted(names: Iterable[Name]) -> list[str]:
    """The names of which a part alone may tell who it is."""
    return [name.text for name in names if name.kind in _PARTED]
