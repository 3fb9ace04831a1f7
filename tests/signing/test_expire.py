"""What time does by itself: one reminder, no stale rows, nothing personal beyond the retention period."""

from datetime import timedelta

import pytest

from tests.signing import crowd
from undersigned.ledger import read
from undersigned.lib import clock, keys
from undersigned.mailroom.models import Message
from undersigned.signing import expire, first, opening, repeats, roll, sequence
from undersigned.signing.first_csv import Entry
from undersigned.signing.models import Person, PublicLine, RecordedEnd, Signature
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.tally import Tally

pytestmark = pytest.mark.django_db

H = timedelta(hours=1)
D = timedelta(days=1)


def test_it_reminds_once(open_appeal):
    crowd.pending(crowd.original(open_appeal))
    now = clock.now()
    assert expire.remind_pending(now + 47 * H) == 0
    assert expire.remind_pending(now + 49 * H) == 1
    assert expire.remind_pending(now + 60 * H) == 0
    assert Message.objects.get().kind == "reminder"


def test_it_reminds_an_address_once_however_often_it_tried(open_appeal):
    version = crowd.original(open_appeal)
    crowd.pending(version)
    crowd.pending(version, at=clock.now() + 10 * H)
    assert expire.remind_pending(clock.now() + 49 * H) == 1
    assert expire.remind_pending(clock.now() + 80 * H) == 0


def test_it_does_not_remind_who_has_signed_or_came_too_late(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol")
    crowd.pending(version, "Ana Sol")
    crowd.pending(version, "Bo Reed")
    opening.close_due(open_appeal.closes_at)
    assert expire.remind_pending(clock.now() + 49 * H) == 0
    assert not Message.objects.filter(kind="reminder").exists()


def test_it_drops_what_was_never_confirmed_with_all_that_was_written(open_appeal):
    version = crowd.original(open_appeal)
    kept = crowd.confirmed(version, "Ana Sol")
    stale = crowd.pending(version, "Bo Reed")
    expire.remind_pending(clock.now() + 49 * H)
    assert expire.drop_stale(clock.now() + 13 * D) == 0
    assert expire.drop_stale(clock.now() + 14 * D) == 1
    assert [row.pk for row in Signature.objects.all()] == [kept.pk]
    assert Person.objects.count() == PublicLine.objects.count() == 1
    assert not Message.objects.filter(subject_ref=f"signature:{stale.pk}").exists()


def test_first_signatories_stay_on_the_list_until_the_appeal_opens(published, cast):
    entry = Entry("Ana Sol", "ana@people.example")
    first.invite_first(actor=cast.editor, version=published, entries=[entry])
    late = clock.now() + 15 * D
    assert expire.remind_pending(late - 10 * D) == 0
    assert expire.drop_stale(late) == 0
    opening.open_appeal(actor=cast.owner, appeal=published.text.appeal)
    assert expire.drop_stale(late) == 1


@pytest.fixture
def over(open_appeal):
    """An appeal whose retention period ends a day ago, seen from `over[1]`."""
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", edition=True)
    crowd.confirmed(version, "Bo Reed")
    crowd.pending(version, "Cy Dent")
    sequence.record_due()
    end = open_appeal.closes_at
    sequence.record_due(now=end + 25 * H)
    open_appeal.refresh_from_db()
    return open_appeal, end + (open_appeal.retention_days + 1) * D


def test_it_erases_contacts_salts_mail_and_key_when_the_retention_ends(over):
    appeal, now = over
    assert expire.erase_expired(now - 2 * D) == []
    assert keys.read(repeats.key_name(appeal))
    gone = expire.erase_expired(now)
    assert (gone[0].contacts, gone[0].lines, gone[0].unconfirmed) == (2, 1, 1)
    assert not Person.objects.exists()
    assert not Message.objects.filter(subject_ref__startswith="signature:").exists()
    assert not Signature.objects.exclude(salt_public=None, salt_private=None, repeat_key=None).exists()
    with pytest.raises(keys.KeyMissing):
        keys.read(repeats.key_name(appeal))


def test_the_permanent_edition_and_the_count_stay(over):
    appeal, now = over
    expire.erase_expired(now)
    assert [line.name for line in roll.page(appeal).lines] == ["Ana Sol"]
    log = read.log_of(appeal.public_id)
    assert read.totals(log).signatures == 2
    assert log.published_size == log.size
    tally = Tally(log.origin)
    for entry in log.leaves.order_by("index").values_list("entry", flat=True):
        tally.apply(leaves_of.parse(bytes(entry)))
    assert (tally.signatures, tally.closed, tally.shredded) == (2, True, True)


def test_it_erases_once_and_takes_up_what_a_crash_left(over, monkeypatch):
    appeal, now = over
    monkeypatch.setattr(expire, "_shred", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        expire.erase_expired(now)
    monkeypatch.undo()
    assert len(expire.erase_expired(now)) == 1
    assert expire.erase_expired(now) == []
    assert RecordedEnd.objects.get(appeal=appeal).shred_leaf == 5


def test_an_open_appeal_keeps_what_it_needs(open_appeal):
    crowd.confirmed(crowd.original(open_appeal))
    assert expire.erase_expired(clock.now() + 10 * D) == []
    assert Person.objects.count() == 1
