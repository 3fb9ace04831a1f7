"""A name that is taken back takes every bundle and every edition with it that may hold it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from undersigned.signing.delivery import kept
from undersigned.signing.editions import guard as editions
from undersigned.signing.models import Delivery, Signature


def left(rows: Iterable[Signature], now: datetime) -> None:
    """Nobody is handed the names of these again, in the caller's transaction.

    Whoever is in a bundle had agreed to it and was recorded under its checkpoint. Who agreed later than
    the bundle was made counts as in it: a bundle too many is made anew, a name too many is not handed out.
    """
    rows = list(rows)
    editions.left(rows, now)
    for row in rows:
        if row.for_addressee and row.leaf_index is not None:
            # One that is being made has no size yet: its maker finds the mark, and starts again.
            may_hold = Q(log_size=0) | Q(log_size__gt=row.leaf_index)
            _go(Delivery.objects.filter(may_hold, appeal=row.appeal_id), Delivery.Gone.PEOPLE, now)


def over(appeal: int, now: datetime) -> None:
    """The time for which an appeal's personal data are kept is over."""
    _go(Delivery.objects.filter(appeal=appeal), Delivery.Gone.RETENTION, now)


def _go(found: QuerySet[Delivery], why: Delivery.Gone, now: datetime) -> None:
    rows = list(found.filter(gone_at__isnull=True).values_list("pk", "public_id", "made_at"))
    if not rows:
        return
    found.filter(gone_at__isnull=True).update(gone_at=now, gone_why=why)
    # Read again: one that was being made a moment ago may be there now.
    kept_now = Delivery.objects.filter(pk__in=[row[0] for row in rows], made_at__isnull=False)
    for public_id in kept_now.values_list("public_id", flat=True):
        transaction.on_commit(lambda name=public_id: kept.discard(name))  # type: ignore[misc]
