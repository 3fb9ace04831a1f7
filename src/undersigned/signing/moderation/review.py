"""Holding everything for review: from a moment on each confirmed signature waits for a moderator."""

from datetime import datetime

from django.db import transaction

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock


@transaction.atomic
def set_review(*, actor: User, appeal: Appeal, on: bool, at: datetime | None = None) -> Appeal:
    """Holds every signature that is confirmed from now on, or none; what is held stays. Raises Forbidden.

    First signatories, whom the organisers chose themselves, are never held.
    """
    row = Appeal.objects.select_for_update(of=("self",)).select_related("team").get(pk=appeal.pk)
    require(actor, "roll.moderate", row.team)
    if on != (row.reviewed_since is not None):
        row.reviewed_since = (at or clock.now()) if on else None
        row.save(update_fields=["reviewed_since"])
        audit.record(team=row.team, actor=actor, verb="roll.review", subject=f"appeal:{row.slug}", on=on)
    return row
