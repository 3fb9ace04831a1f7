"""What the signatory of a disputed line answers: that they signed it, or that it be taken back.

The answer decides nothing: whoever signed in another's name has the mailbox as well.
"""

from datetime import datetime

from django.db import transaction

from undersigned.lib import clock, tokens
from undersigned.signing import withdraw
from undersigned.signing.disputes import kept
from undersigned.signing.models import Dispute, DisputeLine, Signature


def find(token: str) -> DisputeLine | None:
    """The disputed line of a signatory's link, None for anything else."""
    nonce = tokens.nonce_of(kept.ANSWER, token)
    rows = DisputeLine.objects.select_related("dispute__appeal__team")
    return rows.filter(nonce=nonce).first() if nonce else None


@transaction.atomic
def answer(*, line: DisputeLine, mine: bool, at: datetime | None = None) -> DisputeLine:
    """Keeps what the signatory says; who did not sign takes the line back at once. A later answer counts."""
    now = at or clock.now()
    rows = DisputeLine.objects.select_for_update(of=("self",)).select_related("dispute")
    row = rows.get(pk=line.pk)
    if row.dispute.state != Dispute.State.OPEN or row.answer == DisputeLine.Answer.GONE:
        return row
    row.answer = DisputeLine.Answer.MINE if mine else DisputeLine.Answer.GONE
    row.answered_at = now
    row.save(update_fields=["answer", "answered_at"])
    if not mine:
        signature = Signature.objects.filter(pk=row.number, state__in=Signature.LIVE).first()
        if signature is not None:
            withdraw.withdraw(signature=signature, keeps_name=False, at=now)
    return row
