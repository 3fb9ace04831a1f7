import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.signing.crowd import confirmed, original, pending
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import tokens
from undersigned.mailroom.models import Message
from undersigned.mailroom.send import send_due
from undersigned.signing import erase as act
from undersigned.signing import mine, sequence
from undersigned.signing.erase import erase, replay_journal
from undersigned.signing.models import Amendment, Person, PublicLine, Signature, Undo
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db

NAME = "Xiomara Quillfeather"
ADDRESS = "xiomara.quillfeather@people.example"


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def recorded(version: Version) -> Signature:
    row = confirmed(version, NAME, email=ADDRESS, affiliation="Quillfeather Bakery")
    sequence.record_due(force=True)
    row.refresh_from_db()
    return row


def files(data: Path) -> Iterator[Path]:
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if connection.vendor == "sqlite":
        yield from (database, database.with_name(database.name + "-wal"))
    yield from (path for path in data.rglob("*") if path.is_file())


def remains(data: Path, word: str) -> list[str]:
    return [path.name for path in files(data) if path.exists() and word.encode() in path.read_bytes()]


def test_nothing_of_the_person_remains(real_commits: None, recorded: Signature, data: Path) -> None:
    send_due()
    assert list((data / "outbox").glob("*.eml"))
    if connection.vendor == "sqlite":
        assert remains(data, NAME)
    erase(signature=recorded)
    for model in (Signature, PublicLine, Person, Message):
        assert not model.objects.exists()
    assert not list((data / "outbox").glob("*.eml"))
    for word in (NAME, "Quillfeather", ADDRESS, tokens.token("mine", recorded.nonce)):
        assert remains(data, word) == []


def test_an_undo_leaf_with_an_index_follows(recorded: Signature) -> None:
    erase(signature=recorded)
    undo = Undo.objects.get()
    assert (undo.sign_leaf, undo.why, undo.leaf_index) == (recorded.leaf_index, "own", None)
    sequence.record_due(force=True)
    undo.refresh_from_db()
    assert undo.leaf_index is not None


def test_a_merely_confirmed_signature_leaves_no_undo(version: Version) -> None:
    erase(signature=confirmed(version))
    assert not Undo.objects.exists()


def test_what_was_withdrawn_with_its_name_is_erased_too(recorded: Signature, version: Version) -> None:
    withdraw(signature=recorded, keeps_name=True)
    again = confirmed(version, NAME, email=ADDRESS)
    pending(version, NAME, email=ADDRESS)
    erase(signature=again)
    assert not Signature.objects.exists()
    assert Undo.objects.count() == 1


def test_others_stay(recorded: Signature, version: Version) -> None:
    other = confirmed(version, "Bea Quay")
    erase(signature=recorded)
    assert [row.pk for row in Signature.objects.all()] == [other.pk]


def test_a_change_that_waits_goes(recorded: Signature) -> None:
    mine.change_display(signature=recorded, display="unlisted")
    erase(signature=recorded)
    assert not Amendment.objects.exists()


def test_twice_is_as_once(recorded: Signature) -> None:
    erase(signature=recorded)
    erase(signature=recorded)
    assert Undo.objects.count() == 1
    assert len(act.journal_path().read_text().split()) == 6


def test_the_journal_names_numbers_only(recorded: Signature) -> None:
    number = recorded.pk
    erase(signature=recorded)
    date, row, mark, log, leaf, entry = act.journal_path().read_text().split()
    assert (int(row), log, int(leaf)) == (number, recorded.appeal.public_id, recorded.leaf_index)
    assert len(date) == 10 and len(mark) == len(entry) == 16
    assert act.journal_path().stat().st_mode & 0o077 == 0


def test_a_restored_row_is_erased_again(recorded: Signature, version: Version) -> None:
    backup = (
        Signature.objects.values().get(),
        PublicLine.objects.values().get(),
        Person.objects.values().get(),
    )
    erase(signature=recorded)
    for model, values in zip((Signature, PublicLine, Person), backup, strict=True):
        model.objects.create(**values)
    assert replay_journal() == 1
    assert not Signature.objects.exists()
    assert replay_journal() == 0


def test_a_number_that_came_back_to_another_person_is_left_alone(recorded: Signature) -> None:
    values = Signature.objects.values().get()
    erase(signature=recorded)
    Signature.objects.create(**{**values, "nonce": b"n" * 16})
    assert replay_journal() == 0
    assert Signature.objects.exists()


def test_a_torn_or_foreign_line_is_passed_over(recorded: Signature, data: Path) -> None:
    act.journal_path().write_text(f"2026-01-01 {recorded.pk}\n2026-01-01 x y\n\n2026-0")
    assert replay_journal() == 0
    assert Signature.objects.exists()


def test_without_a_durable_journal_nothing_is_erased(recorded: Signature, data: Path) -> None:
    act.journal_path().mkdir()
    with pytest.raises(OSError, match="directory"):
        erase(signature=recorded)
    assert Signature.objects.exists()
    assert not Undo.objects.exists()


def test_a_torn_line_does_not_swallow_the_next(recorded: Signature) -> None:
    act.journal_path().write_text("2026-11-24 1 ab")
    rows = [model.objects.values().get() for model in (Signature, PublicLine, Person)]
    erase(signature=recorded)
    for model, values in zip((Signature, PublicLine, Person), rows, strict=True):
        model.objects.create(**values)
    assert replay_journal() == 1


def test_a_disk_that_takes_half_a_line_erases_nothing(
    recorded: Signature, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:5]))
    with pytest.raises(OSError, match="No space left"):
        erase(signature=recorded)
    assert Signature.objects.exists()
