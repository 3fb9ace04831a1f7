"""Sending to a real SMTP server: in order, kept, with every fault that a server has."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from tests.mailroom.conftest import MailServer, Put
from undersigned.lib import clock, keys
from undersigned.mailroom import outbox, queue, send, smtp
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.render import message_id

pytestmark = pytest.mark.django_db(transaction=True)


def due_now() -> None:
    Message.objects.filter(state="queued").update(due_at=clock.now())


def test_it_sends_each_message_once_over_one_connection(server: MailServer, put: Put) -> None:
    for number in range(25):
        put(key=f"k{number}", to=f"p{number}@people.example")
    assert send.send_due() == send.Sent(sent=25)
    assert send.send_due() == send.Sent()
    assert [to for _from, to in server.received.envelopes] == [[f"p{n}@people.example"] for n in range(25)]
    assert len(server.received.peers) == 1
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert not any(bytes(params) for params in Message.objects.values_list("params_sealed", flat=True))


def test_what_is_not_due_waits(server: MailServer, put: Put) -> None:
    put(due_at=clock.now() + timedelta(hours=1))
    assert send.send_due() == send.Sent()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert send.send_due().sent == 1


@pytest.mark.parametrize("stage", ["at_rcpt", "at_data", "at_mail"])
def test_a_temporary_answer_is_tried_again_later(server: MailServer, put: Put, stage: str) -> None:
    getattr(server.received, stage).append("451 4.7.1 greylisted, ines@people.example")
    put()
    assert send.send_due() == send.Sent(retried=1)
    row = Message.objects.get()
    wait = row.due_at - clock.now()
    assert timedelta(seconds=50) < wait < timedelta(seconds=80)
    assert row.state == "queued" and row.attempts == 1 and "ines" not in row.last_error
    due_now()
    assert send.send_due() == send.Sent(sent=1)
    assert not Suppression.objects.exists()


def test_an_address_that_does_not_exist_is_never_written_to_again(server: MailServer, put: Put) -> None:
    server.received.at_rcpt.append("550 5.1.1 no such user")
    put()
    put(key="k2", to="other@people.example")
    assert send.send_due() == send.Sent(sent=1, failed=1)
    assert Message.objects.get(key="k1").state == "failed"
    assert Suppression.objects.get().reason == "refused"
    again = queue.enqueue(key="k3", kind="raw", to="Ines@people.example", language="en", params={})
    assert again is None


@pytest.mark.parametrize(
    "answer", ["554 5.7.1 relay access denied", "530 authentication required", "550 5.7.26 not authenticated"]
)
def test_a_refusal_of_us_is_not_the_addresss_fault(server: MailServer, put: Put, answer: str) -> None:
    server.received.at_rcpt.append(answer)
    put()
    assert send.send_due() == send.Sent(retried=1)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("answer", ["552 5.2.2 mailbox full", "550 5.2.1 disabled"])
def test_a_full_mailbox_fails_this_message_only(server: MailServer, put: Put, answer: str) -> None:
    server.received.at_rcpt.append(answer)
    put()
    assert send.send_due() == send.Sent(failed=1)
    assert not Suppression.objects.exists()


def test_a_refused_sender_stops_the_round_and_costs_no_message(server: MailServer, put: Put) -> None:
    server.received.at_mail.append("550 5.7.1 you may not send as this")
    put(), put(key="k2")
    done = send.send_due()
    assert (done.sent, done.failed, done.retried) == (0, 0, 0) and "sender" in done.trouble
    assert send.send_due().sent == 2


def test_refused_content_fails_without_marking_the_address(server: MailServer, put: Put) -> None:
    server.received.at_data.append("554 5.6.0 we do not like it")
    put()
    assert send.send_due() == send.Sent(failed=1)
    assert not Suppression.objects.exists()


def test_a_connection_cut_in_the_middle_is_made_again_for_the_next(server: MailServer, put: Put) -> None:
    server.received.at_data.append("cut")
    put(), put(key="k2", to="other@people.example")
    assert send.send_due() == send.Sent(sent=1, retried=1)
    due_now()
    assert send.send_due() == send.Sent(sent=1)
    assert sorted(to[0] for _from, to in server.received.envelopes) == [
        "ines@people.example",
        "other@people.example",
    ]


def test_a_server_that_was_away_for_an_hour_gets_everything_once(server: MailServer, put: Put) -> None:
    server.stop()
    put(), put(key="k2", to="other@people.example")
    done = send.send_due()
    assert "does not answer" in done.trouble and (done.sent, done.failed, done.retried) == (0, 0, 0)
    assert set(Message.objects.values_list("attempts", "state")) == {(0, "queued")}
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        server.start()
        assert send.send_due() == send.Sent(sent=2)
        assert send.send_due() == send.Sent()
    assert len(server.received.mails) == 2


def test_it_gives_up_after_five_days_and_not_before(server: MailServer, put: Put) -> None:
    put()
    for days, outcome in ((4.9, send.Sent(retried=1)), (5.1, send.Sent(failed=1))):
        server.received.at_rcpt.append("451 later")
        with time_machine.travel(Message.objects.get().created_at + timedelta(days=days), tick=True):
            due_now()
            assert send.send_due() == outcome
    assert Message.objects.get().last_error == "given up: rcpt 451"
    assert not Suppression.objects.exists()


def test_waiting_grows_from_a_minute_to_six_hours() -> None:
    now = clock.now()
    waits = [send.next_attempt(n, now) - now for n in range(40)]
    assert timedelta(seconds=60) <= waits[0] <= timedelta(seconds=75)
    assert timedelta(minutes=4) <= waits[2] <= timedelta(minutes=5)
    assert all(wait <= timedelta(hours=6) for wait in waits) and waits[-1] >= timedelta(hours=5, minutes=59)
    assert len({send.next_attempt(0, now) for _ in range(5)}) > 1


class KilledError(BaseException):
    """The process ends here."""


def test_a_kill_between_the_servers_250_and_the_commit_sends_again_with_the_same_id(
    server: MailServer, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()

    class Killed(smtp.Connection):
        def deliver(self, number: int, kind: str, mail: object, **more: object) -> None:
            super().deliver(number, kind, mail, **more)  # type: ignore[arg-type]
            raise KilledError

    with pytest.raises(KilledError):
        send.send_due(transport=Killed(smtp.parse(f"smtp://127.0.0.1:{server.port}")))
    assert Message.objects.get().state == "queued"
    assert send.send_due() == send.Sent()  # the lease of the dead one still stands
    with time_machine.travel(clock.now() + send.LEASE, tick=True):
        assert send.send_due() == send.Sent(sent=1)
    assert [mail["Message-ID"] for mail in server.received.mails] == [message_id("k1")] * 2


def test_two_senders_share_the_queue_and_send_nothing_twice(server: MailServer, put: Put) -> None:
    for number in range(60):
        put(key=f"k{number}", to=f"p{number}@people.example")
    done: list[send.Sent] = []

    def work() -> None:
        try:
            while (round_ := send.send_due()).sent:
                done.append(round_)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(round_.sent for round_ in done) == 60
    assert len({to[0] for _from, to in server.received.envelopes}) == len(server.received.mails) == 60


def test_a_lease_that_was_taken_over_is_left_alone(server: MailServer, put: Put) -> None:
    put()
    server.received.at_rcpt.append("550 5.1.1 no")
    (row,) = send._lease(5)
    Message.objects.update(lease_token=b"somebody else's!")
    send._send_one(row, smtp.transport())
    assert Message.objects.get().state == "queued"


def test_a_message_forgotten_on_its_way_leaves_no_file(put: Put) -> None:
    put(subject_ref="signature:7")
    (row,) = send._lease(5)
    queue.forget(subject_ref="signature:7")
    assert send._send_one(row, smtp.LocalOutbox()).sent == 1
    assert not list(outbox.folder().iterdir()) and not Message.objects.exists()


def test_the_loop_sends_what_arrives_and_finishes_the_message_in_hand(server: MailServer, put: Put) -> None:
    stop = threading.Event()
    server.received.on_taken = stop.set
    for number in range(3):
        put(key=f"k{number}", to=f"p{number}@people.example")
    thread = threading.Thread(target=send.deliver_loop, args=(stop,))
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert len(server.received.mails) == 1
    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "queued", "sent"]
    assert not Message.objects.filter(state="queued", due_at__gt=clock.now()).exists()


def test_the_loop_outlives_a_server_that_comes_late(server: MailServer, put: Put) -> None:
    server.stop()
    stop = threading.Event()
    put()
    thread = threading.Thread(target=send.deliver_loop, args=(stop,))
    thread.start()
    time.sleep(0.5)
    server.received.on_taken = stop.set
    server.start()
    thread.join(timeout=20)
    assert not thread.is_alive() and len(server.received.mails) == 1


def test_a_template_that_is_missing_delays_its_own_mail_only(server: MailServer, put: Put) -> None:
    put(kind="no-such-kind")
    put(key="k2")
    assert send.send_due() == send.Sent(sent=1, retried=1)
    assert Message.objects.get(key="k1").last_error == "render TemplateDoesNotExist"


def test_a_missing_key_stops_everything_and_loses_nothing(server: MailServer, put: Put) -> None:
    put()
    keys.destroy("contact")
    assert "contact" in send.send_due().trouble
    assert Message.objects.get().state == "queued"


def test_no_server_at_all_is_said_in_one_line(configure: Callable[..., None], put: Put) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        configure(email_url=f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        put()
        done = send.send_due()
    assert "refused" in done.trouble.lower() and "\n" not in done.trouble
