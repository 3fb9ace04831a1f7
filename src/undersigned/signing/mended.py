"""After a loss of the database: rows from an old copy follow what the log has said since.

The log tells which signatures were undone or changed, not what became of their people. What is not
known any more is decided in favour of silence: contact data go, a name that was changed is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from undersigned.appeals.models import Appeal
from undersigned.ledger import read
from undersigned.ledger.append import chunked
from undersigned.ledger.models import Log
from undersigned.lib import clock
from undersigned.mailroom import queue
from undersigned.signing import erase, mails
from undersigned.signing.editions import guard
from undersigned.signing.models import (
    Amendment,
    DelayedLine,
    Person,
    PublicLine,
    SealedPerson,
    Signature,
    Undo,
)
from undersigned.signing.organisations import tidy
from undersigned.tlog import leaf as leaves_of

_BLANK = {"name": "", "affiliation": "", "role": "", "place": "", "country": "", "sort_key": b""}


@transaction.atomic
def after_mending(mended: Log, *, now: datetime | None = None) -> int:
    """Ends rows that a restored database believes to stand and whose undo was adopted; their number."""
    locked = Log.objects.select_for_update().get(pk=mended.pk)
    at = now or clock.now()
    _undo_erased(locked, at)
    adopted = _adopted(locked)
    named = {leaf.sign for _index, leaf in adopted if isinstance(leaf, leaves_of.Undo | leaves_of.Amend)}
    return reconcile(locked, named, now=at)


def reconcile(locked: Log, indexes: Iterable[int], *, now: datetime) -> int:
    """Signatures that were undone stand no longer, changed ones are hidden; gives the number that ended."""
    wanted = set(indexes)
    if not wanted:
        return 0
    appeal = Appeal.objects.filter(public_id=locked.appeal_id).first()
    if appeal is not None:
        guard.all_of(appeal.pk, now)
    _hide_changed(locked, wanted)
    ended = 0
    for chunk in chunked(sorted(read.dead_leaves(locked, wanted))):
        rows = _standing(locked, chunk)
        _end(rows, now)
        ended += len(rows)
    return ended


def _adopted(locked: Log) -> list[tuple[int, leaves_of.Leaf]]:
    rows = locked.leaves.filter(adopted=True).order_by("index").values_list("index", "entry")
    return [(index, leaves_of.parse(bytes(entry))) for index, entry in rows.iterator()]


def _standing(locked: Log, indexes: Sequence[int]) -> list[Signature]:
    found = Signature.objects.filter(
        appeal__public_id=locked.appeal_id, leaf_index__in=indexes, state__in=Signature.LIVE
    )
    return list(found)


def _end(rows: Sequence[Signature], now: datetime) -> None:
    """As after a withdrawal: a dated line without a name remains."""
    numbers = [row.pk for row in rows]
    PublicLine.objects.filter(pk__in=numbers).update(listed=False, **_BLANK)
    Person.objects.filter(pk__in=numbers).delete()
    SealedPerson.objects.filter(pk__in=numbers).delete()
    DelayedLine.objects.filter(pk__in=numbers).delete()
    Signature.objects.filter(pk__in=numbers).update(
        state=Signature.State.WITHDRAWN, ended_at=now, keeps_name=False, salt_public=None, salt_private=None,
        wants_updates=False, for_addressee=False, for_edition=False,
    )  # fmt: skip
    for row in rows:
        queue.forget(subject_ref=mails.subject_ref(row))
    tidy.after_mending([row.pk for row in rows if row.kind == Signature.Kind.ORG], now)


def _hide_changed(locked: Log, indexes: set[int]) -> None:
    """Who changed the shown name since the copy was made is counted, not listed, until they choose again."""
    last = {
        leaf.sign: (index, leaf.commitment)
        for index, leaf in _adopted(locked)
        if isinstance(leaf, leaves_of.Amend)
    }
    for chunk in chunked(sorted(indexes.intersection(last))):
        known = {commitment for _index, commitment in last.values()} | _chosen_since(locked, chunk, last)
        numbers = [row.pk for row in _standing(locked, chunk) if row.commitment not in known]
        PublicLine.objects.filter(pk__in=numbers).update(listed=False, **_BLANK)
        Signature.objects.filter(pk__in=numbers).update(
            display=Signature.Display.UNLISTED, salt_public=None, salt_private=None
        )


def _chosen_since(locked: Log, signs: Sequence[int], last: Mapping[int, tuple[int, str]]) -> set[str]:
    """Commitments of changes that the database itself knows and that are newer than the adopted ones."""
    adopted = {leaf.commitment for _index, leaf in _adopted(locked) if isinstance(leaf, leaves_of.Amend)}
    rows = Amendment.objects.filter(appeal__public_id=locked.appeal_id, sign_leaf__in=signs)
    return {
        commitment
        for sign, index, commitment in rows.values_list("sign_leaf", "leaf_index", "commitment")
        if commitment not in adopted and (index is None or index > last[sign][0])
    }


def _undo_erased(locked: Log, now: datetime) -> None:
    """Leaves of erased people whose undo was lost with the database are undone after all."""
    appeal = Appeal.objects.filter(public_id=locked.appeal_id).first()
    if appeal is None:
        return
    leaves = erase.leaves_erased(locked.appeal_id)
    for index in sorted(leaves - read.dead_leaves(locked, leaves)):
        Undo.objects.get_or_create(
            appeal=appeal, sign_leaf=index, defaults={"why": "own", "requested_at": now}
        )
