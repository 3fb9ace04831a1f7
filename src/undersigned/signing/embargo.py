"""Circulation before publication: an appeal is signed unseen, then everything of it appears at once.

While an embargo lasts the appeal's state is none that the public sees, so that every public address answers
as for nothing at all. How it ends is in `reveal`.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal, Embargo
from undersigned.ledger import append
from undersigned.ledger.signer import Signer, make_key
from undersigned.lib import clock
from undersigned.signing import opening
from undersigned.signing.models import Signature

# What a promise leaves for a server that is down when the hour comes.
MARGIN = timedelta(hours=24)
# Before a promise runs out, what its rhythm would let wait longer is recorded all the same.
URGENT = timedelta(hours=2)
NUMBER_MAX = 10_000_000
_Reason = Embargo.Reason


class NotPossible(Exception):
    """An embargo that cannot be so; the message says why, for the organisers."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))


NO_END = _("Set an hour, a number of signatures, or both.")
PAST = _("The hour lies in the past.")
AFTER_CLOSING = _("The hour lies after the closing date: the embargo ends with it at the latest.")
BAD_NUMBER = _("The number must lie between 1 and ten million.")
PROMISED = _(
    "People have signed already, and each was promised to be published by a date. "
    "The embargo can end earlier, and not later."
)
REVEALING = _("The embargo is ending at this moment; nothing can be changed any more.")
NONE = _("This appeal is not under embargo.")


@transaction.atomic
def begin(
    *,
    actor: User,
    appeal: Appeal,
    until: datetime | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> Appeal:
    """Opens an appeal to those who come by a carrier's link, and to nobody else.

    Raises Forbidden, opening.NotReady, NotPossible.
    """
    require(actor, "appeal.open", appeal.team)
    now = at or clock.now()
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    problems = opening.missing(current, now)
    if problems:
        raise opening.NotReady(problems)
    latest = _latest(current, until, number, now)
    # The key comes first: promises are signed with it, and the log takes it over.
    make_key(current.public_id, append.origin_of(current.public_id))
    current.state = Appeal.State.EMBARGO
    current.opened_at = now
    current.save(update_fields=["state", "opened_at"])
    Embargo.objects.create(appeal=current, until=until, number=number, latest=latest, begun_at=now)
    _audit(actor, current, "embargo.begin", until, number)
    return current


@transaction.atomic
def change(
    *,
    actor: User,
    appeal: Appeal,
    until: datetime | None = None,
    number: int | None = None,
    at: datetime | None = None,
) -> Embargo:
    """Sets the end anew: earlier at any time, later only while nobody was promised anything.

    Raises Forbidden, NotPossible.
    """
    require(actor, "appeal.open", appeal.team)
    embargo = _locked(appeal)
    latest = _latest(embargo.appeal, until, number, at or clock.now())
    if latest > embargo.latest and binds(embargo.appeal):
        raise NotPossible(PROMISED)
    embargo.until, embargo.number, embargo.latest = until, number, latest
    embargo.save(update_fields=["until", "number", "latest"])
    _audit(actor, embargo.appeal, "embargo.change", until, number)
    return embargo


@transaction.atomic
def lift(*, actor: User, appeal: Appeal, at: datetime | None = None) -> Embargo:
    """Ends an embargo now, for good; the publisher does the rest. Raises Forbidden, NotPossible."""
    require(actor, "appeal.open", appeal.team)
    embargo = _locked(appeal)
    decide(embargo, _Reason.LIFTED, at or clock.now(), actor)
    return embargo


def _latest(appeal: Appeal, until: datetime | None, number: int | None, now: datetime) -> datetime:
    """The last moment of such an embargo: its hour, else the closing date. Raises NotPossible."""
    if until is None and number is None:
        raise NotPossible(NO_END)
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise NotPossible(BAD_NUMBER)
    if until is not None and until <= now:
        raise NotPossible(PAST)
    closes = appeal.closes_at
    if until is not None and closes is not None and until > closes:
        raise NotPossible(AFTER_CLOSING)
    latest = until or closes
    if latest is None:
        raise NotPossible(NO_END)
    return latest


def _locked(appeal: Appeal) -> Embargo:
    """The running embargo with its row locked; promises wait for it."""
    embargo = Embargo.objects.select_for_update().filter(appeal=appeal, revealed_at__isnull=True).first()
    if embargo is None:
        raise NotPossible(NONE)
    if embargo.revealing_at is not None:
        raise NotPossible(REVEALING)
    embargo.appeal = Appeal.objects.select_related("team").get(pk=appeal.pk)
    return embargo


def _audit(actor: User, appeal: Appeal, verb: str, until: datetime | None, number: int | None) -> None:
    audit.record(
        team=appeal.team,
        actor=actor,
        verb=verb,
        subject=f"appeal:{appeal.slug}",
        until=until.isoformat() if until else "",
        number=number or 0,
    )


def binds(appeal: Appeal) -> bool:
    """Whether somebody may hold a promise: a signature stands that was confirmed."""
    rows = Signature.objects.filter(appeal=appeal)
    states = (Signature.State.CONFIRMED, Signature.State.HELD, Signature.State.DISPUTED)
    # One question each: each state has its own partial index.
    return any(rows.filter(state=state).exists() for state in states)


def running(appeal: Appeal) -> Embargo | None:
    """The embargo that hides an appeal; None where nothing does."""
    if appeal.state != Appeal.State.EMBARGO:
        return None
    return Embargo.objects.filter(appeal=appeal).first()


def confirmed(appeal: Appeal, most: int = NUMBER_MAX) -> int:
    """How many confirmed signatures wait, counted no further than asked."""
    rows = Signature.objects.filter(appeal=appeal, state=Signature.State.CONFIRMED)
    return rows.order_by()[:most].count()


def publish_by(embargo: Embargo) -> datetime:
    """The moment that promises name: whoever confirmed before the end is in the public log by then."""
    return (embargo.latest + MARGIN).replace(microsecond=0)


def due(embargo: Embargo, now: datetime) -> Embargo.Reason | None:
    """What ends an embargo at this moment, None while it lasts."""
    if embargo.until is not None and embargo.until <= now:
        return _Reason.HOUR
    closes = embargo.appeal.closes_at
    if embargo.latest <= now or (closes is not None and closes <= now):
        return _Reason.CLOSING
    if embargo.number is not None and confirmed(embargo.appeal, embargo.number) >= embargo.number:
        return _Reason.NUMBER
    return None


def decide(embargo: Embargo, reason: Embargo.Reason, now: datetime, actor: User | None) -> None:
    """Writes down, once, that and why an embargo ends; in the caller's transaction."""
    embargo.revealing_at, embargo.reason = now, reason
    embargo.save(update_fields=["revealing_at", "reason"])
    appeal = embargo.appeal
    audit.record(
        team=appeal.team, actor=actor, verb="embargo.end", subject=f"appeal:{appeal.slug}", why=reason.value
    )


def is_urgent(appeal: Appeal, now: datetime) -> bool:
    """Whether a promise runs out before the appeal's rhythm would record what was promised."""
    embargo = Embargo.objects.filter(appeal=appeal, revealed_at__isnull=False).first()
    if embargo is None or embargo.revealed_at is None or now < publish_by(embargo) - URGENT:
        return False
    rows = Signature.objects.filter(appeal=appeal, state=Signature.State.CONFIRMED)
    # As confirmations are kept: up to the end of the hour or the day.
    last = profiles.of(appeal).rounded(embargo.revealed_at)
    return rows.filter(confirmed_at__lte=last).exists()


@transaction.atomic
def promise_text(signature: Signature) -> str:
    """The signed promise of a confirmed signature under embargo; raises NotPossible for any other.

    It names the commitment as it stands: whoever is shown otherwise later gets another.
    """
    # Waits for who moves the end, so that nobody is promised an hour that is no longer true.
    embargo = Embargo.objects.select_for_update().filter(appeal_id=signature.appeal_id).first()
    row = Signature.objects.select_related("appeal").get(pk=signature.pk)
    if embargo is None or not may_promise(row):
        raise NotPossible(NONE)
    appeal = row.appeal
    return Signer(appeal.public_id).promise(
        append.origin_of(appeal.public_id), row.commitment, publish_by(embargo)
    )


def may_promise(signature: Signature) -> bool:
    """Whether a signature waits unseen, so that it has a promise instead of a receipt."""
    return signature.appeal.state == Appeal.State.EMBARGO and signature.state == Signature.State.CONFIRMED
