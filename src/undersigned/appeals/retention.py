"""Until when what leads to persons is kept: set by the team, told to signers, and noted when it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.appeals.retention_models import Retention, RetentionReport
from undersigned.lib import clock

PARTS = ("notes", "scans", "carriers")
What = RetentionReport.What


@dataclass(frozen=True)
class Kept:
    """Days after closing for which each kind is kept."""

    contacts: int
    notes: int
    scans: int
    carriers: int


def kept(appeal: Appeal) -> Kept:
    """What holds for an appeal: nothing outlives the contact data."""
    row = Retention.objects.filter(appeal=appeal).first()
    days = {name: getattr(row, f"{name}_days", None) for name in PARTS}
    most = appeal.retention_days
    return Kept(most, **{name: most if value is None else min(value, most) for name, value in days.items()})


@transaction.atomic
def keep_for(*, actor: User, appeal: Appeal, contacts: int, notes: int, scans: int, carriers: int) -> Kept:
    """Sets the days; raises Forbidden, ValidationError.

    Once people may have signed, days are only shortened: they agreed to what the notice told them.
    """
    require(actor, "appeal.edit", appeal.team)
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    before = kept(current)
    wanted = Kept(contacts, notes, scans, carriers)
    for name, days in vars(wanted).items():
        if not 0 <= days <= contacts:
            raise ValidationError({name: _("Nothing is kept longer than the contact data.")})
        if current.state != Appeal.State.DRAFT and days > getattr(before, name):
            raise ValidationError(
                {name: _("People agreed to shorter times: once an appeal is open they are only shortened.")}
            )
    profiles.check_retention(current, contacts)
    Appeal.objects.filter(pk=current.pk).update(retention_days=contacts)
    Retention.objects.update_or_create(
        appeal=current,
        defaults={f"{name}_days": getattr(wanted, name) for name in PARTS} | {"changed_at": clock.now()},
    )
    audit.record(
        team=appeal.team, actor=actor, verb="appeal.retention", subject=f"appeal:{appeal.slug}",
        **vars(wanted),
    )  # fmt: skip
    return wanted


def is_over(appeal: Appeal, days: int, now: datetime) -> bool:
    """Whether so many days have passed since the appeal was closed."""
    return appeal.closed_at is not None and appeal.closed_at + timedelta(days=days) <= now


def note(appeal: int, what: RetentionReport.What, number: int, at: datetime) -> None:
    """Notes that so many went, in the caller's transaction; nothing where nothing went."""
    if not number:
        return
    row, made = RetentionReport.objects.get_or_create(
        appeal_id=appeal, what=what, on=at.date(), defaults={"number": number}
    )
    if not made:
        RetentionReport.objects.filter(pk=row.pk).update(number=F("number") + number)
