"""Persons of the invented appeal for a night ferry, one with a civil name that nobody may read."""

from undersigned.accounts.models import User
from undersigned.appeals import persons
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_models import Person
from undersigned.appeals.person_sealed import PersonAbout, PersonName

KELL = PersonAbout(
    names=(
        PersonName("name", "Anna Kell"),
        PersonName("pseudonym", "The Tern", "en", "1921", "1934"),
        PersonName("transliteration", "Анна Келль", "ru"),
    ),
    born="1890-05-03",
    died="c. 1951",
    note="Taught at the *ferry school*. She wrote to [Jon](person:jon-vane).",
    roles=("author", "mentioned"),
    identifiers=(("viaf", "113230702"), ("wikidata", "Q42"), ("orcid", "0000-0002-1825-0097")),
)
# Invented, and like no word that stands anywhere else.
HIDDEN = "Quillfeather Ozymbrandt"
VEILED = PersonAbout(
    names=(PersonName("civil", HIDDEN), PersonName("pseudonym", "The Heron")),
    born="1888",
    note=f"{HIDDEN} wrote as the Heron. Ms Ozymbrandt is ill.",
    roles=("signatory",),
    identifiers=(("viaf", "998877665"),),
)


def enter(
    actor: User,
    appeal: Appeal,
    ident: str = "anna-kell",
    about: PersonAbout = KELL,
    *,
    level: str = "named",
) -> Person:
    """A person, shown to readers."""
    return persons.add_person(actor=actor, appeal=appeal, ident=ident, about=about, level=level)


def called(name: str) -> PersonAbout:
    """Somebody of whom a name is all that is known."""
    return PersonAbout(names=(PersonName("name", name),))
