"""Who is who in an edition, as readers may know it; and which words of a text lead to whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation

from undersigned.appeals import anchors, languages, markup, person_links, person_reading
from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.person_reading import Shown
from undersigned.edition import document as d
from undersigned.edition.body import read_blocks


@dataclass(frozen=True)
class Mentions:
    """Persons to whom typed links of a text may lead, and stretches of its words that lead to one."""

    typed: frozenset[str] = frozenset()
    linked: tuple[tuple[int, int, str], ...] = ()


def of_appeal(appeal: Appeal, spoken: Iterable[str]) -> tuple[d.Person, ...]:
    """The persons whom readers see, in the order of the list, their dates in words of these languages."""
    if appeal.persons_changed_at is None:
        return ()
    tags = sorted(spoken)
    found = list(person_reading.everybody(appeal))
    everybody = frozenset(one.ident for one in found)
    return tuple(_person(one, tags, everybody) for one in found)


def _person(one: Shown, tags: list[str], everybody: frozenset[str]) -> d.Person:
    about, first = one.about, one.first
    return d.Person(
        id=one.ident,
        name=first.text,
        names=tuple(d.OtherName(name.kind, name.text, name.language, name.dates) for name in one.others),
        born=about.born,
        died=about.died,
        note=about.note,
        roles=about.roles,
        identifiers=about.identifiers,
        kind=first.kind,
        language=first.language,
        dates=first.dates,
        told=read_blocks(about.note, persons=everybody),
        life={tag: _life(one, tag) for tag in tags},
    )


def _life(one: Shown, tag: str) -> str:
    with translation.override(languages.interface_language(tag)):
        return person_reading.life_in_words(one.about, tag)


def mentions(text: Text, body: str) -> Mentions:
    """Which words of a body lead to a person whom readers may see."""
    if text.appeal.persons_changed_at is None:
        return Mentions()
    typed = frozenset(person_links.typed(text.appeal, markup.person_idents(body)))
    linked = person_links.linked(text)
    words = markup.words_of(body) if linked else ""
    placed = [(anchors.find(words, one.exact, one.prefix, one.suffix), one.ident) for one in linked]
    return Mentions(typed, tuple((*place, ident) for place, ident in placed if place))


def named(known: d.Named, persons: Iterable[d.Person]) -> str:
    """The id of the person whom an addressee's names mean; empty where nobody of the list is called so."""
    wanted = {name.casefold() for name in (known.name, known.pseudonym, known.civil_name) if name}
    return next((one.id for one in persons if wanted & one.all_names), "")
