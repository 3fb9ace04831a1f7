"""Decisions about many signatures at once: with a reason, by those who may, bit by bit, and taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.ledger import read
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.signing import erase, mine, roll, sequence
from undersigned.signing.models import Decision, Signature, Undo
from undersigned.signing.moderation import decide, patterns, queue, review, words

pytestmark = pytest.mark.django_db
NAMES = ["Ana Sol", "Ben Ito", "Carla Vik", "Dov Lind"]


@pytest.fixture
def rows(open_appeal):
    return [crowd.confirmed(crowd.original(open_appeal), name) for name in NAMES]


@pytest.fixture
def recorded(rows):
    sequence.record_due(force=True)
    return rows


def states(rows):
    return [Signature.objects.get(pk=row.pk).state for row in rows]


def names(appeal):
    return [line.name for line in roll.page(appeal).lines]


def count(appeal):
    return read.totals(read.log_of(appeal.public_id)).signatures


def act(cast, appeal, what, rows, **more):
    numbers = [row.pk for row in rows]
    more.setdefault("reason", "all from one desk")
    return decide.decide(actor=cast.moderator, appeal=appeal, act=what, numbers=numbers, **more)


def test_it_holds_releases_and_refuses_many_at_once(rows, cast, open_appeal):
    made = act(cast, open_appeal, "hold", rows)
    assert (made.done, made.missed, made.is_running) == (4, 0, False)
    assert sequence.record_due(force=True) == 0
    act(cast, open_appeal, "release", rows[:2], reason="")
    act(cast, open_appeal, "refuse", rows[2:])
    assert states(rows) == ["confirmed", "confirmed", "refused", "refused"]
    assert sequence.record_due(force=True) == 2
    assert not Undo.objects.exists()
    assert queue.count(open_appeal) == 0


def test_each_decision_keeps_its_reason_and_the_record_of_acts_does_not(rows, cast, open_appeal):
    made = act(cast, open_appeal, "hold", rows, reason="  is this Ana   Sol? ")
    assert made.reason == Signature.objects.get(pk=rows[0].pk).reason == "is this Ana Sol?"
    assert AuditRecord.objects.get(verb="signatures.hold").detail == {"number": 4}


@pytest.mark.parametrize("what", ["hold", "refuse", "strike"])
def test_against_a_signature_it_wants_a_reason(rows, cast, open_appeal, what):
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(ValidationError):
            act(cast, open_appeal, what, rows, reason=reason)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "outsider"])
def test_others_may_neither_decide_nor_undo_nor_look(rows, cast, open_appeal, who):
    actor = getattr(cast, who)
    made = act(cast, open_appeal, "hold", rows)
    for what in Decision.Act.values:
        with pytest.raises(Forbidden):
            decide.decide(actor=actor, appeal=open_appeal, act=what, numbers=[rows[0].pk], reason="so")
        with pytest.raises(Forbidden):
            decide.decide_held(actor=actor, appeal=open_appeal, act=what, reason="so")
    with pytest.raises(Forbidden):
        decide.undo(actor=actor, decision=made)
    with pytest.raises(Forbidden):
        patterns.look(actor=actor, appeal=open_appeal)
    with pytest.raises(Forbidden):
        queue.page(actor=actor, appeal=open_appeal, asked=queue.Asked())
    with pytest.raises(Forbidden):
        queue.decisions(actor=actor, appeal=open_appeal)
    with pytest.raises(Forbidden):
        review.set_review(actor=actor, appeal=open_appeal, on=True)
    with pytest.raises(Forbidden):
        words.keep(actor=actor, appeal=open_appeal, language="en", words="no")
    assert states(rows) == ["held"] * 4


def test_a_signature_of_another_appeal_is_not_touched(rows, cast, open_appeal, draft_appeal):
    with pytest.raises(decide.NotPossible):
        decide.decide(actor=cast.owner, appeal=open_appeal, act="strike", numbers=[10**6], reason="so")
    assert not Decision.objects.exists()


def test_what_changed_meanwhile_is_missed_and_the_rest_is_done(rows, cast, open_appeal):
    erase.erase(signature=rows[0])
    act(cast, open_appeal, "refuse", rows[1:2])
    made = act(cast, open_appeal, "hold", rows)
    assert (made.done, made.missed) == (2, 1)


def test_a_hold_a_release_and_a_refusal_are_taken_back(rows, cast, open_appeal):
    held = act(cast, open_appeal, "hold", rows)
    freed = act(cast, open_appeal, "release", rows[:1], reason="")
    assert decide.undo(actor=cast.editor, decision=freed).restored == 1
    refused = act(cast, open_appeal, "refuse", rows[1:])
    assert decide.undo(actor=cast.editor, decision=refused).restored == 3
    assert states(rows) == ["held"] * 4
    assert decide.undo(actor=cast.editor, decision=held).restored == 4
    assert sequence.record_due(force=True) == 4
    with pytest.raises(decide.NotPossible):
        decide.undo(actor=cast.editor, decision=held)


def test_a_strike_that_the_log_does_not_know_yet_leaves_no_trace_in_it(recorded, cast, open_appeal):
    mine.change_display(signature=recorded[0], display="pseudonym", pseudonym="Heron")
    before = count(open_appeal)
    made = act(cast, open_appeal, "strike", recorded)
    assert names(open_appeal) == []
    assert decide.undo(actor=cast.moderator, decision=made).restored == 4
    assert names(open_appeal) == ["Ben Ito", "Carla Vik", "Dov Lind", "Heron"]
    sequence.record_due(force=True)
    assert not Undo.objects.exists()
    assert count(open_appeal) == before == 4
    assert mine.receipt_state(Signature.objects.get(pk=recorded[0].pk)).full


def test_a_strike_in_the_log_is_taken_back_by_a_new_leaf(recorded, cast, open_appeal):
    old = [row.leaf_index for row in Signature.objects.order_by("pk")]
    made = act(cast, open_appeal, "strike", recorded)
    sequence.record_due(force=True)
    assert count(open_appeal) == 0
    assert decide.undo(actor=cast.moderator, decision=made).restored == 4
    sequence.record_due(force=True)
    assert count(open_appeal) == 4
    assert names(open_appeal) == sorted(NAMES)
    assert not set(old) & {row.leaf_index for row in Signature.objects.all()}
    call_command("check")


def test_who_signed_anew_after_a_strike_is_not_doubled_by_taking_it_back(recorded, cast, open_appeal):
    made = act(cast, open_appeal, "strike", recorded[:1])
    sequence.record_due(force=True)
    crowd.confirmed(crowd.original(open_appeal), NAMES[0])
    sequence.record_due(force=True)
    assert decide.undo(actor=cast.moderator, decision=made).restored == 0
    assert count(open_appeal) == 4


def test_everything_held_is_decided_bit_by_bit_and_a_worker_ends_it(rows, cast, open_appeal, monkeypatch):
    monkeypatch.setattr(decide, "_CHUNK", 2)
    monkeypatch.setattr(decide, "_SECONDS", 0.0)
    act(cast, open_appeal, "hold", rows)
    decide.go()
    made = decide.decide_held(actor=cast.moderator, appeal=open_appeal, act="release")
    assert (made.done, made.is_running) == (2, True)
    while decide.go():
        pass
    made.refresh_from_db()
    assert (made.done, made.is_running) == (4, False)
    undone = decide.undo(actor=cast.moderator, decision=made)
    assert (undone.restored, undone.is_running) == (2, True)
    while decide.go():
        pass
    assert states(rows) == ["held"] * 4


def test_a_decision_about_a_pattern_takes_those_that_fit(open_appeal, cast):
    version = crowd.original(open_appeal)
    some = [crowd.confirmed(version, name, email=f"{place}@mill.example") for place, name in enumerate(NAMES)]
    other = crowd.confirmed(version, "Eve Roth", email="eve@people.example")
    act(cast, open_appeal, "hold", [*some, other])
    found = patterns.look(actor=cast.moderator, appeal=open_appeal)
    group = found.groups["domain"][0]
    assert (group.label, group.count) == ("mill.example", 4)
    assert "mill" not in group.value
    made = decide.decide_held(
        actor=cast.moderator, appeal=open_appeal, act="refuse", reason="a mill", pattern="domain",
        value=group.value,
    )  # fmt: skip
    assert (made.done, made.is_running) == (4, False)
    assert states([other]) == ["held"]


def test_a_refused_signer_reads_the_teams_own_words_and_nothing_is_sent_at_once(rows, cast, open_appeal):
    words.keep(actor=cast.moderator, appeal=open_appeal, language="en", words="We ask for whole names.")
    Message.objects.all().delete()
    made = act(cast, open_appeal, "refuse", rows[:2], tells=True)
    told = Message.objects.filter(kind="refused")
    assert told.count() == 2
    assert all(message.due_at > clock.now() + timedelta(minutes=20) for message in told)
    decide.undo(actor=cast.moderator, decision=made)
    assert not Message.objects.exists()


def test_who_was_told_already_is_told_that_the_signature_stands(rows, cast, open_appeal):
    made = act(cast, open_appeal, "refuse", rows[:1], tells=True)
    Message.objects.filter(kind="refused").update(state=Message.State.SENT)
    decide.undo(actor=cast.moderator, decision=made)
    assert Message.objects.filter(kind="reinstated").count() == 1


def test_words_are_kept_by_language_of_the_appeal(cast, open_appeal):
    words.keep(actor=cast.moderator, appeal=open_appeal, language="en", words="No.")
    assert words.find(open_appeal, "en-GB") == "No."
    assert words.find(open_appeal, "ar") == ""
    with pytest.raises(ValidationError):
        words.keep(actor=cast.moderator, appeal=open_appeal, language="fr", words="Non.")
    words.keep(actor=cast.moderator, appeal=open_appeal, language="en", words=" ")
    assert words.find(open_appeal, "en") == ""


def test_an_appeal_may_hold_everything_and_only_what_is_confirmed_from_then_on(cast, open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol")
    waiting = crowd.pending(version, "Ben Ito")
    review.set_review(actor=cast.moderator, appeal=open_appeal, on=True)
    crowd.confirmation(waiting)
    again = crowd.confirmation(waiting)
    assert (again.outcome, again.signature.pk) == ("already", waiting.pk)
    assert queue.count(open_appeal) == 1
    assert sequence.record_due(force=True) == 1
    assert names(open_appeal) == ["Ana Sol"]
    review.set_review(actor=cast.moderator, appeal=open_appeal, on=False)
    crowd.confirmed(version, "Carla Vik")
    assert sequence.record_due(force=True) == 1
    assert queue.count(open_appeal) == 1


def test_the_queue_and_the_patterns_walk_an_index_and_no_table(rows, cast, open_appeal):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    page = queue.held(open_appeal).filter(pk__lt=10**9).order_by("-pk")[:51]
    assert "signing_signature_held" in page.explain()
    assert "SORT" not in page.explain().upper() and "B-TREE" not in page.explain().upper()
    counted = queue.held(open_appeal).order_by()[:10]
    assert "signing_signature_held" in counted.explain() or "signing_signature_aside" in counted.explain()
    for which, index in (("held", "signing_signature_held"), ("recorded", "signing_signature_one_leaf")):
        plan = patterns.sample(open_appeal, which)[:10].explain()
        assert index in plan and "B-TREE" not in plan.upper()


def test_a_page_of_the_queue_costs_the_same_however_many_are_held(
    rows, cast, open_appeal, django_assert_num_queries
):
    act(cast, open_appeal, "hold", rows[:1])
    with django_assert_num_queries(2):
        assert len(queue.page(actor=cast.moderator, appeal=open_appeal, asked=queue.Asked()).rows) == 1
    act(cast, open_appeal, "hold", rows[1:])
    with django_assert_num_queries(2):
        shown = queue.page(actor=cast.moderator, appeal=open_appeal, asked=queue.Asked(), size=2)
    assert len(shown.rows) == 2 and shown.next
    behind = queue.page(
        actor=cast.moderator, appeal=open_appeal, asked=queue.Asked(after=int(shown.next)), size=2
    )
    assert [row.name for row in behind.rows] == ["Ben Ito", "Ana Sol"] and not behind.next
