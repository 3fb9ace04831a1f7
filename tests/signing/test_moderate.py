"""Moderation: with a reason, by those who may, and at once on the page."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.lib import clock
from undersigned.signing import moderate, opening, roll, sequence
from undersigned.signing.models import Undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(open_appeal):
    row = crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due()
    row.refresh_from_db()
    return row


@pytest.fixture
def confirmed(open_appeal):
    return crowd.confirmed(crowd.original(open_appeal), "Ana Sol")


def test_it_strikes_a_recorded_signature_and_asks_for_its_undo(recorded, cast, open_appeal):
    moderate.strike(actor=cast.moderator, signature=recorded, reason="  signed  for a cat ")
    recorded.refresh_from_db()
    assert (recorded.state, recorded.reason) == ("struck", "signed for a cat")
    assert roll.page(open_appeal).lines == []
    assert Undo.objects.get().why == "struck"
    assert AuditRecord.objects.get(verb="signature.strike").subject == f"signature:{recorded.pk}"
    sequence.record_due(hurry=True)
    assert Undo.objects.get().leaf_index == 3


def test_it_strikes_once(recorded, cast):
    moderate.strike(actor=cast.moderator, signature=recorded, reason="double")
    with pytest.raises(moderate.NotPossible):
        moderate.strike(actor=cast.moderator, signature=recorded, reason="double")
    assert Undo.objects.count() == 1


def test_striking_what_is_not_recorded_refuses_it_without_a_leaf(confirmed, cast):
    moderate.strike(actor=cast.moderator, signature=confirmed, reason="not a person")
    confirmed.refresh_from_db()
    assert confirmed.state == "refused"
    assert not Undo.objects.exists()
    assert sequence.record_due() == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_it_wants_a_reason_that_fits(recorded, cast, reason):
    with pytest.raises(ValidationError):
        moderate.strike(actor=cast.moderator, signature=recorded, reason=reason)
    recorded.refresh_from_db()
    assert recorded.state == "recorded"


def test_a_held_signature_waits_and_a_released_one_is_recorded(confirmed, cast):
    moderate.hold(actor=cast.moderator, signature=confirmed, reason="asked back")
    assert sequence.record_due() == 0
    moderate.release(actor=cast.moderator, signature=confirmed)
    assert sequence.record_due() == 1
    with pytest.raises(moderate.NotPossible):
        moderate.release(actor=cast.moderator, signature=confirmed)


def test_a_recorded_signature_cannot_be_held_or_refused(recorded, cast):
    with pytest.raises(moderate.NotPossible):
        moderate.hold(actor=cast.moderator, signature=recorded, reason="too late")
    with pytest.raises(moderate.NotPossible):
        moderate.refuse(actor=cast.moderator, signature=recorded, reason="too late")


@pytest.mark.parametrize("who", ["viewer", "outsider"])
def test_others_may_not(recorded, cast, who):
    actor = getattr(cast, who)
    for act in (moderate.strike, moderate.hold, moderate.refuse):
        with pytest.raises(Forbidden):
            act(actor=actor, signature=recorded, reason="because")
    with pytest.raises(Forbidden):
        moderate.release(actor=actor, signature=recorded)
    recorded.refresh_from_db()
    assert recorded.state == "recorded"


@pytest.mark.parametrize("who", ["owner", "editor", "moderator"])
def test_those_who_moderate_may(recorded, cast, who):
    assert moderate.strike(actor=getattr(cast, who), signature=recorded, reason="a reason").state == "struck"


def test_a_reason_that_names_somebody_stays_out_of_the_record_for_ever(recorded, cast):
    moderate.strike(actor=cast.moderator, signature=recorded, reason="this is not Ana Sol")
    assert AuditRecord.objects.get(verb="signature.strike").detail == {}


def test_behind_the_close_leaf_nothing_is_released(confirmed, cast, open_appeal):
    moderate.hold(actor=cast.moderator, signature=confirmed, reason="asked back")
    now = clock.now()
    opening.close_appeal(actor=cast.owner, appeal=open_appeal, at=now)
    sequence.record_due(now=now + timedelta(days=2))
    with pytest.raises(moderate.NotPossible):
        moderate.release(actor=cast.moderator, signature=confirmed)
