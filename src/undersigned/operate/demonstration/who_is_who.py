"""Persons of the demonstration: writer, addressee, translator, with the words that lead to them."""

from undersigned.accounts.models import User
from undersigned.appeals import person_mentions, person_shown, persons
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_sealed import PersonAbout, PersonName

# Never to be read: a test looks for it on every page.
CIVIL_NAME = "Ambrosius Quennell"

# Nobody invented has a number in a catalogue, so that none is given.
_PERSONS = (
    (
        "maren-holt", "named", PersonAbout(
            names=(
                PersonName("name", "Maren Holt", "en"),
                PersonName("pseudonym", "The night pilot", "en", "2009", "2015"),
                PersonName("transliteration", "Марен Хольт", "ru"),
            ),
            born="1961-02", roles=("author", "signatory"),
            note="Ferry pilot. She wrote the letter down as it was read aloud, and set the lines on steps "
            "after [Gesa Achterberg](person:gesa-achterberg).",
        ),
        (("en", "we counted ourselves"),),
    ),
    (
        "lise-arden", "named", PersonAbout(
            names=(PersonName("name", "Lise Arden", "en", "2001"), PersonName("initials", "L. A.")),
            born="c. 1950", roles=("addressee",),
            note="Chaired the Harbour Council in the spring of 2026; the letter was read to her.",
        ),
        (
            ("en", "members of the Council"), ("es", "miembros del Consejo"),
            ("evening-class", "members of the Council"),
        ),
    ),
    (
        "ines-corvera", "named", PersonAbout(
            names=(PersonName("name", "Inés Corvera", "es"), PersonName("initials", "I. C.", "es", "2025")),
            born="1988", roles=("translator", "signatory"),
            note="Writes for the *Hoja del Muelle*, where her translation was printed.",
        ),
        (("es", "firmantes"),),
    ),
    (
        "gesa-achterberg", "named", PersonAbout(
            names=(PersonName("name", "Gesa Achterberg", "de"),),
            born="1949", died="2025-12", roles=("mentioned",),
            note="Engineer of the harbour for thirty years. Her last report is the one on the tower.",
        ),
        (("en", "the engineer's report"), ("es", "la ingeniera")),
    ),
    (
        "the-heron", "other", PersonAbout(
            names=(PersonName("pseudonym", "The Heron", "en"), PersonName("civil", CIVIL_NAME)),
            roles=("editor",), note="Wrote the notes to this edition.",
        ),
        (),
    ),
)  # fmt: skip


def enter(*, actor: User, appeal: Appeal) -> None:
    """Enters the persons and lets words of the published texts lead to them."""
    texts = {text.slug: text for text in appeal.texts.select_related("appeal__team")}
    for ident, level, about, passages in _PERSONS:
        person = persons.add_person(
            actor=actor, appeal=appeal, ident=ident, about=about, level=level, show=False
        )
        for slug, passage in passages:
            person_mentions.mention(actor=actor, person=person, text=texts[slug], passage=passage)
    person_shown.show(appeal)
