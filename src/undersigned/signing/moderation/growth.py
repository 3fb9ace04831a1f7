"""How an appeal grew: kept with each batch, read without looking at a signature."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Sum
from django.db.models.functions import TruncDay

from undersigned.appeals.models import Appeal
from undersigned.signing.models import Growth

# So many bars at most: beyond that, hours become days, and the oldest days are left out.
HOURS = 72
DAYS = 120


@dataclass(frozen=True)
class Step:
    """One bar: from when on, how many were recorded, and how many there were in all at its end."""

    at: datetime
    recorded: int
    total: int


@dataclass(frozen=True)
class Curve:
    """How an appeal grew, by the hour or by the day."""

    steps: list[Step]
    by_day: bool


def add(appeal: Appeal, number: int, now: datetime) -> None:
    """Counts a batch in its hour, or its day where people are at risk; the log's row is locked."""
    if not number:
        return
    at = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if appeal.profile == Appeal.Profile.AT_RISK:
        at = at.replace(hour=0)
    if not Growth.objects.filter(appeal=appeal, at=at).update(recorded=F("recorded") + number):
        Growth.objects.create(appeal=appeal, at=at, recorded=number)


def curve(appeal: Appeal, now: datetime) -> Curve:
    """The last three days by the hour where that is all there is, else the last months by the day."""
    rows = Growth.objects.filter(appeal=appeal)
    first = rows.order_by("at").values_list("at", flat=True).first()
    if first is None:
        return Curve([], by_day=False)
    by_day = appeal.profile == Appeal.Profile.AT_RISK or now - first > timedelta(hours=HOURS)
    if by_day:
        step, end = timedelta(days=1), now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        found = rows.annotate(day=TruncDay("at", tzinfo=UTC)).values("day").order_by()
        counted = dict(
            found.filter(at__gt=end - timedelta(days=DAYS))
            .annotate(n=Sum("recorded"))
            .values_list("day", "n")
        )
        most = DAYS
    else:
        step, end = timedelta(hours=1), now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        counted, most = dict(rows.values_list("at", "recorded")), HOURS
    begin = max(first.astimezone(UTC).replace(minute=0), end - step * (most - 1))
    if by_day:
        begin = begin.replace(hour=0)
    before = rows.filter(at__lt=begin).aggregate(n=Sum("recorded"))["n"] or 0
    return Curve(_steps(counted, begin, end, step, before), by_day)


def _steps(
    counted: dict[datetime, int], begin: datetime, end: datetime, step: timedelta, total: int
) -> list[Step]:
    steps = []
    while begin <= end:
        recorded = counted.get(begin, 0)
        total += recorded
        steps.append(Step(begin, recorded, total))
        begin += step
    return steps
