import pytest

from tests.signing.crowd import confirmation, confirmed, original, pending
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.signing import mine, sequence
from undersigned.signing.models import Amendment, Person, Signature, Undo
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def recorded(version: Version) -> Signature:
    row = confirmed(version, email="ana@people.example", affiliation="Bakery")
    sequence.record_due(force=True)
    row.refresh_from_db()
    return row


def test_a_dated_line_without_a_name_stays(recorded: Signature) -> None:
    withdraw(signature=recorded, keeps_name=False)
    row = Signature.objects.get()
    assert (row.state, row.keeps_name, row.salt_public, row.salt_private) == ("withdrawn", False, None, None)
    assert row.ended_at is not None
    line = row.public_line
    assert (line.name, line.affiliation, line.listed, bytes(line.sort_key)) == ("", "", False, b"")
    assert not Person.objects.exists()
    assert Undo.objects.get().why == "own"


def test_the_name_stays_where_the_person_wants_it(recorded: Signature) -> None:
    withdraw(signature=recorded, keeps_name=True)
    row = Signature.objects.get()
    assert (row.keeps_name, row.public_line.name, row.public_line.listed) == (True, "Ana Sol", False)
    assert not Person.objects.exists()


def test_an_unlisted_signature_has_no_name_to_keep(version: Version) -> None:
    row = confirmed(version, display="unlisted")
    sequence.record_due(force=True)
    assert not withdraw(signature=row, keeps_name=True).keeps_name


def test_the_count_follows_with_the_next_batch(recorded: Signature) -> None:
    withdraw(signature=recorded, keeps_name=False)
    sequence.record_due(force=True)
    assert Undo.objects.get().leaf_index is not None


def test_a_merely_confirmed_signature_leaves_no_leaf(version: Version) -> None:
    row = confirmed(version)
    withdraw(signature=row, keeps_name=True)
    assert not Undo.objects.exists()
    row.refresh_from_db()
    assert (row.state, row.commitment, row.keeps_name, row.public_line.name) == ("withdrawn", "", False, "")


def test_twice_is_as_once(recorded: Signature) -> None:
    withdraw(signature=recorded, keeps_name=False)
    before = Signature.objects.values().get()
    withdraw(signature=recorded, keeps_name=True)
    assert Signature.objects.values().get() == before
    assert Undo.objects.count() == 1


def test_a_change_that_waits_is_dropped(recorded: Signature) -> None:
    mine.change_display(signature=recorded, display="unlisted")
    assert Amendment.objects.exists()
    withdraw(signature=recorded, keeps_name=False)
    assert not Amendment.objects.exists()


def test_its_messages_go(recorded: Signature) -> None:
    assert Message.objects.filter(subject_ref=f"signature:{recorded.pk}").exists()
    withdraw(signature=recorded, keeps_name=False)
    assert not Message.objects.filter(subject_ref=f"signature:{recorded.pk}").exists()


@pytest.mark.parametrize("state", ["pending", "refused", "struck", "moved"])
def test_what_does_not_stand_is_not_withdrawn(version: Version, state: str) -> None:
    row = pending(version)
    Signature.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(mine.NotPossible):
        withdraw(signature=row, keeps_name=False)
    assert Signature.objects.get().state == state


def test_what_had_moved_here_is_undone_as_well(version: Version, recorded: Signature) -> None:
    newer = Version.objects.create(
        text=version.text,
        number=2,
        source=version.source,
        canonical=b"other words",
        digest="d" * 43,
        title=version.title,
        language="en",
        published_at=clock.now(),
    )
    moved = pending(newer, email="ana@people.example")
    confirmation(moved)
    assert Undo.objects.get().why == "moved"
    withdraw(signature=moved, keeps_name=False)
    assert Undo.objects.get().why == "own"


def test_what_the_address_signed_again_goes_too(recorded: Signature, version: Version) -> None:
    pending(version, email="ana@people.example")
    withdraw(signature=recorded, keeps_name=False)
    assert not Person.objects.exists()
    assert not Signature.objects.filter(state="pending").exists()
