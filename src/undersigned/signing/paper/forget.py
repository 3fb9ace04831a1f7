"""Somebody who signed on paper asks: the line is found, and erased with all that leads to the person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.lib.emptied import truncate_wal
from undersigned.signing import erase
from undersigned.signing.models import Gathering, PaperLine, RecordedEnd, Signature
from undersigned.signing.paper import matches, wipe
from undersigned.signing.paper.keep import subject
from undersigned.signing.paper.refusals import NotPossible

_MOST = 50
_FOUND = (PaperLine.State.READY, PaperLine.State.DUPLICATE, PaperLine.State.COUNTED)


def find(*, actor: User, appeal: Appeal, query: str) -> Sequence[PaperLine]:
    """Lines of a whole name, or of a whole address; raises Forbidden."""
    require(actor, "paper.enter", appeal.team)
    query = " ".join(query.split())[:254]
    # Asking would make the key anew that the end of retention destroyed.
    if not query or RecordedEnd.objects.filter(appeal=appeal, shred_leaf__isnull=False).exists():
        return []
    keys = matches.Keys(appeal)
    try:
        by = {"email_key": keys.email(query)} if "@" in query else {"name_key": keys.name(query)}
    except ValueError:
        return []
    found = PaperLine.objects.filter(appeal=appeal, state__in=_FOUND, **by).order_by("-pk")
    return list(found.select_related("gathering__sheet", "signature__person")[:_MOST])


def erase_line(*, actor: User, line: PaperLine, at: datetime | None = None) -> None:
    """Erases a line, the signature that it became, and the scan that shows it; twice is as once.

    Raises Forbidden, NotPossible for a list that was not taken.
    """
    require(actor, "paper.enter", line.gathering.appeal.team)
    now = at or clock.now()
    with transaction.atomic():
        Gathering.objects.select_for_update().get(pk=line.gathering_id)
        row = PaperLine.objects.select_related("gathering__appeal__team", "gathering__sheet").get(pk=line.pk)
        if row.gathering.state == Gathering.State.PREVIEW:
            raise NotPossible
        if row.state == PaperLine.State.ERASED:
            return
        signature = Signature.objects.select_for_update().filter(pk=row.signature_id or 0).first()
        if signature is not None:
            erase.erase(signature=signature, at=now)
        else:
            wipe.forget([row], now)
            transaction.on_commit(truncate_wal)
        audit.record(
            team=row.gathering.appeal.team, actor=actor, verb="paper.erase", subject=subject(row.gathering)
        )
