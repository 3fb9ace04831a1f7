"""What time, an erasure, a restore and a lost database do to organisations."""

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.signing.organisations.societies import asked, signed
from undersigned.appeals.models import Version
from undersigned.lib import clock, journal
from undersigned.mailroom.models import Message
from undersigned.signing import expire, opening, sequence
from undersigned.signing.models import Organisation, RecordedEnd, Signature
from undersigned.signing.organisations import roll, sealed, tidy, withdraw

pytestmark = pytest.mark.django_db
State = Organisation.State


def test_what_is_not_confirmed_is_deleted_with_its_mail(version: Version) -> None:
    now = clock.now()
    asked(version, at=now - timedelta(days=15))
    kept = asked(version, at=now - timedelta(days=13), domain="kept.example")
    assert expire.drop_stale(now) == 1
    assert [row.pk for row in Organisation.objects.all()] == [kept.pk]
    assert Message.objects.count() == 1


def test_a_domain_has_sixty_days_to_be_proved(version: Version) -> None:
    now = clock.now()
    signed(version, email="ida@elsewhere.example", at=now - timedelta(days=20))
    assert expire.drop_stale(now) == 0
    assert expire.drop_stale(now + timedelta(days=41)) == 1


def test_an_erasure_is_done_again_after_a_restore(version: Version) -> None:
    row = signed(version, shows_officers=True)
    before = bytes(row.sealed)
    withdraw.erase_officers(organisation=row)
    assert "Ida" not in " ".join(word for line in journal.words() for word in line)
    # The backup still held them.
    Organisation.objects.filter(pk=row.pk).update(sealed=before, officer_line="Ida Berg, Chair")
    assert withdraw.replay_journal() == 1
    row.refresh_from_db()
    assert (sealed.opened(row).officer, row.officer_line) == (None, "")
    assert sealed.opened(row).resolution == "That we sign."


def test_the_journal_spares_a_later_row_with_the_same_number(version: Version) -> None:
    row = signed(version)
    withdraw.erase_officers(organisation=row)
    other = signed(version, domain="other.example", email="eve@other.example")
    Organisation.objects.filter(pk=row.pk).delete()
    Organisation.objects.filter(pk=other.pk).update(id=row.pk)
    assert withdraw.replay_journal() == 0
    assert sealed.opened(Organisation.objects.get()).officer is not None


def test_at_the_end_of_retention_officers_go_and_names_that_were_not_for_keeping(
    version: Version, cast: Cast
) -> None:
    appeal = version.text.appeal
    for name, keeps in (("Kept", True), ("Gone", False)):
        domain = f"{name.lower()}.example"
        signed(version, name=name, domain=domain, email=f"ida@{domain}", edition=keeps, shows_officers=True)
    sequence.record_due(force=True)
    asked(version, domain="late.example")
    opening.close_appeal(actor=cast.owner, appeal=appeal)
    over = clock.now() + opening.GRACE + timedelta(hours=1)
    sequence.record_due(now=over, force=True)
    assert RecordedEnd.objects.filter(appeal=appeal).exists()
    expire.erase_expired(over + timedelta(days=appeal.retention_days + 1))
    rows = list(Organisation.objects.order_by("pk"))
    assert [row.name for row in rows] == ["Kept", ""]
    assert all(not row.sealed and not row.officer_line and row.repeat_key is None for row in rows)
    assert [line.name for line in roll.page(appeal).lines] == ["Kept"]
    assert not Message.objects.filter(kind__startswith="org-").exists()


def test_an_undo_that_a_restored_database_does_not_know_ends_the_organisation(version: Version) -> None:
    row = signed(version)
    sequence.record_due(force=True)
    assert row.signature is not None
    tidy.after_mending([row.signature.pk], clock.now())
    row.refresh_from_db()
    assert (row.state, row.name) == (State.WITHDRAWN, "")


def test_the_checker_tells_rows_that_contradict_their_signatures(version: Version) -> None:
    row = signed(version)
    assert tidy.unfit(version.text.appeal) == []
    Signature.objects.filter(organisation=row).update(state="refused")
    assert tidy.unfit(version.text.appeal) == [
        f"organisation {row.pk}: signed without a signature that stands"
    ]
