"""A database from an old copy: nobody counts who left, nobody is shown as they no longer wish."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.signing.crowd import confirmed, original
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger import read
from undersigned.ledger.models import AdoptedCommitment, Leaf
from undersigned.signing import mended, mine, roll, sequence
from undersigned.signing.erase import erase, replay_journal
from undersigned.signing.models import Amendment, Person, PublicLine, Signature, Undo
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db(transaction=True)
Copy = dict[Any, dict[str, Any]]


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


def copy_of(row: Signature) -> Copy:
    return {
        model: model.objects.filter(pk=row.pk).values().get() for model in (Signature, PublicLine, Person)
    }


def put_back(copy: Copy, *, adopted_from: int) -> None:
    """The person's rows as they were; the log's leaves since then as `fsck --mend` adopts them."""
    number = copy[Signature]["id"]
    Signature.objects.filter(pk=number).delete()
    for model in (Signature, PublicLine, Person):
        model.objects.create(**copy[model])
    Undo.objects.all().delete()
    Amendment.objects.all().delete()
    _adopt_from(adopted_from)


def _adopt_from(first: int) -> None:
    rows = list(Leaf.objects.filter(index__gte=first).values())
    names = ("ledger_leaf_frozen_update", "ledger_leaf_frozen_delete")
    kept = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_leaf DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE name IN (%s, %s)", names)
            kept = cursor.fetchall()
            for name, _sql in kept:
                cursor.execute(f'DROP TRIGGER "{name}"')
        Leaf.objects.filter(pk__in=[row["id"] for row in rows]).update(adopted=True)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE ledger_leaf ENABLE TRIGGER USER")
        for _name, sql in kept:
            cursor.execute(sql)


def names(appeal: Appeal) -> list[str]:
    return [line.name for line in roll.page(appeal).lines]


@pytest.fixture
def recorded(version: Version) -> Signature:
    row = confirmed(version, "Ana Sol")
    sequence.record_due(force=True)
    row.refresh_from_db()
    return row


def after_mending(appeal: Appeal) -> int:
    log = read.log_of(appeal.public_id)
    assert log is not None
    ended = mended.after_mending(log)
    sequence.record_due(force=True)
    return ended


def counted(appeal: Appeal) -> int:
    log = read.log_of(appeal.public_id)
    assert log is not None
    return read.totals(log).signatures


def test_who_withdrew_since_the_copy_leaves_no_personal_data(
    recorded: Signature, open_appeal: Appeal
) -> None:
    copy = copy_of(recorded)
    withdraw(signature=recorded, keeps_name=False)
    sequence.record_due(force=True)
    put_back(copy, adopted_from=(recorded.leaf_index or 0) + 1)
    assert after_mending(open_appeal) == 1
    row = Signature.objects.select_related("public_line").get()
    assert (row.state, row.public_line.name, row.salt_public) == ("withdrawn", "", None)
    assert not Person.objects.exists()


def test_who_took_a_pseudonym_since_the_copy_is_not_named(recorded: Signature, open_appeal: Appeal) -> None:
    copy = copy_of(recorded)
    mine.change_display(signature=recorded, display="pseudonym", pseudonym="Heron")
    sequence.record_due(force=True)
    put_back(copy, adopted_from=(recorded.leaf_index or 0) + 1)
    assert after_mending(open_appeal) == 0
    assert (names(open_appeal), counted(open_appeal)) == ([], 1)
    row = mine.change_display(signature=Signature.objects.get(), display="pseudonym", pseudonym="Heron")
    assert mine.receipt_state(row).short
    after_mending(open_appeal)
    after_mending(open_appeal)
    assert names(open_appeal) == ["Heron"]


def test_who_was_erased_before_the_undo_was_written_is_undone_after_all(
    version: Version, open_appeal: Appeal
) -> None:
    row = confirmed(version, "Ana Sol")
    copy = copy_of(row)
    sequence.record_due(force=True)
    row.refresh_from_db()
    erase(signature=row)
    put_back(copy, adopted_from=row.leaf_index or 0)
    log = read.log_of(open_appeal.public_id)
    AdoptedCommitment.objects.create(log=log, commitment=row.commitment, index=row.leaf_index)
    assert replay_journal() == 1
    after_mending(open_appeal)
    after_mending(open_appeal)
    assert counted(open_appeal) == 0
    assert not Signature.objects.exists()


def test_a_lost_name_is_not_said_to_have_asked_for_it(version: Version, client: Client) -> None:
    lost, _kept = confirmed(version, "Ana Sol"), confirmed(version, "Bo Lund")
    sequence.record_due(force=True)
    lost.refresh_from_db()
    index, commitment, number = lost.leaf_index, lost.commitment, lost.pk
    Signature.objects.filter(pk=number).delete()
    log = read.log_of(version.text.appeal.public_id)
    assert log and index is not None
    AdoptedCommitment.objects.create(log=log, commitment=commitment, index=index)
    page = client.get(f"/appeals/{version.text.appeal.slug}/names/").content.decode()
    assert "1 is counted whose name this site lost" in page
    assert "asked not to be named" not in page
