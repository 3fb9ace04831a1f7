"""Mail whose address goes with its delivery: sealed under keys that last a minute, emptied once it is sent.

A message of a sealed appeal is sealed under the passing key of a quarter of a minute. Once it was handed
over, or given up, address and words are overwritten in the row; the row itself, with the keyed hash by
which an address gets only so many mails a day, goes a day later. When no message needs a key any more it is
destroyed: whatever copy of the row a log of the database or a freed page still holds opens for nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from undersigned.lib import clock, emptied, keys, rows, vault
from undersigned.mailroom.models import Message, PassingMail

# As long as the messages of a day are counted.
KEPT = timedelta(hours=25)
_SERVED = (Message.State.SENT, Message.State.FAILED, Message.State.DROPPED)
# A process that took the key in the last second of its span has used it by then.
_STILL_USED = 30
_CHUNK = 500
TABLES = ("mailroom_message", "mailroom_passingmail")
# What was overwritten may still lie in the database's log: tried again until it is emptied.
_left = {"to empty": False}


def mark(message_keys: Sequence[str], span: int | None) -> None:
    """Files messages, by their keys, as passing; in the transaction that queues them."""
    if not message_keys:
        return
    among, values = rows.among("key", "text", list(message_keys))
    now = rows.stored(clock.now())
    found = rows.fetch(f"SELECT id FROM mailroom_message WHERE {among}", values)  # noqa: S608
    _INSERT.run([(pk, span, now) for (pk,) in found])


_INSERT = rows.Insert(
    "mailroom_passingmail",
    {"message_id": "bigint", "span": "bigint", "created_at": "timestamptz"},
    {},
    "ON CONFLICT (message_id) DO NOTHING",
)


def tidy(now: datetime | None = None) -> int:
    """Empties what was delivered, deletes what is a day old, destroys keys; gives the number emptied."""
    at = now or clock.now()
    emptied_now = _empty()
    gone = _delete(at)
    if emptied_now or gone:
        _left["to empty"] = True
    _destroy_keys(at)
    if _left["to empty"]:
        _left["to empty"] = not emptied.sweep(TABLES)
    return emptied_now


def _empty() -> int:
    done = 0
    waiting = PassingMail.objects.filter(span__isnull=False, message__state__in=_SERVED)
    while numbers := list(waiting.values_list("pk", flat=True)[:_CHUNK]):
        with transaction.atomic():
            Message.objects.filter(pk__in=numbers, state__in=_SERVED).update(to_sealed=b"", params_sealed=b"")
            PassingMail.objects.filter(pk__in=numbers).update(span=None)
        done += len(numbers)
    return done


def _delete(at: datetime) -> int:
    old = PassingMail.objects.filter(span__isnull=True, created_at__lte=at - KEPT)
    numbers = list(old.values_list("pk", flat=True)[:_CHUNK])
    if numbers:
        Message.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _destroy_keys(at: datetime) -> None:
    names = keys.names("passing")
    if not names:
        return
    over = (int(at.timestamp()) - _STILL_USED) // vault.PASSING_SECONDS
    needed = set(PassingMail.objects.filter(span__isnull=False).values_list("span", flat=True).distinct())
    for name in names:
        span = int(name.removeprefix("passing-"))
        if span < over and span not in needed:
            keys.destroy(name)
