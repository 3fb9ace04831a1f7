from typing import Any

import pytest

from tests.signing.crowd import confirmed, original
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger.models import Log
from undersigned.lib import tokens
from undersigned.signing import mine, sequence
from undersigned.signing.models import Amendment, Signature
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.receipt import ReceiptResult, verify_receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def recorded(version: Version) -> Signature:
    row = confirmed(version, email="ana@people.example", affiliation="Bakery")
    sequence.record_due(force=True)
    return found(row)


def found(row: Signature) -> Signature:
    again = mine.find(tokens.token("mine", row.nonce))
    assert again is not None
    return again


def checked(row: Signature, *, full: bool) -> ReceiptResult:
    log = Log.objects.get()
    return verify_receipt(mine.receipt_text(signature=row, full=full), [parse_vkey(log.vkey)])


def test_only_its_own_link_finds_it(recorded: Signature) -> None:
    assert mine.find(tokens.token("confirm", recorded.nonce)) is None
    assert mine.find("x" * 43) is None
    assert mine.find("") is None


def test_a_change_before_recording_needs_no_leaf(version: Version) -> None:
    row = confirmed(version, email="ana@people.example")
    before = row.commitment
    mine.change_display(signature=row, display="pseudonym", pseudonym="Heron")
    row = found(row)
    assert row.commitment != before
    assert (row.public_line.name, row.public_line.listed) == ("Heron", False)
    assert not Amendment.objects.exists()


def test_a_change_after_recording_is_amended_once(recorded: Signature) -> None:
    salts = bytes(recorded.salt_public or b""), bytes(recorded.salt_private or b"")
    mine.change_display(signature=recorded, display="pseudonym", pseudonym="Heron")
    mine.change_display(signature=recorded, display="unlisted")
    row = found(recorded)
    assert (row.public_line.name, row.public_line.affiliation, row.public_line.listed) == ("", "", False)
    assert Amendment.objects.get().commitment == row.commitment
    assert salts != (bytes(row.salt_public or b""), bytes(row.salt_private or b""))
    mine.change_display(signature=recorded, display="name")
    assert found(recorded).public_line.affiliation == "Bakery"
    assert found(recorded).public_line.listed


def test_no_change_asks_for_no_leaf(recorded: Signature) -> None:
    mine.change_display(signature=recorded, display="name")
    assert not Amendment.objects.exists()


def test_an_ended_signature_changes_no_more(recorded: Signature) -> None:
    Signature.objects.filter(pk=recorded.pk).update(state="struck")
    with pytest.raises(mine.NotPossible):
        mine.change_display(signature=recorded, display="unlisted")
    with pytest.raises(mine.NotPossible):
        mine.change_consents(signature=recorded, updates=True, addressee=True, edition=True)


def test_consents_are_kept_each_by_itself(recorded: Signature) -> None:
    mine.change_consents(signature=recorded, updates=False, addressee=True, edition=False)
    row = found(recorded)
    assert (row.wants_updates, row.for_addressee, row.for_edition) == (False, True, False)


def test_no_receipt_before_it_is_recorded(version: Version) -> None:
    row = confirmed(version)
    assert mine.receipt_state(row) == mine.Change(False, False)
    with pytest.raises(mine.NotPublished):
        mine.receipt_text(signature=row, full=False)


def test_the_short_receipt_names_nobody(recorded: Signature) -> None:
    result = checked(recorded, full=False)
    assert not result.opened
    assert "Ana" not in mine.receipt_text(signature=recorded, full=False)


def test_the_full_receipt_shows_what_is_listed(recorded: Signature) -> None:
    assert checked(recorded, full=True).shown == {"name": "Ana Sol", "affiliation": "Bakery"}


def test_the_full_receipt_follows_an_amendment(recorded: Signature) -> None:
    mine.change_display(signature=recorded, display="pseudonym", pseudonym="Heron")
    row = found(recorded)
    assert mine.receipt_state(row) == mine.Change(True, False)
    with pytest.raises(mine.NotPublished):
        mine.receipt_text(signature=row, full=True)
    sequence.record_due(force=True)
    assert checked(found(recorded), full=True).shown == {"name": "Heron", "affiliation": "Bakery"}
    assert not checked(found(recorded), full=False).opened


def test_unsubscribing_stops_news_and_the_reminder(version: Version, recorded: Signature) -> None:
    Signature.objects.filter(pk=recorded.pk).update(wants_updates=True)
    mine.unsubscribe(signature=recorded)
    mine.unsubscribe(signature=recorded)
    row = found(recorded)
    assert (row.wants_updates, row.reminded_at, row.state) == (False, None, "recorded")


def test_unsubscribing_counts_as_reminded(version: Version, recorded: Any) -> None:
    Signature.objects.filter(pk=recorded.pk).update(state="pending", leaf_index=None)
    mine.unsubscribe(signature=recorded)
    assert found(recorded).reminded_at is not None
