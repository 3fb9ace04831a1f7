"""What the worker does for circulation: carries runs on, and learns what became of the mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from undersigned.circulation import dispatch, enclosed_pdf, expire
from undersigned.circulation.models import Carrier, Dispatch, ListPreview
from undersigned.circulation.post import UNSURE, cover_key
from undersigned.lib import clock
from undersigned.mailroom import enclosures, queue
from undersigned.mailroom.models import Message

# So long a round keeps other work waiting at most.
_STEPS = 10
# So many covering letters wait in the mailroom at most: what a pause does not hold back any more.
WAITING = 500
_LOOKED_AT = 500
# How long after the last mail an open question becomes silence where no deadline was given.
SILENCE = timedelta(days=14)
_BOUNCES_COME = timedelta(days=10)
_PREVIEW_KEPT = timedelta(days=1)


def go(now: datetime | None = None, *, all_at_once: bool = False) -> int:
    """Carries on every run by some chunks and looks what was sent; how many carriers were seen.

    The mailroom is given no more than it sends in a few seconds, so that a pause is one, unless all is
    to be given to it at once.
    """
    if queue.is_held():
        # After a restore nobody knows whom the run has written to since the backup: a person decides.
        Dispatch.objects.filter(state=Dispatch.State.RUNNING).update(state=Dispatch.State.PAUSED)
    learn(now or clock.now())
    seen = 0
    for number in list(Dispatch.objects.filter(state=Dispatch.State.RUNNING).values_list("pk", flat=True)):
        for _turn in range(_STEPS):
            if not all_at_once and _waiting() > WAITING - dispatch.CHUNK:
                break
            dispatch.print_ahead(number)
            handled = dispatch.step(number)
            seen += handled
            if handled < dispatch.CHUNK:
                break
    return seen


def _waiting() -> int:
    """Covering letters that the mailroom has and has not sent, counted up to the limit."""
    on_way = Carrier.objects.filter(queued_at__isnull=False, sent_at__isnull=True, refused_at__isnull=True)
    return on_way[:WAITING].count()


def learn(now: datetime) -> int:
    """Marks as sent or refused whatever the mailroom has dealt with since; how many."""
    marked, after = 0, 0
    while True:
        on_way = Carrier.objects.filter(
            queued_at__isnull=False, sent_at__isnull=True, refused_at__isnull=True, pk__gt=after
        )
        rows = list(on_way.order_by("pk").values_list("pk", flat=True)[:_LOOKED_AT])
        if not rows:
            return marked
        after = rows[-1]
        marked += _learn(rows, now)


def _learn(numbers: Sequence[int], now: datetime) -> int:
    dealt = _messages(numbers, (Message.State.SENT, Message.State.FAILED, Message.State.HANDED))
    with transaction.atomic():
        for number, (state, sent_at, error) in dealt.items():
            if state == Message.State.HANDED:
                Carrier.objects.filter(pk=number, sent_at__isnull=True).update(sent_at=now, refusal=UNSURE)
            elif state == Message.State.SENT:
                Carrier.objects.filter(pk=number, sent_at__isnull=True).update(sent_at=sent_at)
            else:
                Carrier.objects.filter(pk=number, refused_at__isnull=True).update(
                    refused_at=now, refusal=error[:40], sent_at=sent_at
                )
    return len(dealt)


def _messages(numbers: Sequence[int], states: Sequence[str]) -> dict[int, tuple[str, datetime | None, str]]:
    keys = {cover_key(number): number for number in numbers}
    rows = Message.objects.filter(key__in=list(keys), state__in=states).exclude(
        # With a sender that lives: its answer may come at any moment.
        state=Message.State.HANDED,
        lease_token__isnull=False,
        due_at__gt=clock.now(),
    )
    return {
        keys[key]: (state, sent_at, error)
        for key, state, sent_at, error in rows.values_list("key", "state", "sent_at", "last_error")
    }


def tidy(now: datetime | None = None) -> None:
    """Marks bounces and silence, and lets go of lists that nobody took."""
    now = now or clock.now()
    _bounces(now)
    _silence(now)
    expire.erase_due(now)
    ListPreview.objects.filter(created_at__lt=now - _PREVIEW_KEPT).delete()
    enclosures.drop_unused(now)
    enclosed_pdf.drop_unused()


def _bounces(now: datetime) -> None:
    after = 0
    while True:
        rows = list(
            Carrier.objects.filter(
                sent_at__gt=now - _BOUNCES_COME,
                answered_at__isnull=True,
                silent_at__isnull=True,
                revoked_at__isnull=True,
                refused_at__isnull=True,
                pk__gt=after,
            )
            .order_by("pk")
            .values_list("pk", flat=True)[:_LOOKED_AT]
        )
        if not rows:
            return
        after = rows[-1]
        _learn([*_messages(rows, (Message.State.FAILED,))], now)


def _silence(now: datetime) -> None:
    """An answer that did not come by the deadline, or two weeks after the last mail."""
    late = Q(deadline__lte=now) | (
        Q(deadline__isnull=True)
        & Q(sent_at__lte=now - SILENCE)
        & (Q(reminded_at__isnull=True) | Q(reminded_at__lte=now - SILENCE))
    )
    Carrier.objects.filter(
        late,
        sent_at__isnull=False,
        answered_at__isnull=True,
        silent_at__isnull=True,
        revoked_at__isnull=True,
        refused_at__isnull=True,
    ).update(silent_at=now)
