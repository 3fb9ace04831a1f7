"""Two posts at the same moment never exceed the quota, and one form never vouches twice."""

import pytest

from tests.signing.test_sequence_race import at_once
from tests.signing.vouching import carrier, opened, vouched
from undersigned.signing.models import Signature, Voucher, Vouching
from undersigned.signing.vouch import author as desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_posts_at_once_take_what_is_left_and_no_more(author, open_appeal):
    ines = carrier(author, open_appeal)
    given = opened(ines)
    desk.set_quota(actor=author, carrier=ines, quota=3)
    names = ("Heron", "Tern", "Gull", "Loon", "Knot", "Ruff")
    raised = at_once(*[lambda name=name: vouched(ines, given, name) for name in names])
    assert [type(error).__name__ for error in raised] == ["NotAllowed"] * 3
    assert (Signature.objects.count(), Voucher.objects.get().used) == (3, 3)
    assert sorted(Vouching.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_one_form_sent_twice_at_once_vouches_once(author, open_appeal):
    ines = carrier(author, open_appeal)
    given = opened(ines)
    assert at_once(*[lambda: vouched(ines, given, form="the form") for _ in range(4)]) == []
    assert (Signature.objects.count(), Voucher.objects.get().used) == (1, 1)


def test_the_authors_end_and_a_last_post_leave_nothing_standing(author, open_appeal):
    ines = carrier(author, open_appeal)
    given = opened(ines)
    raised = at_once(
        lambda: vouched(ines, given),
        lambda: desk.finish(actor=author, carrier=ines, undo=True),
        lambda: vouched(ines, given, "Tern"),
    )
    assert {type(error).__name__ for error in raised} <= {"LinkOver"}
    assert not Signature.objects.filter(state__in=Signature.LIVE).exists()
