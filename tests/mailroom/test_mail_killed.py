"""A sender that is killed: what it had leased goes out as soon as another starts, and not before."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connections

from tests.mailroom.conftest import MailServer, Put
from undersigned.mailroom import send
from undersigned.mailroom.models import Message
from undersigned.mailroom.presence import Presence

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = 12


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def sender_in_a_process_of_its_own() -> int:
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        send.deliver_loop(threading.Event())
    finally:
        os._exit(70)


@pytest.fixture
def killed(server: MailServer, put: Put) -> MailServer:
    """A server whose sender was killed with SIGKILL over its third message, the others leased."""
    stuck = threading.Event()

    def hold() -> None:
        if len(server.received.mails) == 3:
            reached.set()
            stuck.wait(10)

    reached = threading.Event()
    server.received.on_taken = hold
    for number in range(MAILS):
        put(key=f"k{number}", to=f"p{number}@people.example")
    child = sender_in_a_process_of_its_own()
    assert reached.wait(20)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    stuck.set()
    server.received.on_taken = lambda: None
    assert Message.objects.filter(state="queued", lease_token__isnull=False).count() >= MAILS - 3
    return server


def sent() -> int:
    return Message.objects.filter(state="sent").count()


def test_a_sender_that_starts_alone_sends_at_once_what_a_killed_one_had_leased(killed: MailServer) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=send.deliver_loop, args=(stop,))
    thread.start()
    try:
        assert until(lambda: sent() == MAILS)
    finally:
        stop.set()
        thread.join(20)
    reached = {to[0] for _from, to in killed.received.envelopes}
    assert reached == {f"p{number}@people.example" for number in range(MAILS)}
    # What was under way at the kill may come again, under the same Message-ID.
    identities = [mail["Message-ID"] for mail in killed.received.mails]
    assert len(set(identities)) == MAILS and len(identities) <= MAILS + 3


def test_leases_are_left_alone_while_another_sender_lives(killed: MailServer) -> None:
    ready, leave = threading.Event(), threading.Event()

    def live() -> None:
        other = Presence()
        other.keep()
        ready.set()
        leave.wait(20)
        other.leave()
        connections.close_all()

    thread = threading.Thread(target=live)
    thread.start()
    assert ready.wait(10)
    token = b"of a living sender"[:16]
    Message.objects.filter(state="queued").update(lease_token=token, due_at=send.clock.now() + send.LEASE)
    late = Presence()
    late.keep()
    late.leave()
    assert Message.objects.filter(state="queued", lease_token=token).count() >= MAILS - 3
    leave.set()
    thread.join(10)
