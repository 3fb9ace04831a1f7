"""Opening an appeal for signature, and closing it for good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.ledger import append
from undersigned.lib import clock

# Who signed before the closing may still confirm for so long: the mail may have come the next morning.
GRACE = timedelta(hours=24)
# States in which people sign: in the open, or behind a carrier's link.
SIGNED = (Appeal.State.OPEN, Appeal.State.EMBARGO)


@dataclass(frozen=True)
class Missing:
    """One thing that stands in the way, as a sentence for the organisers."""

    code: str
    message: Promise

    def __str__(self) -> str:
        return str(self.message)


class NotReady(Exception):
    """An appeal that cannot be opened or closed now; `problems` say why."""

    def __init__(self, problems: list[Missing]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Requirement:
    """One thing that an appeal needs before it opens."""

    code: str
    label: Promise
    message: Promise
    met: Callable[[Appeal, datetime], bool]


def _has_text(appeal: Appeal, _at: datetime) -> bool:
    return Version.objects.filter(text__appeal=appeal, text__relation=Text.Relation.ORIGINAL).exists()


def _closes_later(appeal: Appeal, at: datetime) -> bool:
    return appeal.closes_at is None or appeal.closes_at > at


REQUIREMENTS = (
    Requirement(
        "no-text",
        _("The text is published as a version"),
        _("The text is not published yet: publishing freezes the words that people sign."),
        _has_text,
    ),
    Requirement(
        "no-controller",
        _("It is said who is responsible for the data"),
        _("The settings do not say who is responsible for the data (the controller)."),
        lambda appeal, _at: bool(appeal.controller.strip()),
    ),
    Requirement(
        "no-purpose",
        _("It is said what the data are used for"),
        _("The settings do not say what the data are used for (the purpose)."),
        lambda appeal, _at: bool(appeal.purpose.strip()),
    ),
    Requirement(
        "no-closing-date",
        _("There is a closing date"),
        _("There is no closing date: the time for which data are kept counts from it."),
        lambda appeal, _at: appeal.closes_at is not None,
    ),
    Requirement(
        "closing-date-past",
        _("The closing date lies ahead"),
        _("The closing date lies in the past."),
        _closes_later,
    ),
)
NOT_DRAFT = Missing("not-draft", _("This appeal was opened before; an appeal opens once."))
UNDER_EMBARGO = Missing("embargo", _("This appeal is under embargo: lift the embargo first."))
NOT_OPEN = Missing("not-open", _("This appeal is not open."))


def missing(appeal: Appeal, at: datetime | None = None) -> list[Missing]:
    """What stands in the way of opening; empty when nothing does."""
    if appeal.state != Appeal.State.DRAFT:
        return [NOT_DRAFT]
    now = at or clock.now()
    return [Missing(need.code, need.message) for need in REQUIREMENTS if not need.met(appeal, now)]


@transaction.atomic
def open_appeal(*, actor: User, appeal: Appeal, at: datetime | None = None) -> Appeal:
    """Opens an appeal for signature and begins its log; raises Forbidden, NotReady.

    The log's first checkpoint, with the open leaf and the texts, follows with the publisher's next run.
    """
    require(actor, "appeal.open", appeal.team)
    now = at or clock.now()
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    problems = missing(current, now)
    if problems:
        raise NotReady(problems)
    current.state = Appeal.State.OPEN
    current.opened_at = now
    current.save(update_fields=["state", "opened_at"])
    append.create_log(appeal_id=current.public_id, at=now)
    audit.record(team=current.team, actor=actor, verb="appeal.open", subject=f"appeal:{current.slug}")
    return current


@transaction.atomic
def close_appeal(*, actor: User, appeal: Appeal, at: datetime | None = None) -> Appeal:
    """Closes an appeal for signature now and for good; raises Forbidden, NotReady.

    There is no way back: a close leaf ends the log's count for every reader. It is written once those
    who signed before can no longer confirm (`GRACE`) and all who did are recorded.
    """
    require(actor, "appeal.close", appeal.team)
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if current.state == Appeal.State.EMBARGO:
        raise NotReady([UNDER_EMBARGO])
    if current.state != Appeal.State.OPEN:
        raise NotReady([NOT_OPEN])
    return _close(current, at=at or clock.now(), actor=actor)


def close_due(now: datetime) -> int:
    """Closes every appeal whose closing date has passed, in nobody's name; gives their number."""
    closed = 0
    for pk in _overdue(now).values_list("pk", flat=True):
        with transaction.atomic():
            # The date may have been moved meanwhile: asked again under the lock.
            current = _overdue(now).select_for_update().filter(pk=pk).first()
            if current is not None and current.closes_at is not None:
                _close(current, at=current.closes_at, actor=None)
                closed += 1
    return closed


def _overdue(now: datetime) -> QuerySet[Appeal]:
    return Appeal.objects.filter(state=Appeal.State.OPEN, closes_at__lte=now)


def _close(current: Appeal, *, at: datetime, actor: User | None) -> Appeal:
    current.state = Appeal.State.CLOSED
    current.closed_at = at
    current.save(update_fields=["state", "closed_at"])
    audit.record(team=current.team, actor=actor, verb="appeal.close", subject=f"appeal:{current.slug}")
    return current


def ends_at(appeal: Appeal) -> datetime | None:
    """The last moment at which a signature was or is accepted; None where none is set."""
    return appeal.closed_at if appeal.state == Appeal.State.CLOSED else appeal.closes_at


def accepts(appeal: Appeal, at: datetime) -> bool:
    """Whether the appeal takes new signatures at this moment."""
    return appeal.state in SIGNED and (appeal.closes_at is None or at <= appeal.closes_at)


def accepts_confirmation(appeal: Appeal, *, signed_at: datetime, at: datetime) -> bool:
    """Whether a signature made at `signed_at` may be confirmed now: while open and `GRACE` beyond."""
    if appeal.state == Appeal.State.DRAFT:
        return False
    end = ends_at(appeal)
    return end is None or (signed_at <= end and at <= end + GRACE)
