"""What was taken from readers, kept beside the database: an old copy put back does not show it again."""

from django.db import transaction

from undersigned.appeals import case_sealed, case_shown
from undersigned.appeals.case_models import Case, CaseConsent
from undersigned.appeals.case_sealed import Consent
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, journal

GONE, BACK, HIDDEN, SHOWN = "gone", "back", "hidden", "shown"
# From what shows most to what shows least.
LEVELS = (Case.Level.NAMED.value, Case.Level.OTHER.value, Case.Level.WITHHELD.value)


def note(case: Case, word: str) -> None:
    """Notes what became of a case, durable before the caller's transaction commits."""
    journal.append([f"{clock.now().date().isoformat()} case {case.ref} {word}"])


@transaction.atomic
def replay() -> int:
    """Takes from readers again, after a restore, what the journal says; how many cases that were."""
    last = _last_words()
    touched: dict[int, Appeal] = {}
    count = 0
    for case in Case.objects.select_related("appeal").filter(ref__in=last):
        if _again(case, last[case.ref]):
            touched[case.appeal_id] = case.appeal
            count += 1
    for appeal in touched.values():
        case_shown.show(appeal)
    return count


def _last_words() -> dict[str, set[str]]:
    """By case: its last level, whether it is shown, and whether it is gone."""
    found: dict[str, set[str]] = {}
    groups = (set(LEVELS), {HIDDEN, SHOWN}, {GONE, BACK})
    for parts in journal.words():
        if len(parts) != 4 or parts[1] != "case":
            continue
        _day, _case, ref, word = parts
        for group in groups:
            if word in group:
                found[ref] = (found.get(ref, set()) - group) | {word}
    return found


def _again(case: Case, words: set[str]) -> bool:
    if GONE in words:
        case.delete()
        return True
    level = next((word for word in words if word in LEVELS), case.level)
    lowers = LEVELS.index(level) > LEVELS.index(case.level)
    hides = HIDDEN in words and case.is_published
    if lowers:
        case.level = level
        case_shown.rename(case)
        CaseConsent.objects.create(
            case=case, level=level, sealed=case_sealed.seal_consent(Consent(level)), recorded_at=clock.now()
        )
    if hides:
        case.is_published = False
    if lowers or hides:
        case.save()
    return lowers or hides
