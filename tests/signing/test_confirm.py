import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from tests.signing.crowd import confirmation, confirmed, original, pending
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message
from undersigned.signing import commitment, confirm, intake, people, repeats, sequence
from undersigned.signing.confirm import Outcome
from undersigned.signing.models import Person, PublicLine, Signature, Undo
from undersigned.signing.request import SignRequest
from undersigned.tlog import leaf

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def second(cast: Cast, version: Version) -> Version:
    """The second version of the same text."""
    text = Text.objects.get(pk=version.text_id)
    saved = draft.save_draft(
        actor=cast.owner,
        text=text,
        source=text.draft.replace("one boat more", "two boats more"),
        revision=text.draft_revision,
    )
    publish.publish(actor=cast.owner, text=saved)
    return original(version.text.appeal)


def sign(version: Version, email: str = "ana@people.example", **more: Any) -> Signature:
    intake.sign(version=version, request=SignRequest(name="Ana Sol", email=email, **more), language="en")
    return Signature.objects.latest("pk")


def test_it_commits_to_what_is_shown_and_who_it_is(version: Version) -> None:
    row = sign(version, affiliation="Bakery")
    done = confirmation(row)
    row.refresh_from_db()
    assert (done.outcome, row.state) == (Outcome.RECORDED_SOON, "confirmed")
    assert row.confirmed_at is not None
    opened = commitment.opening(row, "ana@people.example")
    assert opened["pub"] == {"name": "Ana Sol", "affiliation": "Bakery"}
    made = leaf.commitment(
        leaf.public_digest(leaf.unb64u(opened["spub"], 32), opened["pub"]), leaf.unb64u(opened["dpriv"], 32)
    )
    assert leaf.digest_text(made) == row.commitment


def test_an_unlisted_signature_commits_to_nothing_shown(version: Version) -> None:
    row = sign(version, display="unlisted", affiliation="Bakery")
    confirmation(row)
    row.refresh_from_db()
    assert commitment.opening(row, "ana@people.example")["pub"] == {}


def test_the_code_confirms_as_the_link_does(version: Version) -> None:
    row = sign(version)
    typed = tokens.code(row.pk, row.nonce).lower().replace("-", " ")
    assert confirm.confirm(code=typed).outcome == Outcome.RECORDED_SOON


@pytest.mark.parametrize("typed", ["", "A" * 43, "00000-00000", "\0", "x" * 10_000, "\ud800" * 10])
def test_what_was_never_sent_confirms_nothing(version: Version, typed: str) -> None:
    sign(version)
    assert confirm.confirm(token=typed) == confirm.Confirmed(None, Outcome.EXPIRED)
    assert Signature.objects.get().state == "pending"


def test_a_token_of_another_purpose_confirms_nothing(version: Version) -> None:
    row = sign(version)
    assert confirm.confirm(token=tokens.token("mine", row.nonce)).outcome == Outcome.EXPIRED


def test_twice_is_as_once(version: Version) -> None:
    row = sign(version)
    confirmation(row)
    before = Signature.objects.values().get()
    assert confirmation(row).outcome == Outcome.RECORDED_SOON
    assert Signature.objects.values().get() == before
    assert Message.objects.filter(kind="signed").count() == 1


def test_the_private_link_is_sent(version: Version) -> None:
    row = sign(version)
    confirmation(row)
    assert Message.objects.get(kind="signed").subject_ref == f"signature:{row.pk}"


def test_the_first_confirmation_wins_and_the_others_go(version: Version) -> None:
    one, other = sign(version), sign(version, email="ANA@people.example")
    assert Message.objects.filter(kind="confirm").count() == 2
    confirmation(other)
    assert [row.pk for row in Signature.objects.all()] == [other.pk]
    assert not Message.objects.filter(subject_ref=f"signature:{one.pk}").exists()
    assert confirmation(one).outcome == Outcome.EXPIRED


def test_a_stranger_cannot_occupy_an_address(version: Version) -> None:
    for _ in range(3):
        sign(version, display="pseudonym", pseudonym="Not Ana")
    own = sign(version)
    confirmation(own)
    assert PublicLine.objects.get().name == "Ana Sol"


def test_after_fourteen_days_it_is_too_late(version: Version) -> None:
    row = sign(version)
    assert confirmation(row, at=row.created_at + timedelta(days=14)).outcome == Outcome.EXPIRED
    row.refresh_from_db()
    assert row.state == "pending"


def test_after_the_closing_and_its_grace_it_is_too_late(version: Version) -> None:
    row = sign(version)
    closing = clock.now()
    Appeal.objects.update(state="closed", closed_at=closing)
    assert confirmation(row, at=closing + timedelta(days=2)).outcome == Outcome.CLOSED
    assert confirmation(row, at=closing + timedelta(hours=1)).outcome == Outcome.RECORDED_SOON


def test_a_first_signatory_confirms_before_the_opening(published: Version) -> None:
    asked = SignRequest(name="Ana Sol", email="ana@people.example")
    first = intake.add_pending(version=published, request=asked, first_order=1)
    other = intake.add_pending(version=published, request=SignRequest(name="Bea", email="bea@people.example"))
    assert confirmation(first).outcome == Outcome.RECORDED_SOON
    assert confirmation(other).outcome == Outcome.CLOSED


def test_a_merely_confirmed_signature_moves_without_a_trace(version: Version, second: Version) -> None:
    old = confirmed(version, email="ana@people.example")
    row = sign(second)
    assert Message.objects.filter(kind="move").exists()
    assert confirmation(row).outcome == Outcome.MOVED
    assert not Signature.objects.filter(pk=old.pk).exists()
    assert not Undo.objects.exists()


def test_a_recorded_signature_moves_with_its_undo_beside_the_new_leaf(
    version: Version, second: Version
) -> None:
    old = confirmed(version, email="ana@people.example")
    sequence.record_due(force=True)
    row = sign(second)
    assert confirmation(row).outcome == Outcome.MOVED
    old.refresh_from_db()
    assert (old.state, old.salt_public) == ("moved", None)
    assert not Person.objects.filter(signature=old).exists()
    assert not PublicLine.objects.filter(signature=old).exists()
    assert Undo.objects.get().why == "moved"
    sequence.record_due(force=True)
    row.refresh_from_db()
    undo = Undo.objects.get()
    assert undo.leaf_index is not None and row.leaf_index is not None
    assert undo.why == "moved"


def test_a_moved_signature_keeps_the_address_that_was_proven(version: Version, second: Version) -> None:
    confirmed(version, email="ana@people.example")
    row = sign(second, email="ana+elsewhere@people.example")
    confirmation(row)
    row.refresh_from_db()
    assert people.unseal(row.person)["email"] == "ana@people.example"


def test_an_older_link_sent_to_another_spelling_takes_nothing_over(version: Version, second: Version) -> None:
    """Where plus signs make mailboxes, `ana+x` is a stranger who asked before Ana confirmed."""
    stranger = pending(second, email="ana+x@people.example", at=clock.now() - timedelta(hours=1))
    own = confirmed(version, email="ana@people.example")
    # As if both had raced: the stranger's row survived the confirmation.
    if not Signature.objects.filter(pk=stranger.pk).exists():
        stranger = pending(second, email="ana+x@people.example", at=clock.now() - timedelta(hours=1))
    done = confirmation(stranger)
    assert done == confirm.Confirmed(None, Outcome.EXPIRED)
    own.refresh_from_db()
    assert own.state == "confirmed"


def test_a_repeat_of_the_same_version_leads_to_what_stands(version: Version) -> None:
    own = confirmed(version, email="ana@people.example")
    again = sign(version)
    done = confirmation(again)
    assert (done.outcome, done.signature and done.signature.pk) == (Outcome.ALREADY, own.pk)
    assert Signature.objects.count() == 1


def test_who_withdrew_may_sign_again(version: Version) -> None:
    own = confirmed(version, email="ana@people.example")
    Signature.objects.filter(pk=own.pk).update(state="withdrawn", ended_at=clock.now())
    assert confirmation(sign(version)).outcome == Outcome.RECORDED_SOON


def test_of_two_confirmations_at_once_one_wins(real_commits: None, version: Version) -> None:
    """Each in its own thread and connection, on rows that each would delete of the other."""
    for round_ in range(3):
        rows = [sign(version, email=f"ana{round_}@people.example") for _ in range(3)]
        gate = threading.Barrier(len(rows))
        outcomes: list[str] = []

        def press(row: Signature, gate: threading.Barrier = gate, outcomes: list[str] = outcomes) -> None:
            gate.wait()
            try:
                outcomes.append(confirmation(row).outcome)
            except Exception as error:
                outcomes.append(repr(error))
            finally:
                connection.close()

        threads = [threading.Thread(target=press, args=(row,)) for row in rows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["expired", "expired", "recorded_soon"]
        standing = Signature.objects.filter(pk__in=[row.pk for row in rows])
        assert [row.state for row in standing] == ["confirmed"]
    assert Message.objects.filter(kind="signed").count() == 3


def test_finding_what_an_address_left_goes_by_an_index(version: Version) -> None:
    if connection.vendor != "sqlite":
        return
    same = Signature.objects.filter(appeal=version.text.appeal, repeat_key=b"k" * 32)
    for rows in (same.filter(state="pending"), repeats.live(same)):
        assert "repeat_key=?" in rows.explain()
