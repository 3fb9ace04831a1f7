"""Persons from a file: previewed, then taken all or not at all; and the same file written again."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import person_fields, person_sealed, person_shown, persons
from undersigned.appeals.import_cases import NotTaken, OnClash
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_files import PersonRecord, in_person
from undersigned.appeals.person_models import Person
from undersigned.lib.table import LineError


@dataclass(frozen=True)
class Planned:
    """What would become of one person of the file: “new”, “same”, “update” or “keep”."""

    record: PersonRecord
    what: str

    @property
    def level(self) -> str:
        """How the person would be shown, in words."""
        return str(Person.Level(self.record.level).label)


def export(*, actor: User, appeal: Appeal, format: str) -> list[PersonRecord]:
    """Every person with all that is known, withheld names as well: for the team; raises Forbidden."""
    require(actor, "appeal.edit", appeal.team)
    audit.record(
        team=appeal.team, actor=actor, verb="person.export", subject=f"appeal:{appeal.slug}", format=format
    )
    return [record_of(person) for person in appeal.persons.all()]


def record_of(person: Person) -> PersonRecord:
    """A person as a file holds it."""
    return PersonRecord(person.ident, person_sealed.about(person), person.level)


def plan(appeal: Appeal, found: list[PersonRecord], on_clash: OnClash = OnClash.REFUSE) -> list[Planned]:
    """What taking these would do; raises NotTaken for what is wrong."""
    known = {person.ident: record_of(person) for person in appeal.persons.all()}
    planned: list[Planned] = []
    problems: list[LineError] = []
    for number, typed in enumerate(found, 1):
        try:
            record = PersonRecord(
                person_fields.ident(typed.ident),
                person_fields.about(typed.about),
                person_fields.level(typed.level),
                typed.line,
            )
        except ValidationError as error:
            problems.append(_at(typed, number, " ".join(error.messages)))
            continue
        before = known.get(record.ident)
        what = "new" if before is None else "same" if before == record else str(on_clash)
        if what == OnClash.REFUSE:
            clash = _("The person “%(ident)s” stands here with other data.") % {"ident": record.ident}
            problems.append(_at(record, number, clash))
        planned.append(Planned(record, what))
    if problems:
        raise NotTaken(problems)
    return planned


def _at(record: PersonRecord, number: int, problem: str) -> LineError:
    return LineError(record.line, problem) if record.line else LineError(0, in_person(number, problem))


@transaction.atomic
def import_persons(
    *, actor: User, appeal: Appeal, found: list[PersonRecord], on_clash: OnClash = OnClash.REFUSE
) -> list[Planned]:
    """Takes every person or none; raises Forbidden, NotTaken."""
    require(actor, "appeal.edit", appeal.team)
    planned = plan(appeal, found, on_clash)
    existing = {person.ident: person for person in appeal.persons.select_related("appeal__team")}
    problems: list[LineError] = []
    for number, one in enumerate(planned, 1):
        try:
            _do(actor, appeal, existing.get(one.record.ident), one)
        except ValidationError as error:
            problems.append(_at(one.record, number, " ".join(error.messages)))
    if problems:
        raise NotTaken(problems)
    person_shown.show(appeal)
    return planned


def _do(actor: User, appeal: Appeal, known: Person | None, one: Planned) -> None:
    record = one.record
    if known is None:
        persons.add_person(
            actor=actor, appeal=appeal, ident=record.ident, about=record.about, level=record.level, show=False
        )
    elif one.what == OnClash.UPDATE:
        current = persons.change_person(actor=actor, person=known, about=record.about, show=False)
        if current.level != record.level:
            persons.set_level(actor=actor, person=current, level=record.level, show=False)
