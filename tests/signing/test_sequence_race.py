"""Two publishers and a withdrawing signer at the same moment: everybody is recorded once, or not at all."""

import threading

import pytest
from django.db import connection

from tests.signing import crowd
from undersigned.ledger import read
from undersigned.signing import batch, mine, sequence
from undersigned.signing.models import Signature
from undersigned.signing.withdraw import withdraw
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.tally import Tally

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list[BaseException]:
    """Runs acts in threads that start together; gives what they raised."""
    start = threading.Barrier(len(acts))
    raised: list[BaseException] = []

    def run(act) -> None:
        try:
            start.wait(10)
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_two_publishers_record_everybody_once(open_appeal):
    version = crowd.original(open_appeal)
    for number in range(30):
        crowd.confirmed(version, f"Person {chr(65 + number % 26)}{number}")
    withdrawn = Signature.objects.order_by("pk")[3]
    publish = lambda: sequence.record_due(force=True)  # noqa: E731  named for the three threads
    assert at_once(publish, publish, lambda: withdraw(signature=withdrawn, keeps_name=False)) == []
    sequence.record_due(force=True)
    log = read.log_of(open_appeal.public_id)
    tally = Tally(log.origin)
    for entry in log.leaves.order_by("index").values_list("entry", flat=True):
        tally.apply(leaves_of.parse(bytes(entry)))
    assert tally.signatures == 29
    assert log.published_size == log.size
    assert Signature.objects.filter(state="recorded").count() == 29


def test_a_name_changed_during_a_batch_gets_a_leaf_of_its_own(open_appeal, monkeypatch):
    row = crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    row.refresh_from_db()
    mine.change_display(signature=row, display="pseudonym", pseudonym="Heron")
    gather = batch.gather
    raised: list[BaseException] = []

    def change() -> None:
        raised.extend(
            at_once(lambda: mine.change_display(signature=row, display="pseudonym", pseudonym="Tern"))
        )

    changing = threading.Thread(target=change)

    def slowly(*args, **options):
        found = gather(*args, **options)
        if not changing.ident:
            changing.start()
            changing.join(1)
        return found

    monkeypatch.setattr(batch, "gather", slowly)
    sequence.record_due(force=True)
    changing.join(30)
    sequence.record_due(force=True)
    row.refresh_from_db()
    leaf = read.log_of(open_appeal.public_id).leaves.get(index=mine._opened_leaf(row))
    assert leaves_of.parse(bytes(leaf.entry)).commitment == row.commitment
    assert raised == []
