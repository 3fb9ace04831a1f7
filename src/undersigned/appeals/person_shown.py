"""What readers may see of a person, written anew whenever anything changes: the one way out of the desk.

Every hidden name of the appeal's persons is taken out of every note. Where only pseudonyms may be shown,
dates and identifiers are kept back too: a number in a catalogue says who it is.
"""

from dataclasses import asdict, dataclass
from typing import Any

from undersigned.appeals import person_sealed, veil
from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.person_models import Person, PersonMention, PublicPerson
from undersigned.appeals.person_sealed import PersonAbout, PersonName
from undersigned.lib import clock
from undersigned.lib.collation import sort_key

_WRITTEN = ["ident", "sort_key", "data", "changed_at"]


@dataclass
class _Known:
    person: Person
    about: PersonAbout
    shown: list[PersonName]
    hidden: list[str]

    @property
    def is_public(self) -> bool:
        return bool(self.shown)


def show(appeal: Appeal) -> None:
    """Writes what readers see of every person of an appeal, in the caller's transaction."""
    # One after the other: what was read before another's change must not be written after it.
    Appeal.objects.select_for_update(no_key=True).filter(pk=appeal.pk).first()
    known = [_opened(person) for person in appeal.persons.all()]
    public = [one for one in known if one.is_public]
    taken, _counts = (
        PublicPerson.objects.filter(appeal=appeal)
        .exclude(person__in=[one.person.pk for one in public])
        .delete()
    )
    if _write(appeal, public, known) + _judge_mentions(known) + taken:
        touch(appeal)


def touch(appeal: Appeal) -> None:
    """Marks every page that shows this appeal's persons as out of date."""
    Appeal.objects.filter(pk=appeal.pk).update(persons_changed_at=clock.now())


def _opened(person: Person) -> _Known:
    about = person_sealed.about(person)
    return _Known(
        person,
        about,
        person_sealed.shown_names(about.names, person.level),
        person_sealed.hidden_names(about.names, person.level),
    )


def _write(appeal: Appeal, public: list[_Known], known: list[_Known]) -> int:
    """How many rows were written: those that readers see as before are left alone."""
    found = appeal.texts.filter(relation=Text.Relation.ORIGINAL).values_list("language", flat=True).first()
    language = str(found or "en")
    # What one person hides and another bears openly is no secret.
    free = {name.text.casefold() for one in public for name in one.shown}
    everybody = veil.veil(name for one in known for name in one.hidden if name.casefold() not in free)
    before = {row.person_id: row for row in PublicPerson.objects.filter(appeal=appeal)}
    rows = [_row(one, everybody, language) for one in public]
    changed = [row for row in rows if not _same(before.get(row.person_id), row)]
    PublicPerson.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["person"], update_fields=_WRITTEN, batch_size=500
    )
    return len(changed)


def _same(before: PublicPerson | None, row: PublicPerson) -> bool:
    return before is not None and (bytes(before.sort_key), before.data) == (row.sort_key, row.data)


def _row(one: _Known, everybody: veil.Veil, language: str) -> PublicPerson:
    named = one.person.level == Person.Level.NAMED
    over = everybody + person_sealed.own_veil(one.about, one.person.level)
    data: dict[str, Any] = {
        "names": [asdict(name) for name in one.shown],
        "born": one.about.born if named else "",
        "died": one.about.died if named else "",
        "note": over.over(one.about.note),
        "roles": list(one.about.roles),
        "identifiers": [list(pair) for pair in one.about.identifiers] if named else [],
    }
    return PublicPerson(
        person=one.person,
        appeal_id=one.person.appeal_id,
        ident=one.person.ident,
        sort_key=sort_key(one.shown[0].text, language),
        data=data,
        changed_at=clock.now(),
    )


def _judge_mentions(known: list[_Known]) -> int:
    """A link from words that hold a hidden name would tell everything: it is not shown."""
    by_pk = {one.person.pk: one for one in known}
    changed = 0
    for mention in PersonMention.objects.filter(person__in=by_pk):
        one = by_pk[mention.person_id]
        over = person_sealed.own_veil(one.about, one.person.level)
        is_shown = one.is_public and not over.hides(mention.exact)
        if mention.is_shown != is_shown:
            changed += PersonMention.objects.filter(pk=mention.pk).update(is_shown=is_shown)
    return changed
