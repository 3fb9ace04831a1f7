"""Opening and closing: by those who may, when everything is there, once."""

from datetime import timedelta

import pytest

from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal
from undersigned.ledger import read
from undersigned.lib import clock
from undersigned.signing import opening

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(published):
    return published.text.appeal


def test_it_opens_with_a_log_and_an_audit_row(ready, cast):
    appeal = opening.open_appeal(actor=cast.editor, appeal=ready)
    assert appeal.state == "open"
    log = read.log_of(appeal.public_id)
    assert log is not None
    assert log.size == 1
    row = AuditRecord.objects.get(verb="appeal.open")
    assert (row.actor, row.subject) == (cast.editor, "appeal:night-ferry")


def test_it_does_not_open_without_a_published_text(draft_appeal, cast):
    with pytest.raises(opening.NotReady) as caught:
        opening.open_appeal(actor=cast.owner, appeal=draft_appeal)
    assert [problem.code for problem in caught.value.problems] == ["no-text"]
    assert read.log_of(draft_appeal.public_id) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"controller": " "}, "no-controller"),
        ({"purpose": ""}, "no-purpose"),
        ({"closes_at": None}, "no-closing-date"),
        ({"closes_at": clock.now() - timedelta(days=1)}, "closing-date-past"),
    ],
)
def test_it_says_what_is_missing(ready, cast, change, code):
    Appeal.objects.filter(pk=ready.pk).update(**change)
    with pytest.raises(opening.NotReady) as caught:
        opening.open_appeal(actor=cast.owner, appeal=ready)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert str(caught.value.problems[0])


def test_it_opens_once_and_closes_once(open_appeal, cast):
    with pytest.raises(opening.NotReady):
        opening.open_appeal(actor=cast.owner, appeal=open_appeal)
    closed = opening.close_appeal(actor=cast.owner, appeal=open_appeal)
    assert closed.closed_at is not None
    for act in (opening.open_appeal, opening.close_appeal):
        with pytest.raises(opening.NotReady):
            act(actor=cast.owner, appeal=closed)


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_neither_open_nor_close(ready, cast, who):
    actor = getattr(cast, who)
    with pytest.raises(Forbidden):
        opening.open_appeal(actor=actor, appeal=ready)
    opened = opening.open_appeal(actor=cast.owner, appeal=ready)
    with pytest.raises(Forbidden):
        opening.close_appeal(actor=actor, appeal=opened)
    opened.refresh_from_db()
    assert opened.state == "open"


@pytest.mark.parametrize("who", ["owner", "editor"])
def test_owners_and_editors_close(open_appeal, cast, who):
    assert opening.close_appeal(actor=getattr(cast, who), appeal=open_appeal).state == "closed"


def test_it_accepts_up_to_the_last_moment(open_appeal):
    end = open_appeal.closes_at
    assert opening.accepts(open_appeal, end)
    assert not opening.accepts(open_appeal, end + timedelta(microseconds=1))


def test_a_signature_made_before_the_end_may_be_confirmed_a_day_longer(open_appeal):
    end = open_appeal.closes_at
    late = end + timedelta(hours=24)
    assert opening.accepts_confirmation(open_appeal, signed_at=end, at=late)
    assert not opening.accepts_confirmation(open_appeal, signed_at=end, at=late + timedelta(seconds=1))
    assert not opening.accepts_confirmation(open_appeal, signed_at=end + timedelta(seconds=1), at=late)
    opening.close_due(end)
    open_appeal.refresh_from_db()
    assert opening.accepts_confirmation(open_appeal, signed_at=end, at=late)


def test_an_appeal_closes_by_itself_at_its_date(open_appeal):
    assert opening.close_due(open_appeal.closes_at - timedelta(seconds=1)) == 0
    assert opening.close_due(open_appeal.closes_at) == 1
    assert opening.close_due(open_appeal.closes_at) == 0
    open_appeal.refresh_from_db()
    assert open_appeal.closed_at == open_appeal.closes_at
    assert AuditRecord.objects.get(verb="appeal.close").actor is None
