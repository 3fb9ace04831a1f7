"""Persons: entered, corrected, shown to readers as far as they may be, withheld, erased."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import person_fields, person_journal, person_sealed, person_shown
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_models import Person
from undersigned.appeals.person_sealed import PersonAbout
from undersigned.lib import clock, tokens

PERSONS_MAX = 2000


@transaction.atomic
def add_person(
    *,
    actor: User,
    appeal: Appeal,
    ident: str,
    about: PersonAbout,
    level: str = Person.Level.WITHHELD.value,
    show: bool = True,
) -> Person:
    """Enters a person, withheld unless `level` says more; raises Forbidden, ValidationError.

    `show` is off for a caller that enters many and then shows them all.
    """
    require(actor, "appeal.edit", appeal.team)
    if appeal.persons.count() >= PERSONS_MAX:
        raise ValidationError(_("An appeal holds at most %(most)d persons.") % {"most": PERSONS_MAX})
    called, known = person_fields.ident(ident), person_fields.about(about)
    if appeal.persons.filter(ident=called).exists():
        raise ValidationError({"ident": _("Another person of this appeal has this short name.")})
    now = clock.now()
    person = Person(
        appeal=appeal,
        ref=tokens.public_id(),
        ident=called,
        sealed=person_sealed.seal(known),
        level=person_fields.level(level),
        created_at=now,
        changed_at=now,
    )
    _consistent(person, known)
    person.save()
    _record(actor, person, "person.add", level=person.level)
    if show:
        person_shown.show(appeal)
    return person


@transaction.atomic
def change_person(*, actor: User, person: Person, about: PersonAbout, show: bool = True) -> Person:
    """Corrects what is known of a person; raises Forbidden, ValidationError."""
    current, known = _locked(actor, person), person_fields.about(about)
    current.sealed = person_sealed.seal(known)
    _consistent(current, known)
    _save(current)
    _record(actor, current, "person.change")
    if show:
        person_shown.show(current.appeal)
    return current


@transaction.atomic
def set_level(*, actor: User, person: Person, level: str, show: bool = True) -> Person:
    """Shows a person to readers, by pseudonym only, or not at all; pages, files and interface follow at once.

    Raises Forbidden, ValidationError.
    """
    current = _locked(actor, person)
    current.level = person_fields.level(level)
    _consistent(current, person_sealed.about(current))
    _save(current)
    _record(actor, current, "person.level", level=current.level)
    if show:
        person_shown.show(current.appeal)
    person_journal.note(current, current.level)
    return current


@transaction.atomic
def remove_person(*, actor: User, person: Person) -> None:
    """Erases a person with all names; links in signed words lead nowhere from then on; raises Forbidden."""
    current = _locked(actor, person)
    appeal = current.appeal
    _record(actor, current, "person.remove")
    person_journal.note(current, person_journal.GONE)
    current.delete()
    person_shown.show(appeal)
    # Words that led to somebody who was never shown are written anew as well.
    if appeal.persons_changed_at:
        person_shown.touch(appeal)


def _consistent(person: Person, known: PersonAbout) -> None:
    """The short name stands in addresses: it may not tell what only pseudonyms should."""
    if person.level != Person.Level.OTHER:
        return
    if not person_sealed.shown_names(known.names, person.level):
        raise ValidationError(
            {"level": _("Enter a pseudonym or initials first: nothing else would be shown.")}
        )
    if person_sealed.own_veil(known, person.level).hides(person.ident.replace("-", " ")):
        raise ValidationError(
            {"level": _("The short name holds a name that is not to be shown: enter the person anew.")}
        )


def _locked(actor: User, person: Person) -> Person:
    require(actor, "appeal.edit", person.appeal.team)
    return Person.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=person.pk)


def _save(person: Person) -> None:
    person.changed_at = clock.now()
    person.save()


def _record(actor: User, person: Person, verb: str, **detail: str) -> None:
    audit.record(
        team=person.appeal.team,
        actor=actor,
        verb=verb,
        # Never a name, nor the address that readers know.
        subject=f"person:{person.appeal.slug}/{person.ref}",
        **detail,
    )
