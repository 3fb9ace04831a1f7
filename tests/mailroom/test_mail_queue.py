"""What the queue promises to whoever causes a mail."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from undersigned.lib import clock, vault
from undersigned.mailroom import outbox, queue, send
from undersigned.mailroom.models import Message, Suppression

pytestmark = pytest.mark.django_db(transaction=True)


def put(key: str = "k1", to: str = "ines@people.example", **more: object) -> Message | None:
    words = {"subject": "A question", "body": "Is it you?"}
    return queue.enqueue(**{"key": key, "kind": "raw", "to": to, "language": "en", "params": words, **more})


def test_it_keeps_nothing_readable_in_the_row() -> None:
    put()
    row = Message.objects.get()
    for value in (bytes(row.to_sealed), bytes(row.params_sealed), bytes(row.address_key)):
        assert b"ines" not in value and b"question" not in value
    assert vault.unseal(row.to_sealed, context=queue.TO_CONTEXT) == "ines@people.example"
    assert vault.unseal_json(row.params_sealed, context=queue.PARAMS_CONTEXT)["body"] == "Is it you?"


def test_it_queues_a_key_once() -> None:
    first = put()
    assert first is not None and Message.objects.get().pk == first.pk
    assert put(to="other@people.example") is None
    assert Message.objects.count() == 1


def test_a_known_key_leaves_the_callers_transaction_whole() -> None:
    put()
    with transaction.atomic():
        assert put() is None
        assert put(key="k2") is not None
    assert Message.objects.count() == 2


def test_a_message_goes_with_the_transaction_that_caused_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        put()
        raise RuntimeError
    assert not Message.objects.exists()


def test_it_costs_one_select_and_one_insert() -> None:
    put(key="warm")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        put()
    assert [q["sql"].split()[0] for q in queries] == ["SELECT", "INSERT"]


def test_a_row_holds_the_moments_that_the_orm_reads() -> None:
    later = clock.now() + timedelta(hours=3)
    message = put(due_at=later)
    row = Message.objects.get()
    assert message is not None and row.due_at == later and row.created_at == message.created_at
    assert row.state == "queued" and row.attempts == 0 and row.last_error == ""


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_a_suppressed_address_gets_nothing_in_any_spelling(reason: str) -> None:
    queue.suppress(hashed=queue.address_key("Ines@People.Example"), reason=Suppression.Reason(reason))
    assert put(kind="confirm", to=" ines@people.EXAMPLE ") is None
    assert not Message.objects.exists()


def test_who_unsubscribed_can_still_sign_in_by_mail() -> None:
    queue.suppress(hashed=queue.address_key("ines@people.example"), reason=Suppression.Reason.UNSUBSCRIBED)
    assert put(kind="raw") is not None
    queue.suppress(hashed=queue.address_key("ines@people.example"), reason=Suppression.Reason.BOUNCED)
    assert put(key="k2", kind="raw") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("a\u0301na@people.example", "\u00e1na@people.example"),
        ("ana@people.example.", "ana@people.example"),
    ],
)
def test_spellings_of_an_address_have_one_key(one: str, other: str) -> None:
    assert queue.address_key(one) == queue.address_key(other)


def test_it_counts_recent_messages_by_address_and_kind() -> None:
    put(), put(key="k2", kind="confirm"), put(key="k3", to="other@people.example")
    since = clock.now() - timedelta(hours=24)
    assert queue.recent("INES@people.example", since) == 2
    assert queue.recent("ines@people.example", since, ["confirm"]) == 1
    assert queue.recent("ines@people.example", clock.now()) == 0


def test_forgetting_deletes_queued_and_sent_rows_and_files_of_one_subject() -> None:
    put(subject_ref="signature:1")
    send.send_due()
    put(key="k2", subject_ref="signature:1")
    put(key="k3", subject_ref="signature:11")
    send.send_due(limit=1)
    assert len(list(outbox.folder().iterdir())) == 2
    queue.forget(subject_ref="signature:1")
    assert [row.subject_ref for row in Message.objects.all()] == ["signature:11"]
    assert not list(outbox.folder().iterdir())


def test_files_stay_when_the_forgetting_is_rolled_back() -> None:
    put(subject_ref="signature:1")
    send.send_due()
    with pytest.raises(RuntimeError), transaction.atomic():
        queue.forget(subject_ref="signature:1")
        raise RuntimeError
    assert len(list(outbox.folder().iterdir())) == 1 and Message.objects.count() == 1


def test_an_empty_subject_forgets_nobody() -> None:
    with pytest.raises(ValueError, match="everybody"):
        queue.forget(subject_ref="")


@pytest.mark.parametrize("kind", ["../etc", "a/b", "", "Confirm", "x" * 41])
def test_a_kind_is_a_template_name_and_no_path(kind: str) -> None:
    with pytest.raises(ValueError, match="kind of mail"):
        put(kind=kind)


def test_a_held_queue_sends_nothing_and_says_why() -> None:
    put()
    assert not queue.is_held()
    queue.hold("restored from a backup of 1 March")
    done = send.send_due()
    assert done.sent == 0 and "restored from a backup of 1 March" in done.trouble
    assert not outbox.folder().exists()
    queue.release()
    queue.release()
    assert send.send_due().sent == 1
