"""Which persons were taken from readers, kept beside the database: an old copy does not show them again."""

from django.db import transaction

from undersigned.appeals import person_shown
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_models import Person
from undersigned.lib import clock, journal

GONE, BACK = "gone", "back"
# From what shows most to what shows least.
LEVELS = (Person.Level.NAMED.value, Person.Level.OTHER.value, Person.Level.WITHHELD.value)


def note(person: Person, word: str) -> None:
    """Notes what became of a person, durable before the caller's transaction commits."""
    journal.append([f"{clock.now().date().isoformat()} person {person.ref} {word}"])


@transaction.atomic
def replay() -> int:
    """Takes from readers again, after a restore, what the journal says; how many persons that were."""
    last = _last_words()
    touched: dict[int, Appeal] = {}
    count = 0
    for person in Person.objects.select_related("appeal").filter(ref__in=last):
        if _again(person, last[person.ref]):
            touched[person.appeal_id] = person.appeal
            count += 1
    for appeal in touched.values():
        person_shown.show(appeal)
        person_shown.touch(appeal)
    return count


def _last_words() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for parts in journal.words():
        if len(parts) != 4 or parts[1] != "person":
            continue
        for group in (set(LEVELS), {GONE, BACK}):
            if parts[3] in group:
                found[parts[2]] = (found.get(parts[2], set()) - group) | {parts[3]}
    return found


def _again(person: Person, words: set[str]) -> bool:
    if GONE in words:
        person.delete()
        return True
    level = next((word for word in words if word in LEVELS), person.level)
    if LEVELS.index(level) <= LEVELS.index(person.level):
        return False
    person.level = level
    person.save()
    return True
