"""Confirming a dispute: the name goes out of sight at once, the team has a deadline, the signatory is asked.

What keeps a few from emptying a list: an address is proven first, names no more than a few lines, and
may do so a few times; an appeal freezes so many in a day by itself; and what the team has looked at and
shown again is not frozen by itself a second time. Beyond each of these the team decides first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from undersigned.appeals import spoken
from undersigned.lib import clock, tokens
from undersigned.signing.collation import sort_key
from undersigned.signing.delivery import guard
from undersigned.signing.disputes import kept, mails
from undersigned.signing.editions import guard as editions
from undersigned.signing.models import Dispute, DisputeLine, PublicLine, Signature
from undersigned.signing.moderation.patterns import alike

DEADLINE = timedelta(days=mails.DAYS)
# A link that asks for the confirmation is good for so long.
ASKED_FOR = timedelta(days=mails.DAYS)
# Lines of one name that are frozen together; of more the team says which is meant.
LINES = 5
_MOST = 50
# Disputes of one mailbox that freeze names by themselves, in a month.
BY_ADDRESS = 3
# Disputes that freeze names by themselves in a day, in one appeal.
BY_DAY = 50
_State = Dispute.State
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


@transaction.atomic
def confirm(*, dispute: Dispute, at: datetime | None = None) -> Dispute:
    """Looks for the name and freezes it; twice is as once. The answer goes by mail alone."""
    now = at or clock.now()
    row = Dispute.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=dispute.pk)
    if row.state != _State.ASKED or row.created_at + ASKED_FOR <= now:
        return row
    found = lines(row)
    row.confirmed_at = now
    if not found:
        row.state, row.decided_at = _State.NONE, now
        row.save()
        mails.answer(row, "dispute-none")
        return row
    row.state, row.due_at = _State.OPEN, now + DEADLINE
    row.held_by = _against(row, found, now)
    row.froze = not row.held_by
    row.save()
    _freeze(row, found, now)
    mails.answer(row, "dispute-frozen" if row.froze else "dispute-looked")
    mails.team(row, "dispute-team")
    return row


def lines(dispute: Dispute) -> list[PublicLine]:
    """The listed lines of that name, at most fifty; a name that nobody sees is not looked for.

    Equal but for case, accents and points, as the roll sorts names; a place narrows them where one was told.
    """
    said = kept.opened(dispute)
    keys = {sort_key(said.name, tag) for tag in spoken.languages_of(dispute.appeal) or {dispute.language}}
    starts = sorted({key.partition(b"\0")[0] for key in keys})
    found: list[PublicLine] = []
    for start in starts:
        rows = PublicLine.objects.filter(
            appeal=dispute.appeal, listed=True, sort_key__gte=start, sort_key__lt=start + b"\x01"
        )
        found += [row for row in rows.select_related("signature__version")[: 2 * _MOST] if row not in found]
    found = [row for row in found if alike(row.name) == alike(said.name)]
    near = [row for row in found if said.place and _says(row, said.place)]
    return (near or found)[:_MOST]


def _says(row: PublicLine, words: str) -> bool:
    wanted = alike(words)
    return any(wanted and wanted in alike(part) for part in (row.place, row.affiliation, row.role))


def _against(dispute: Dispute, found: Sequence[PublicLine], now: datetime) -> str:
    """Which rule has the team look first; empty where the name goes at once."""
    if len(found) > LINES:
        return "many"
    shown = DisputeLine.objects.filter(
        number__in=[row.pk for row in found], outcome=DisputeLine.Outcome.SHOWN
    )
    if shown.exists():
        return "decided"
    rows = Dispute.objects.filter(appeal=dispute.appeal, froze=True)
    same = rows.filter(address_key=dispute.address_key, created_at__gt=now - _MONTH)
    if dispute.address_key is not None and same[:BY_ADDRESS].count() >= BY_ADDRESS:
        return "address"
    recent = rows.filter(confirmed_at__gt=now - _DAY)
    return "day" if recent[:BY_DAY].count() >= BY_DAY else ""


def _freeze(dispute: Dispute, found: Sequence[PublicLine], now: datetime) -> None:
    numbers = [row.pk for row in found]
    rows = list(
        Signature.objects.select_for_update(of=("self",))
        .select_related("person", "version", "appeal")
        .filter(pk__in=numbers)
        .order_by("pk")
    )
    for row in rows:
        line = DisputeLine.objects.create(
            dispute=dispute, number=row.pk, nonce=tokens.new_nonce(), frozen=dispute.froze
        )
        # Where the team looks first nobody is asked yet: else a few could have the crowd written to.
        if dispute.froze:
            freeze_row(row, now)
            mails.signatory(dispute, line, row)


def freeze_row(row: Signature, now: datetime) -> None:
    """Takes a name out of sight; the signature goes on counting. Its row is locked."""
    if row.state != Signature.State.RECORDED:
        return
    # A bundle or an edition that may hold the name is not handed out again.
    guard.left([row], now)
    editions.left([row], now)
    row.state = Signature.State.DISPUTED
    row.save(update_fields=["state"])
    PublicLine.objects.filter(pk=row.pk).update(listed=False)
