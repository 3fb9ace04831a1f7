"""The record of what a team did."""

from typing import Any

from undersigned.accounts.models import AuditRecord, Team, User
from undersigned.lib import clock


def record(*, team: Team | None, actor: User | None, verb: str, subject: str, **detail: Any) -> AuditRecord:
    """Writes one audit row in the caller's transaction; `detail` must hold no signatory's personal data."""
    return AuditRecord.objects.create(
        team=team, actor=actor, verb=verb, subject=subject, detail=detail, at=clock.now()
    )
