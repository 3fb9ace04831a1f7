"""Names that appear later than their signatures are counted, where an appeal's profile says so.

Each waits in a row of its own until its midnight; those of several batches appear together, so that nobody
learns from the roll and the log beside each other which name came with which leaf.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.signing.models import DelayedLine, PublicLine, Signature

_CHUNK = 500


def delay(appeal: Appeal, signatures: Sequence[int], recorded: datetime) -> bool:
    """Lets these names wait, in the caller's transaction; False where they appear at once."""
    due = profiles.of(appeal).listed_at(recorded)
    if due is None:
        return False
    DelayedLine.objects.bulk_create(
        [DelayedLine(signature_id=pk, due_at=due) for pk in signatures],
        batch_size=_CHUNK,
        ignore_conflicts=True,
    )
    return True


def go(now: datetime | None = None) -> int:
    """Shows the names whose time has come; gives their number."""
    at, shown = now or clock.now(), 0
    while True:
        with transaction.atomic():
            due = DelayedLine.objects.filter(due_at__lte=at).order_by("due_at", "pk")
            rows = list(due.select_related("signature").only("due_at", "signature__appeal")[:_CHUNK])
            numbers = [row.pk for row in rows]
            shown += (
                PublicLine.objects.filter(
                    pk__in=numbers, listed=False, signature__state=Signature.State.RECORDED
                )
                .exclude(signature__display=Signature.Display.UNLISTED)
                .update(listed=True)
            )
            DelayedLine.objects.filter(pk__in=numbers).delete()
            Appeal.objects.filter(pk__in={row.signature.appeal_id for row in rows}).update(roll_changed_at=at)
        if len(rows) < _CHUNK:
            return shown


def waiting(appeal: int) -> int:
    """How many names of an appeal wait."""
    listed = DelayedLine.objects.filter(signature__appeal=appeal, signature__state=Signature.State.RECORDED)
    return listed.exclude(signature__display=Signature.Display.UNLISTED).count()
