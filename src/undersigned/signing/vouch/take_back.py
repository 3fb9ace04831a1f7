"""A carrier takes back the word for one person: the signature stops counting, with an undo leaf."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.signing import ending
from undersigned.signing.models import PublicLine, Signature
from undersigned.signing.vouch import session


class NotThere(Exception):
    """This carrier vouched for no such signature, or it does not stand any more; nothing was changed."""


@transaction.atomic
def take_back(*, token: str, session_token: str, number: int) -> None:
    """Ends one of the carrier's own; the place of the quota stays taken.

    Raises LinkOver, NotAllowed, SessionOver, NotThere, Carrier.DoesNotExist.
    """
    carrier, voucher, now = session.hold(token=token, session=session_token)
    rows = Signature.objects.select_for_update(of=("self",))
    row = rows.filter(vouching__voucher=voucher, vouching__number=number).first()
    if row is None or row.state not in Signature.LIVE:
        raise NotThere
    end(row, _("The carrier who vouched for it took it back."), now)
    audit.record(
        team=carrier.appeal.team, actor=None, verb="carriers.vouch_back",
        subject=f"carrier:{carrier.public_id}", number=number,
    )  # fmt: skip


def end(row: Signature, reason: str, now: datetime) -> None:
    """Strikes one locked signature that stands; one that is not recorded never counts."""
    ending.ask_undo(row, "struck", now)
    row.state = Signature.State.REFUSED if row.leaf_index is None else Signature.State.STRUCK
    row.reason, row.ended_at = reason, now
    row.save(update_fields=["state", "reason", "ended_at"])
    PublicLine.objects.filter(signature=row).update(listed=False)
