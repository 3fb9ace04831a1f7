"""What the author decides about carriers who vouch: how often, what is a repeat, and the end of all."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.answers import speaking
from undersigned.circulation import revoke
from undersigned.circulation.models import Carrier
from undersigned.lib import clock
from undersigned.lib.fields import FieldError
from undersigned.signing.models import Signature, Voucher, Vouching
from undersigned.signing.models.vouched import QUOTA_MAX
from undersigned.signing.vouch import session
from undersigned.signing.vouch.take_back import end

BATCH = 100


@transaction.atomic
def set_quota(*, actor: User, carrier: Carrier, quota: int) -> Voucher:
    """For how many people a carrier may vouch, never fewer than were; raises Forbidden, FieldError."""
    require(actor, "carriers.manage", carrier.appeal.team)
    voucher = session.of(carrier)
    if not voucher.used <= quota <= QUOTA_MAX:
        raise FieldError(_("Between %(least)s and %(most)s.") % {"least": voucher.used, "most": QUOTA_MAX})
    voucher.quota = quota
    voucher.save(update_fields=["quota"])
    _record(actor, carrier, "carriers.vouch_quota", quota=quota)
    return voucher


@transaction.atomic
def looked(*, actor: User, vouching: Vouching, at: datetime | None = None) -> None:
    """A person of the desk looked at a repeat and lets it stand; raises Forbidden."""
    require(actor, "roll.moderate", vouching.appeal.team)
    rows = Vouching.objects.filter(pk=vouching.pk, is_repeat=True, looked_at__isnull=True)
    if rows.update(looked_at=at or clock.now()):
        audit.record(
            team=vouching.appeal.team, actor=actor, verb="signature.repeat_kept",
            subject=f"signature:{vouching.pk}",
        )  # fmt: skip


def finish(*, actor: User, carrier: Carrier, undo: bool) -> int:
    """Takes a carrier back, and with `undo` all whom the carrier vouched for: how many were struck out now.

    The decision is kept first, then carried out batch by batch; what a crash leaves, the publisher ends.
    Raises Forbidden.
    """
    with transaction.atomic():
        require(actor, "roll.moderate", carrier.appeal.team)
        revoke.revoke(actor=actor, carrier=carrier)
        voucher = session.of(carrier)
        voucher.code_key = voucher.session_key = None
        voucher.undoing_since = clock.now() if undo else voucher.undoing_since
        voucher.save(update_fields=["code_key", "session_key", "undoing_since"])
        _record(actor, carrier, "carriers.vouch_undo" if undo else "carriers.vouch_keep")
    ended = 0
    while undo and (some := _step(voucher.pk)):
        ended += some
    return ended


def go_on(_now: datetime | None = None) -> int:
    """Carries on what was begun and not finished, one batch of each; how many were struck out."""
    begun = Voucher.objects.filter(undoing_since__isnull=False).values_list("pk", flat=True)
    return sum(_step(number) for number in list(begun[:BATCH]))


@transaction.atomic
def _step(number: int) -> int:
    voucher = Voucher.objects.select_for_update().filter(pk=number, undoing_since__isnull=False).first()
    if voucher is None:
        return 0
    rows = list(
        Signature.objects.select_for_update(of=("self",))
        .filter(vouching__voucher=number, state__in=Signature.LIVE)
        .select_related("version")
        .order_by("pk")[:BATCH]
    )
    now = clock.now()
    for row in rows:
        with speaking(row.version.language):
            reason = _("The organisers no longer rely on the carrier who vouched for it.")
        end(row, reason, now)
    if len(rows) < BATCH:
        voucher.undoing_since = None
        voucher.save(update_fields=["undoing_since"])
    return len(rows)


def _record(actor: User, carrier: Carrier, verb: str, **detail: object) -> None:
    audit.record(
        team=carrier.appeal.team, actor=actor, verb=verb, subject=f"carrier:{carrier.public_id}", **detail
    )
