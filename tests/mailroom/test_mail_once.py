"""Letters in somebody's own name go at most once: where an answer was lost, a person decides."""

import os
import signal
import threading
from datetime import timedelta

import pytest

from tests.mailroom.conftest import MailServer, Put
from tests.mailroom.test_mail_killed import sender_in_a_process_of_its_own, until
from undersigned.lib import clock
from undersigned.mailroom import presence, queue, send, smtp
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def state(number: int) -> str:
    return Message.objects.get(pk=number).state


def test_a_letter_whose_answer_was_lost_is_not_sent_again(server: MailServer, put: Put) -> None:
    letter = put(key="cover:1", kind="cover")
    server.received.at_data = ["cut"]
    assert send.send_due().failed == 1
    assert state(letter.pk) == Message.State.HANDED
    assert Message.objects.get(pk=letter.pk).last_error.startswith("no answer")
    assert send.send_due() == send.Sent()
    assert server.received.mails == []


def test_any_other_mail_is_sent_again(server: MailServer, put: Put) -> None:
    put(key="signed:1")
    server.received.at_data = ["cut"]
    assert send.send_due().retried == 1
    Message.objects.update(due_at=clock.now())
    assert send.send_due().sent == 1


def test_a_letter_that_is_put_off_at_its_end_goes_later(server: MailServer, put: Put) -> None:
    letter = put(key="cover:1", kind="cover")
    server.received.at_data = ["451 4.3.0 later"]
    assert send.send_due().retried == 1
    assert state(letter.pk) == Message.State.QUEUED
    Message.objects.update(due_at=clock.now())
    assert send.send_due().sent == 1
    assert state(letter.pk) == Message.State.SENT


def test_a_letter_that_is_refused_at_its_end_has_failed(server: MailServer, put: Put) -> None:
    letter = put(key="cover:1", kind="cover")
    server.received.at_data = ["554 5.6.0 no"]
    assert send.send_due().failed == 1
    assert state(letter.pk) == Message.State.FAILED


def test_a_letter_forgotten_while_it_is_handed_over_is_not_sent(server: MailServer, put: Put) -> None:
    put(key="cover:1", kind="cover", subject_ref="carrier:1")
    rows = send._lease(1)
    transport = smtp.transport()
    queue.forget(subject_ref="carrier:1")
    assert send._send_one(rows[0], transport) == send.Sent()
    assert server.received.mails == []
    # The next message goes over a connection that knows nothing of the last.
    put(key="cover:2", kind="cover")
    assert send.send_due(transport=transport).sent == 1
    transport.close()


def test_a_killed_sender_leaves_one_letter_open_and_repeats_none(server: MailServer, put: Put) -> None:
    reached, stuck = threading.Event(), threading.Event()

    def hold() -> None:
        if len(server.received.mails) == 3:
            reached.set()
            stuck.wait(10)

    server.received.on_taken = hold
    for number in range(8):
        put(key=f"cover:{number}", kind="cover", to=f"p{number}@people.example")
    child = sender_in_a_process_of_its_own()
    assert reached.wait(20)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    stuck.set()
    server.received.on_taken = lambda: None
    stop = threading.Event()
    thread = threading.Thread(target=send.deliver_loop, args=(stop,))
    thread.start()
    try:
        assert until(lambda: Message.objects.filter(state="sent").count() == 7)
    finally:
        stop.set()
        thread.join(20)
    reached_people = [to[0] for _from, to in server.received.envelopes]
    assert sorted(reached_people) == [f"p{number}@people.example" for number in range(8)]
    left = Message.objects.get(state="handed")
    assert left.lease_token is None


def test_what_a_living_sender_hands_over_is_left_to_it(put: Put) -> None:
    letter = put(key="cover:1", kind="cover")
    Message.objects.filter(pk=letter.pk).update(
        state="handed", lease_token=b"x" * 16, due_at=clock.now() + timedelta(minutes=4)
    )
    alive = presence.Presence()
    alive.keep()
    alive.leave()
    # Nobody lived: the sender that starts alone says so.
    assert Message.objects.get(pk=letter.pk).lease_token is None
