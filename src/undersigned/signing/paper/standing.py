"""Whether an appeal takes what was signed on paper, and how an act holds a gathering while it changes it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal
from undersigned.signing import sealing
from undersigned.signing.models import Gathering, RecordedEnd
from undersigned.signing.paper.refusals import NotPossible

# What was signed before the end may be read and counted behind it.
READING_FOR = timedelta(days=14)


def require_open(appeal: Appeal, at: datetime) -> None:
    """Raises NotPossible where nothing signed on paper can be counted any more, or yet."""
    current = Appeal.objects.select_for_update(no_key=True).get(pk=appeal.pk)
    refuse_sealed(current)
    if current.state == Appeal.State.DRAFT:
        raise NotPossible(_("The appeal is not open yet: paper is taken once it is."))
    over = current.closed_at is not None and current.closed_at + READING_FOR <= at
    if over or RecordedEnd.objects.filter(appeal=current).exists():
        raise NotPossible(_("The appeal is closed and its count is final: paper cannot be added any more."))


def refuse_sealed(appeal: Appeal) -> None:
    """Raises NotPossible where a scan or a list would leave names with this server."""
    if appeal.is_sealed:
        raise NotPossible(str(sealing.CANNOT_HOLD))


def is_waited_for(appeal: Appeal, at: datetime) -> bool:
    """Whether the end of the count waits for sheets that are being read."""
    return (
        appeal.closed_at is not None
        and appeal.closed_at + READING_FOR > at
        and Gathering.objects.filter(appeal=appeal, state__in=Gathering.UNFINISHED).exists()
    )


def locked(gathering: Gathering, *states: str) -> Gathering:
    """The gathering as it stands, held until the transaction ends; NotPossible in another state."""
    current = (
        Gathering.objects.select_for_update(of=("self",))
        .select_related("appeal__team", "version__text", "sheet")
        .filter(pk=gathering.pk)
        .first()
    )
    if current is None or (states and current.state not in states):
        raise NotPossible(_("This has changed meanwhile; nothing was done."))
    return current
