"""What carriers have collected: recorded signatures, read through `Signature.carrier`.

Under embargo nothing is recorded yet: then the confirmed ones are counted, by the day of confirming.

Signing stands above this app and is never imported; its foreign key gives every carrier `signatures`.
The partial index behind it makes the cost that of the carrier's own signatures, not of the appeal's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Carrier

DAYS = 60
_RECORDED = Q(signatures__state="recorded")
_UNSEEN = Q(signatures__state="confirmed", appeal__state=Appeal.State.EMBARGO)


@dataclass(frozen=True)
class Day:
    """How many signatures of a carrier were recorded on a day."""

    day: date
    count: int


def counts(numbers: Sequence[int]) -> dict[int, int]:
    """Recorded signatures by carrier; those with none are left out."""
    if not numbers:
        return {}
    rows = Carrier.objects.filter(_RECORDED | _UNSEEN, pk__in=list(numbers)).values("pk")
    return {row["pk"]: row["n"] for row in rows.annotate(n=Count("signatures")).order_by()}


def per_day(carrier: Carrier, *, until: date, days: int = DAYS) -> list[Day]:
    """The last days of a carrier's count, those without a signature too."""
    first = until - timedelta(days=days - 1)
    unseen = carrier.appeal.state == Appeal.State.EMBARGO
    state, moment = ("confirmed", "confirmed_at") if unseen else ("recorded", "recorded_at")
    rows = (
        Carrier.objects.filter(
            Q(**{"signatures__state": state, f"signatures__{moment}__date__gte": first}), pk=carrier.pk
        )
        .annotate(day=TruncDate(f"signatures__{moment}"))
        .values("day")
        .annotate(n=Count("signatures"))
        .order_by("day")
    )
    found = {row["day"]: row["n"] for row in rows}
    return [Day(day, found.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]
