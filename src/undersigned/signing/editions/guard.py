"""A name that is taken back takes every file with it that may hold it, at once; a worker makes new ones."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from undersigned.signing.editions import kept
from undersigned.signing.models import EditionBuild, Signature


def left(rows: Iterable[Signature], now: datetime) -> None:
    """Nobody is handed the names of these again, in the caller's transaction.

    Whoever is in an edition had agreed to it and was recorded. Whether they were so when it was made is not
    asked: an edition too many is made anew, a name too many is not handed out.
    """
    for appeal in {row.appeal_id for row in rows if row.for_edition and row.leaf_index is not None}:
        all_of(appeal, now)


def all_of(appeal: int, now: datetime) -> None:
    """Nothing that was made of this appeal so far is handed out again, in the caller's transaction."""
    # One that is being made is marked as well: its maker finds the mark, and starts again.
    found = EditionBuild.objects.filter(appeal=appeal, gone_at__isnull=True)
    numbers = list(found.values_list("pk", flat=True))
    if not numbers:
        return
    found.update(gone_at=now)
    # Read again: one that was being made a moment ago may be there now.
    there = EditionBuild.objects.filter(pk__in=numbers, made_at__isnull=False)
    for public_id in there.values_list("public_id", flat=True):
        transaction.on_commit(lambda name=public_id: kept.discard(name))  # type: ignore[misc]
