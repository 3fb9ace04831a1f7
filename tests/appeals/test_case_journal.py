"""An old copy of the database that is put back shows nothing again that was taken from readers since."""

from collections.abc import Callable

import pytest

from tests.appeals.cased import NAMED, enter
from tests.cast import Cast
from undersigned.appeals import case_journal, cases
from undersigned.appeals.case_models import Case, PublicCase
from undersigned.appeals.case_sealed import Consent
from undersigned.appeals.models import Appeal
from undersigned.lib import journal

pytestmark = pytest.mark.django_db

Act = Callable[[Cast, Case], object]


def withhold(cast: Cast, case: Case) -> object:
    return cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))


def hide(cast: Cast, case: Case) -> object:
    return cases.publish_case(actor=cast.owner, case=case, published=False)


def remove(cast: Cast, case: Case) -> object:
    return cases.remove_case(actor=cast.owner, case=case)


def restored(case: Case, ref: str, public_id: str) -> None:
    """The rows as they were when the copy was made: named and shown."""
    Case.objects.filter(ref=ref).delete()
    case.pk, case.ref, case.public_id, case.level, case.is_published = None, ref, public_id, "named", True
    case.save(force_insert=True)


@pytest.mark.parametrize("act", [withhold, hide, remove])
def test_what_was_taken_from_readers_stays_taken(cast: Cast, open_appeal: Appeal, act: Act) -> None:
    case = enter(cast.owner, open_appeal)
    ref, public_id = case.ref, case.public_id
    act(cast, case)
    restored(case, ref, public_id)
    assert case_journal.replay() == 1
    assert not PublicCase.objects.filter(public_id=public_id).exists()
    assert "Veiga" not in "".join(str(row.data) for row in PublicCase.objects.all())
    assert case_journal.replay() == 0


def test_who_was_named_again_since_is_named(cast: Cast, open_appeal: Appeal) -> None:
    case = enter(cast.owner, open_appeal)
    ref, public_id = case.ref, case.public_id
    withhold(cast, case)
    cases.set_consent(actor=cast.owner, case=case, consent=NAMED)
    restored(case, ref, public_id)
    assert case_journal.replay() == 0
    assert Case.objects.get().level == "named"


def test_the_journal_holds_no_name_and_half_lines_do_no_harm(cast: Cast, open_appeal: Appeal) -> None:
    case = enter(cast.owner, open_appeal)
    withhold(cast, case)
    assert "Veiga" not in journal.path().read_text()
    journal.append([f"2026-01-01 case {case.ref}", "2026-01-01 case", "x case y z"])
    assert case_journal.replay() == 0
