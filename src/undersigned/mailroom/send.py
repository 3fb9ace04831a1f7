"""The sender: leases due messages, hands them over, and keeps what the server said of each.

A message is marked sent after the server's 250. A crash between the two sends it again under the
same Message-ID: at least once, and recognisable. Letters in somebody's own name go at most once: they are
marked before their last bytes leave, and where no answer is kept a person decides.
"""

import logging
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, close_old_connections, connections, transaction
from django.db.models import F, QuerySet

from undersigned.lib import clock, keys, vault
from undersigned.mailroom import outbox, passing, queue, smtp
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.prepared import render
from undersigned.mailroom.presence import Presence
from undersigned.mailroom.render import BadAddress, Rendered

log = logging.getLogger(__name__)

# The first batch of a round, and the largest: what a server takes in about a second is leased at once.
BATCH, _LARGEST = 20, 200
# Outcomes are kept this long before they are written: a crash sends that much again, recognisable.
_UNWRITTEN = 0.25
# Kinds that nobody may get twice.
ONCE = frozenset({"cover", "cover-reminder"})
# What was leased is looked at again after so long: somebody may have been erased meanwhile.
_FRESH = 1.0
# A lease must outlast the messages of its batch; what is left when it gets short is handed back.
LEASE = timedelta(minutes=5)
_MARGIN = timedelta(minutes=2)
_UNDER_WAY = (Message.State.QUEUED, Message.State.HANDED)
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 6 * 3600.0
GIVE_UP = timedelta(days=5)
_POLL, _LONGEST_PAUSE = 1.0, 60.0


@dataclass(frozen=True)
class Sent:
    """What one round did; `trouble` says why it stopped early."""

    sent: int = 0
    failed: int = 0
    retried: int = 0
    trouble: str = ""

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            self.sent + other.sent,
            self.failed + other.failed,
            self.retried + other.retried,
            other.trouble or self.trouble,
        )


def never() -> bool:
    """Nobody asks the sender to stop."""
    return False


def send_due(
    *, limit: int = 1000, transport: smtp.Transport | None = None, stopped: Callable[[], bool] = never
) -> Sent:
    """Sends what is due, up to a limit, over one connection; while the queue is held it sends nothing."""
    if queue.is_held():
        return Sent(trouble=f"the mail queue is held: {queue.held_reason()}")
    kept = transport or smtp.transport()
    done, size = Sent(), BATCH
    try:
        while not done.trouble and not stopped():
            left = limit - done.sent - done.failed - done.retried
            batch = _lease(min(size, left)) if left > 0 else []
            if not batch:
                break
            began = time.monotonic()
            done += _send_batch(batch, kept, stopped)
            size = _next_size(len(batch), time.monotonic() - began)
    finally:
        if transport is None:
            kept.close()
    # Addresses that were only lent for a delivery go with it.
    passing.tidy()
    return done


def _next_size(size: int, seconds: float) -> int:
    return max(BATCH, min(_LARGEST, int(size / max(seconds, 0.001))))


def deliver_loop(stop: threading.Event) -> None:
    """Sends what falls due until `stop` is set; the message in hand is finished first."""
    kept, alive = smtp.transport(), Presence()
    pause, said = _POLL, ""
    while not stop.is_set():
        close_old_connections()
        try:
            alive.keep()
            done = send_due(transport=kept, stopped=stop.is_set)
        except DatabaseError as error:
            done = Sent(trouble=f"the database does not answer ({type(error).__name__})")
        if done.trouble and done.trouble != said:
            log.warning("mail waits: %s", done.trouble)
        elif said and not done.trouble:
            log.info("mail is sent again")
        said = done.trouble
        pause = min(pause * 2, _LONGEST_PAUSE) if done.trouble else _POLL
        stop.wait(_POLL if queue.is_held() else pause)
    kept.close()
    alive.leave()
    connections.close_all()


def _lease(count: int) -> list[Message]:
    """Takes due messages for this sender alone: row locks on PostgreSQL, BEGIN IMMEDIATE on SQLite."""
    now = clock.now()
    due = Message.objects.filter(state=Message.State.QUEUED, due_at__lte=now).order_by("due_at", "id")
    # An idle sender must not take SQLite's write lock every second.
    if not due.exists():
        return []
    token = secrets.token_bytes(16)
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True)[:count])
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(lease_token=token, due_at=now + LEASE)
    for row in rows:
        row.lease_token, row.due_at = token, now + LEASE
    return rows


def _send_batch(batch: list[Message], kept: smtp.Transport, stopped: Callable[[], bool]) -> Sent:
    done = Sent()
    taken = _Taken()
    looked = time.monotonic()
    waiting = deque(batch)
    try:
        while waiting:
            if stopped() or clock.now() > waiting[0].due_at - _MARGIN:
                break
            if time.monotonic() - looked > _FRESH:
                looked = time.monotonic()
                waiting = _still_there(waiting)
                continue
            done += _send_one(waiting[0], kept, taken)
            waiting.popleft()
    except smtp.Away as error:
        done += Sent(trouble=str(error))
    finally:
        # Whatever ends the round, what the server took is written down first.
        taken.write()
    _hand_back(list(waiting))
    return done


def _still_there(waiting: Iterable[Message]) -> deque[Message]:
    """The messages without those that were forgotten since they were leased."""
    rows = list(waiting)
    there = set(Message.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return deque(row for row in rows if row.pk in there)


class _Taken:
    """Messages that the server took, written down many at once."""

    def __init__(self) -> None:
        self._rows: list[Message] = []
        self._since = 0.0

    def add(self, message: Message) -> None:
        """One more; written at once when the first has waited long enough."""
        now = time.monotonic()
        self._since = self._since if self._rows else now
        self._rows.append(message)
        if now - self._since >= _UNWRITTEN:
            self.write()

    def write(self) -> None:
        """One transaction for all."""
        rows, self._rows = self._rows, []
        if not rows:
            return
        numbers = [row.pk for row in rows]
        written = Message.objects.filter(
            pk__in=numbers, state__in=_UNDER_WAY, lease_token=rows[0].lease_token
        ).update(
            state=Message.State.SENT,
            sent_at=clock.now(),
            attempts=F("attempts") + 1,
            lease_token=None,
            # The links in it are of no use here any more.
            params_sealed=b"",
            last_error="",
        )
        if written < len(rows):
            # Forgotten while it was on its way: nothing of it may stay in the local outbox.
            there = set(Message.objects.filter(pk__in=numbers).values_list("pk", flat=True))
            outbox.remove([number for number in numbers if number not in there])


def _send_one(message: Message, kept: smtp.Transport, taken: _Taken | None = None) -> Sent:
    """Sends one message; the outcome is kept at once, or with those of others where `taken` gathers them."""
    gathered = taken or _Taken()
    once = message.kind in ONCE
    at_end = partial(_mark_handed, message) if once else None
    try:
        kept.deliver(message.pk, message.kind, _rendered(message), at_end=at_end)
    except _Forgotten:
        return Sent()
    except smtp.Unsure as error:
        return _leave(message, str(error))
    except smtp.Refused as error:
        _fail(message, error.code, dead=error.dead)
        return Sent(failed=1)
    except smtp.Later as error:
        return _wait(message, str(error))
    gathered.add(message)
    if taken is None or once:
        gathered.write()
    return Sent(sent=1)


class _Forgotten(Exception):
    """The message is not this sender's to send any more: nothing was sent."""


def _mark_handed(message: Message) -> None:
    """From here on nobody sends the message again, whatever becomes of this sender."""
    if not _held_by(message).update(state=Message.State.HANDED):
        raise _Forgotten


def _leave(message: Message, code: str) -> Sent:
    """Keeps a message as handed over: whether it arrived, nobody here can know."""
    _held_by(message).update(lease_token=None, last_error=f"no answer {code}"[:120])
    log.warning("message %d (%s): no answer to its end; it is not sent again", message.pk, message.kind)
    return Sent(failed=1)


def _rendered(message: Message) -> Rendered:
    try:
        return render(message)
    except keys.KeyMissing as error:
        raise smtp.Away(str(error)) from error
    except BadAddress:
        raise smtp.Refused("no address") from None
    except vault.Passed:
        # Put back from a backup: what is left of it is no use to anybody.
        raise smtp.Refused("passed") from None
    except vault.VaultError:
        log.error("message %d (%s) does not open with the keys of this site", message.pk, message.kind)
        raise smtp.Later("sealed") from None
    except Exception as error:  # a template of one kind must not stop every other mail
        log.error("message %d (%s) cannot be rendered: %s", message.pk, message.kind, type(error).__name__)
        raise smtp.Later(f"render {type(error).__name__}") from error


def _held_by(message: Message) -> QuerySet[Message]:
    """The row while this sender's lease stands: another that took over is not disturbed."""
    return Message.objects.filter(pk=message.pk, state__in=_UNDER_WAY, lease_token=message.lease_token)


def _hand_back(rows: list[Message]) -> None:
    if rows:
        Message.objects.filter(
            pk__in=[row.pk for row in rows], state=Message.State.QUEUED, lease_token=rows[0].lease_token
        ).update(lease_token=None, due_at=clock.now())


def _fail(message: Message, code: str, *, dead: bool = False) -> None:
    with transaction.atomic():
        _held_by(message).update(
            state=Message.State.FAILED,
            attempts=message.attempts + 1,
            lease_token=None,
            params_sealed=b"",
            last_error=code[:120],
        )
        if dead:
            queue.suppress(hashed=bytes(message.address_key), reason=Suppression.Reason.REFUSED, code=code)
    log.warning("message %d (%s) failed: %s", message.pk, message.kind, code)


def _wait(message: Message, code: str) -> Sent:
    now = clock.now()
    due = next_attempt(message.attempts, now)
    if now - message.created_at > GIVE_UP:
        _fail(message, f"given up: {code}")
        return Sent(failed=1)
    _held_by(message).update(
        state=Message.State.QUEUED,
        attempts=message.attempts + 1,
        lease_token=None,
        due_at=due,
        last_error=code[:120],
    )
    return Sent(retried=1)


def next_attempt(attempts: int, now: datetime) -> datetime:
    """When to try again: a minute after the first failure, doubling up to six hours, never all at once."""
    wait = min(_FIRST_WAIT * 2 ** min(attempts, 16), _LONGEST_WAIT)
    jittered = wait * random.uniform(1.0, 1.25)  # noqa: S311  spreads load, hides nothing
    return now + timedelta(seconds=min(jittered, _LONGEST_WAIT))
