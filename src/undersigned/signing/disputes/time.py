"""What time does to disputes: the deadline is told, what was never confirmed goes, and words go after it.

A deadline that passes strikes nobody out and shows nobody again: the name stays out of sight and the
signature counts until the team decides. Team and disputer are told so, once.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.mailroom import queue
from undersigned.signing.disputes import freeze, kept, mails
from undersigned.signing.models import Decision, Dispute, RefusalWords

# What was written goes so long after the decision.
KEPT_FOR = timedelta(days=30)
# In a sealed appeal no longer than the answer may take.
_SEALED_FOR = timedelta(days=2)
_CHUNK = 200
_State = Dispute.State


def tell_overdue(now: datetime | None = None) -> int:
    """Tells team and disputer, once, of each dispute whose deadline has passed; gives their number."""
    at = now or clock.now()
    due = Dispute.objects.filter(state=_State.OPEN, due_at__lte=at, overdue_told_at__isnull=True)
    numbers = list(due.order_by("due_at").values_list("pk", flat=True)[:_CHUNK])
    for number in numbers:
        with transaction.atomic():
            rows = Dispute.objects.select_for_update(of=("self",)).select_related("appeal__team")
            row = rows.get(pk=number)
            if row.state == _State.OPEN and row.overdue_told_at is None:
                row.overdue_told_at = at
                row.save(update_fields=["overdue_told_at"])
                mails.answer(row, "dispute-overdue")
                mails.team(row, "dispute-late")
    return len(numbers)


def tidy(now: datetime | None = None) -> int:
    """Deletes what was not confirmed in time, and the words of what was decided long ago; of how many."""
    at = now or clock.now()
    asked = Dispute.objects.filter(state=_State.ASKED, created_at__lte=at - freeze.ASKED_FOR)
    gone = 0
    while rows := list(asked.order_by("created_at")[:_CHUNK]):
        with transaction.atomic():
            queue.forget_many([kept.subject_ref(row) for row in rows])
            Dispute.objects.filter(pk__in=[row.pk for row in rows]).delete()
        gone += len(rows)
    over = Q(decided_at__lte=at - KEPT_FOR)
    over |= Q(decided_at__lte=at - _SEALED_FOR, appeal__sealed_at__isnull=False)
    decided = Dispute.objects.filter(over, state__in=(_State.UPHELD, _State.DISMISSED, _State.NONE))
    decided = decided.exclude(sealed=b"")
    return gone + _blank(list(decided[:_CHUNK]))


def _blank(rows: list[Dispute]) -> int:
    with transaction.atomic():
        if rows:
            queue.forget_many([kept.subject_ref(row) for row in rows])
        Dispute.objects.filter(pk__in=[row.pk for row in rows]).update(
            sealed=b"", reason="", address_key=None
        )
    return len(rows)


def erase_expired(appeal: Appeal) -> int:
    """At the end of retention the words of disputes and decisions go; what was decided stays. Of how many."""
    found = Dispute.objects.filter(appeal=appeal)
    erased = _blank(list(found.exclude(sealed=b"")))
    found.filter(state=_State.ASKED).delete()
    found.update(reason="", address_key=None)
    Decision.objects.filter(appeal=appeal).update(reason="", value="")
    RefusalWords.objects.filter(appeal=appeal).delete()
    return erased
