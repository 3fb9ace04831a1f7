"""Whether the web addresses of sources still answer: looked at one by one, slowly, and only where wanted."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connections
from django.db.models import F, Q, QuerySet

from undersigned.appeals.models import Appeal, LinkCheck, Source
from undersigned.appeals.sources import touch
from undersigned.lib import clock, reach
from undersigned.lib.reach import PUBLIC, Answer, Reach

log = logging.getLogger(__name__)

Outcome = LinkCheck.Outcome

_AGAIN = timedelta(days=30)
_TROUBLED = timedelta(days=1)
# Whoever looks has it for so long; another publisher does not ask at the same time.
_LEASE = timedelta(minutes=10)
PAUSE = 60.0


def watch(stop: threading.Event, pause: float = PAUSE) -> None:
    """Looks at one address after the other until `stop` is set."""
    while not stop.wait(pause):
        close_old_connections()
        try:
            check_next(now=clock.now())
        except DatabaseError as error:
            log.warning("links wait: %s", type(error).__name__)
    # A thread's connections are its own, and nobody else would close them.
    connections.close_all()


def check_next(*, now: datetime, within: Reach = PUBLIC) -> LinkCheck | None:
    """Looks at the address that waits longest; None when none is due."""
    source = next(iter(_waiting(now)), None)
    return None if source is None else check(source, now=now, within=within)


def check_all(*, now: datetime, everything: bool = False, within: Reach = PUBLIC) -> Iterator[LinkCheck]:
    """Looks at all that are due, or at all there are, one after the other."""
    due = _linked() if everything else _waiting(now)
    for pk in list(due.values_list("pk", flat=True)):
        yield check(Source.objects.select_related("appeal").get(pk=pk), now=now, within=within)


def check(source: Source, *, now: datetime, within: Reach = PUBLIC) -> LinkCheck:
    """Looks at a source's address and notes what it answers; readers' pages change where that changes."""
    url = str(source.csl.get("URL", ""))
    row, _made = LinkCheck.objects.update_or_create(
        source=source,
        defaults={"due_at": now + _LEASE},
        create_defaults={"url": url, "outcome": Outcome.UNSURE, "checked_at": now, "due_at": now + _LEASE},
    )
    was_lost = row.is_lost
    if row.url != url:
        row.url, row.troubled_since, was_lost = url, None, False
    answer = reach.look(url, within)
    row.outcome, row.detail = _meaning(answer), answer.failure or str(answer.status)
    row.checked_at = now
    troubled = row.outcome in (Outcome.MISSING, Outcome.UNREACHABLE)
    row.troubled_since = (row.troubled_since or now) if troubled else None
    row.due_at = now + (_TROUBLED if troubled else _AGAIN)
    row.save()
    if row.is_lost or was_lost:
        touch(source.appeal)
    return row


def _meaning(answer: Answer) -> LinkCheck.Outcome:
    if answer.failure in ("private", "address"):
        return Outcome.REFUSED
    if answer.failure or answer.status >= 500:
        return Outcome.UNREACHABLE
    if answer.status in (404, 410):
        return Outcome.MISSING
    # Many servers refuse programs what they show to people.
    return Outcome.FOUND if answer.status < 400 else Outcome.UNSURE


def _linked() -> QuerySet[Source]:
    """Sources with an address, of appeals that are public: a draft is nobody's business yet."""
    public = Source.objects.filter(
        appeal__state__in=(Appeal.State.OPEN, Appeal.State.CLOSED), appeal__is_demonstration=False
    )
    oldest = F("link_check__due_at").asc(nulls_first=True)
    return public.filter(csl__has_key="URL").select_related("appeal").order_by(oldest, "pk")


def _waiting(now: datetime) -> QuerySet[Source]:
    return _linked().filter(Q(link_check__isnull=True) | Q(link_check__due_at__lte=now))


def known(source: Source) -> LinkCheck | None:
    """What the last look at the source's present address gave."""
    row = getattr(source, "link_check", None)
    return row if row is not None and row.url == source.csl.get("URL") else None
