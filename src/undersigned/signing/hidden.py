"""Hide all names now: one switch that takes every name of an appeal off every page and file, and back.

Hidden are people, their dated lines, and organisations with their officers: whoever looks for somebody
in danger looks there too. Counts, log and receipts stay as they are. Nothing is deleted: shown again,
the same people stand there. Every reading for the public asks the appeal's row, so that no process
has to be told; a page in memory is asked for again within a second.
"""

from datetime import datetime

from django.db import transaction

from undersigned.accounts import audit
from undersigned.accounts.models import AuditRecord, User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, journal
from undersigned.signing.models import Delivery
from undersigned.signing.moderate import clean_reason

HIDE, SHOW = "names.hide", "names.show"


class NotPossible(Exception):
    """The names are hidden already, or are not; nothing was changed."""


@transaction.atomic
def hide(*, actor: User, appeal: Appeal, reason: str, at: datetime | None = None) -> Appeal:
    """Names nobody who signed from now on, anywhere in public.

    Raises Forbidden, ValidationError, NotPossible.
    """
    now = at or clock.now()
    row, reason = _locked(actor, appeal, reason)
    if row.names_hidden_at is not None:
        raise NotPossible
    # Durable before the commit: names that are hidden stay hidden when an older copy is restored.
    journal.append([f"{now.date().isoformat()} {HIDE} {row.public_id}"])
    row.names_hidden_at = now
    row.save(update_fields=["names_hidden_at"])
    # What is being made at this moment may have read half of the names: it begins anew once they are shown.
    unmade = Delivery.objects.filter(appeal=row, made_at__isnull=True, problem="", gone_at__isnull=True)
    unmade.update(gone_at=now, gone_why=Delivery.Gone.PEOPLE)
    audit.record(team=row.team, actor=actor, verb=HIDE, subject=f"appeal:{row.slug}", reason=reason)
    return row


@transaction.atomic
def show(*, actor: User, appeal: Appeal, reason: str) -> Appeal:
    """Names them again, as each chose to be shown; raises as `hide` does."""
    row, reason = _locked(actor, appeal, reason)
    if row.names_hidden_at is None:
        raise NotPossible
    journal.append([f"{clock.now().date().isoformat()} {SHOW} {row.public_id}"])
    row.names_hidden_at = None
    row.save(update_fields=["names_hidden_at"])
    audit.record(team=row.team, actor=actor, verb=SHOW, subject=f"appeal:{row.slug}", reason=reason)
    return row


def replay(at: datetime | None = None) -> int:
    """Hides again, after a restore, whatever was hidden last; of how many appeals."""
    said = {parts[2]: parts[1] for parts in journal.words() if len(parts) == 3 and parts[1] in (HIDE, SHOW)}
    hidden = [public_id for public_id, verb in said.items() if verb == HIDE]
    rows = Appeal.objects.filter(public_id__in=hidden, names_hidden_at__isnull=True)
    return rows.update(names_hidden_at=at or clock.now())


def last(appeal: Appeal) -> AuditRecord | None:
    """Who hid or showed the names last, when and why."""
    rows = AuditRecord.objects.filter(
        team=appeal.team, subject=f"appeal:{appeal.slug}", verb__in=(HIDE, SHOW)
    )
    return rows.select_related("actor").order_by("-pk").first()


def _locked(actor: User, appeal: Appeal, reason: str) -> tuple[Appeal, str]:
    row = Appeal.objects.select_for_update(of=("self",)).select_related("team").get(pk=appeal.pk)
    require(actor, "names.hide", row.team)
    return row, clean_reason(reason)
