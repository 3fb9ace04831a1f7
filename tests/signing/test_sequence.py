"""Recording in batches: order, rows and leaves together, twice never, crashes for free."""

from datetime import timedelta

import pytest

from tests.signing import crowd
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal
from undersigned.ledger import publish as ledger_publish
from undersigned.ledger import read
from undersigned.ledger.errors import FilesDamaged
from undersigned.ledger.models import AdoptedCommitment, Log
from undersigned.lib import clock
from undersigned.signing import batch, sequence
from undersigned.signing.models import Amendment, PublicLine, RecordedEnd, Signature, Undo
from undersigned.tlog import leaf as leaves_of
from undersigned.tlog.tally import Tally

pytestmark = pytest.mark.django_db


def log_of(appeal: Appeal) -> Log:
    found = read.log_of(appeal.public_id)
    assert found is not None
    return found


def leaves(appeal: Appeal) -> list[leaves_of.Leaf]:
    rows = log_of(appeal).leaves.order_by("index").values_list("entry", flat=True)
    return [leaves_of.parse(bytes(entry)) for entry in rows]


def tally(appeal: Appeal) -> Tally:
    found = Tally(log_of(appeal).origin)
    for leaf in leaves(appeal):
        found.apply(leaf)
    return found


def test_it_publishes_an_opened_appeal_at_once(open_appeal):
    assert sequence.record_due() == 0
    kinds = [type(leaf).__name__ for leaf in leaves(open_appeal)]
    assert kinds == ["Open", "TextLeaf"]
    assert log_of(open_appeal).published_size == 2
    assert not sequence.waiting(clock.now()).exists()


def test_it_records_confirmed_signatures_with_their_leaves_and_lines(open_appeal):
    version = crowd.original(open_appeal)
    named = crowd.confirmed(version, "Ana Sol")
    hidden = crowd.confirmed(version, "Bo Reed", display="unlisted")
    waiting = crowd.pending(version, "Cy Dent")
    assert sequence.record_due() == 2
    for row in (named, hidden):
        row.refresh_from_db()
        assert row.state == "recorded"
        assert row.recorded_at is not None
        leaf = leaves(open_appeal)[row.leaf_index]
        assert leaf == leaves_of.Sign(row.commitment, "mail", 1)
    waiting.refresh_from_db()
    assert waiting.state == "pending"
    assert list(PublicLine.objects.filter(listed=True).values_list("pk", flat=True)) == [named.pk]
    assert tally(open_appeal).signatures == 2
    assert log_of(open_appeal).published_size == 4


def test_it_records_nobody_twice(open_appeal):
    crowd.confirmed(crowd.original(open_appeal))
    assert sequence.record_due() == 1
    assert sequence.record_due(force=True) == 0
    assert tally(open_appeal).signatures == 1


def test_the_order_of_leaves_tells_nothing_of_the_order_of_signing(open_appeal, monkeypatch):
    monkeypatch.setattr(batch, "_shuffle", lambda rows: rows.reverse())
    version = crowd.original(open_appeal)
    rows = [crowd.confirmed(version, f"Person {letter}") for letter in "ABC"]
    sequence.record_due()
    places = [Signature.objects.get(pk=row.pk).leaf_index for row in rows]
    assert places == sorted(places, reverse=True)


def test_it_keeps_the_minute_of_an_open_appeal(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol")
    assert sequence.record_due() == 1
    crowd.confirmed(version, "Bo Reed")
    assert sequence.record_due() == 0
    assert sequence.record_due(hurry=True) == 1
    crowd.confirmed(version, "Cy Dent")
    assert sequence.record_due(now=clock.now() + timedelta(seconds=61)) == 1


def test_a_careful_appeal_waits_for_five_unless_forced(open_appeal):
    Appeal.objects.update(profile="careful")
    version = crowd.original(open_appeal)
    for letter in "ABCD":
        crowd.confirmed(version, f"Person {letter}")
    assert sequence.record_due(hurry=True) == 0
    assert log_of(open_appeal).published_size == 2
    crowd.confirmed(version, "Person E")
    assert sequence.record_due() == 5
    crowd.confirmed(version, "Person F")
    assert sequence.record_due(force=True) == 1


def test_a_new_version_is_recorded_at_once_and_before_its_signatures(open_appeal, cast):
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due()
    text = open_appeal.texts.get()
    draft.save_draft(
        actor=cast.editor, text=text, source=text.draft + "\nTwo boats, then.\n", revision=text.draft_revision
    )
    publish.publish(actor=cast.editor, text=text)
    sequence.record_due()
    assert isinstance(leaves(open_appeal)[-1], leaves_of.TextLeaf)
    crowd.confirmed(crowd.original(open_appeal), "Bo Reed")
    sequence.record_due(hurry=True)
    newest = leaves(open_appeal)[-2]
    assert isinstance(newest, leaves_of.TextLeaf)
    assert (newest.relation, newest.parent, newest.version) == ("revision", 1, 2)
    assert [version.signatures for version in tally(open_appeal).versions] == [1, 1]


def test_a_move_undoes_in_the_batch_of_the_new_signature(open_appeal, cast):
    old = crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due()
    text = open_appeal.texts.get()
    draft.save_draft(
        actor=cast.editor, text=text, source=text.draft + "\nTwo boats.\n", revision=text.draft_revision
    )
    publish.publish(actor=cast.editor, text=text)
    sequence.record_due()
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    old.refresh_from_db()
    assert old.state == "moved"
    sequence.record_due(hurry=True)
    counted = tally(open_appeal)
    assert (counted.signatures, counted.undone("moved")) == (1, 1)
    assert Undo.objects.get().leaf_index == 5


def test_a_move_that_was_taken_back_ends_as_the_persons_own(open_appeal, cast):
    old = crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due()
    text = open_appeal.texts.get()
    draft.save_draft(
        actor=cast.editor, text=text, source=text.draft + "\nTwo boats.\n", revision=text.draft_revision
    )
    publish.publish(actor=cast.editor, text=text)
    new = crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    Signature.objects.filter(pk=new.pk).update(state="held")
    sequence.record_due(hurry=True)
    old.refresh_from_db()
    assert tally(open_appeal).undone("moved") == 0
    # A moderator who never decides must not keep an appeal, and everybody's data, from ending.
    assert not sequence.is_waiting(open_appeal)
    Signature.objects.filter(pk=new.pk).update(state="refused")
    sequence.record_due(hurry=True)
    counted = tally(open_appeal)
    assert (counted.signatures, counted.undone("own"), counted.undone("moved")) == (0, 1, 0)


def test_an_undo_drops_the_amendments_of_its_signature(open_appeal):
    row = crowd.confirmed(crowd.original(open_appeal))
    sequence.record_due()
    row.refresh_from_db()
    for letter in "BC":
        Amendment.objects.create(
            appeal=open_appeal,
            sign_leaf=row.leaf_index,
            commitment=letter * 42 + "A",
            requested_at=clock.now(),
        )
    sequence.record_due(hurry=True)
    assert leaves(open_appeal)[-1] == leaves_of.Amend("C" * 42 + "A", row.leaf_index)
    assert Amendment.objects.get().leaf_index == 3
    Amendment.objects.create(
        appeal=open_appeal, sign_leaf=row.leaf_index, commitment="D" * 42 + "A", requested_at=clock.now()
    )
    Undo.objects.create(appeal=open_appeal, sign_leaf=row.leaf_index, why="own", requested_at=clock.now())
    sequence.record_due(hurry=True)
    assert leaves(open_appeal)[-1] == leaves_of.Undo(row.leaf_index, "own")
    assert Amendment.objects.count() == 1
    assert not sequence.waiting(clock.now()).exists()


def test_a_crash_before_the_publication_is_made_good_by_the_next_run(open_appeal, monkeypatch):
    crowd.confirmed(crowd.original(open_appeal))

    def crash(_log: Log) -> None:
        raise FilesDamaged("pulled the plug")

    monkeypatch.setattr(sequence.publish, "publish", crash)
    with pytest.raises(sequence.PublishingFailed):
        sequence.record_due()
    assert (log_of(open_appeal).size, log_of(open_appeal).published_size) == (3, 0)
    monkeypatch.undo()
    assert sequence.record_due() == 0
    assert log_of(open_appeal).published_size == 3


def test_a_crash_inside_the_transaction_records_nothing(open_appeal, monkeypatch):
    sequence.record_due()
    row = crowd.confirmed(crowd.original(open_appeal))
    monkeypatch.setattr(sequence, "_mark", lambda _placed, _now, _appeal: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sequence.record_due()
    row.refresh_from_db()
    assert (row.state, row.leaf_index) == ("confirmed", None)
    assert log_of(open_appeal).size == 2
    monkeypatch.undo()
    assert sequence.record_due() == 1


def test_trouble_with_one_log_keeps_no_other_waiting(open_appeal, cast, monkeypatch):
    other = second_appeal(cast)
    crowd.confirmed(crowd.original(open_appeal))
    crowd.confirmed(crowd.original(other))
    right = ledger_publish.publish

    def picky(log: Log) -> str | None:
        if log.appeal_id == open_appeal.public_id:
            raise FilesDamaged("a broken tile")
        return right(log)

    monkeypatch.setattr(sequence.publish, "publish", picky)
    with pytest.raises(sequence.PublishingFailed) as caught:
        sequence.record_due()
    assert caught.value.failures == ["night-ferry: a broken tile"]
    assert log_of(other).published_size == 3


def second_appeal(cast) -> Appeal:
    from_first = Appeal.objects.get()
    made = draft.create_appeal(
        actor=cast.owner, team=cast.team, title="For the day ferry", source=from_first.texts.get().draft,
        controller="Residents", purpose="To ask.", closes_at=from_first.closes_at,
    )  # fmt: skip
    publish.publish(actor=cast.owner, text=made.texts.get())
    return sequence.opening.open_appeal(actor=cast.owner, appeal=made)


def test_more_than_a_batch_is_recorded_in_one_run(open_appeal, monkeypatch):
    monkeypatch.setattr(batch, "LIMIT", 2)
    version = crowd.original(open_appeal)
    for letter in "ABCDE":
        crowd.confirmed(version, f"Person {letter}")
    assert sequence.record_due() == 5
    assert tally(open_appeal).signatures == 5


def test_a_row_whose_leaf_was_adopted_takes_that_leaf(open_appeal):
    version = crowd.original(open_appeal)
    lost, new = crowd.confirmed(version, "Ana Sol"), crowd.confirmed(version, "Bo Reed")
    sequence.record_due()
    lost.refresh_from_db()
    before = lost.leaf_index
    # As after a restore: the row is the old one, the leaf was adopted.
    Signature.objects.filter(pk=lost.pk).update(state="confirmed", leaf_index=None, recorded_at=None)
    AdoptedCommitment.objects.create(log=log_of(open_appeal), commitment=lost.commitment, index=before)
    late = crowd.confirmed(version, "Cy Dent")
    sequence.record_due(hurry=True)
    lost.refresh_from_db()
    late.refresh_from_db()
    assert (lost.state, lost.leaf_index, late.leaf_index) == ("recorded", before, 4)
    assert tally(open_appeal).signatures == 3
    assert Signature.objects.get(pk=new.pk).state == "recorded"


def test_the_close_leaf_follows_the_grace_and_the_last_signature(open_appeal):
    version = crowd.original(open_appeal)
    end = open_appeal.closes_at
    crowd.confirmed(version, "Ana Sol", at=end - timedelta(hours=1))
    sequence.record_due(now=end)
    open_appeal.refresh_from_db()
    assert (open_appeal.state, open_appeal.closed_at) == ("closed", end)
    assert not RecordedEnd.objects.exists()
    sequence.record_due(now=end + timedelta(hours=25))
    assert isinstance(leaves(open_appeal)[-1], leaves_of.Close)
    assert RecordedEnd.objects.get().close_leaf == 3
    sequence.record_due(now=end + timedelta(hours=26))
    assert log_of(open_appeal).size == 4


def test_a_run_costs_the_same_few_questions_for_a_large_batch(open_appeal, django_assert_max_num_queries):
    version = crowd.original(open_appeal)
    for number in range(40):
        crowd.confirmed(version, f"Person {chr(65 + number % 26)}{number}")
    with django_assert_max_num_queries(75):
        assert sequence.record_due() == 40
