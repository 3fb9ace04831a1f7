"""Numbered sheets to sign on paper: issued by the team, or by a carrier for the own signing link."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import enclosed, links, rights
from undersigned.circulation.answer import NotAllowed, locked
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, Sheet
from undersigned.lib import clock, tokens

# So many at once, and so many with one private link, which may fall into other hands.
AT_ONCE = 50
OF_A_CARRIER = 500
LINES_MAX = 40
LINES = 10
PAGE = 50


@dataclass(frozen=True)
class Layout:
    """What sheets look like: the paper, the lines to sign on, whether an address is asked for."""

    paper: str = Sheet.Paper.A4
    lines: int = LINES
    asks_email: bool = False


@dataclass(frozen=True)
class Shown:
    """A page of sheets, the newest first; `next` and `previous` are numbers, 0 at the ends."""

    rows: list[Sheet]
    next: int = 0
    previous: int = 0


@transaction.atomic
def issue(
    *, actor: User, appeal: Appeal, text: Text, count: int, layout: Layout, carrier: Carrier | None = None
) -> list[Sheet]:
    """Numbers new sheets for the newest Version of a text; raises Forbidden, NotPossible."""
    require(actor, "carriers.manage", appeal.team)
    if carrier is not None and (hindrance := links.hindrance(carrier, clock.now())):
        raise NotPossible(
            _("This carrier was taken back.") if hindrance == "revoked" else _("This carrier's time is over.")
        )
    if carrier is not None and not (carrier.may_collect and carrier.appeal_id == appeal.pk):
        raise NotPossible(_("This carrier has no right to collect signatures."))
    made = _issue(appeal, _version(appeal, text), carrier, actor, count, layout)
    audit.record(
        team=appeal.team,
        actor=actor,
        verb="sheets.issue",
        subject=f"appeal:{appeal.slug}",
        first=made[0].number,
        last=made[-1].number,
    )
    return made


@transaction.atomic
def issue_own(*, token: str, count: int, layout: Layout) -> list[Sheet]:
    """Numbers new sheets for the text that a carrier's signing link leads to.

    Raises LinkOver, NotAllowed, NotPossible, Carrier.DoesNotExist.
    """
    carrier, _now = locked(token)
    if not rights.now_of(carrier).collect:
        raise NotAllowed(_("The author did not give you this right."))
    if Sheet.objects.filter(carrier=carrier).count() + count > OF_A_CARRIER:
        raise NotAllowed(
            _("One carrier may have %(n)s sheets at most. Please ask the author for more.")
            % {"n": OF_A_CARRIER}
        )
    text = enclosed.text_to_sign(carrier)
    return _issue(carrier.appeal, _version(carrier.appeal, text), carrier, None, count, layout)


def _version(appeal: Appeal, text: Text) -> Version:
    if appeal.state == Appeal.State.CLOSED:
        raise NotPossible(_("The appeal is closed: nobody can sign it any more."))
    version = reading.current_version(text) if text.appeal_id == appeal.pk else None
    if version is None:
        raise NotPossible(
            _("This text is not published yet. A sheet is for exact words, so publish a version first.")
        )
    return version


def _issue(
    appeal: Appeal, version: Version, carrier: Carrier | None, actor: User | None, count: int, layout: Layout
) -> list[Sheet]:
    if not (1 <= count <= AT_ONCE and 1 <= layout.lines <= LINES_MAX):
        raise NotPossible(
            _("Up to %(sheets)s sheets at once, with up to %(lines)s lines each.")
            % {"sheets": AT_ONCE, "lines": LINES_MAX}
        )
    # Two who issue at once wait here for each other; signers, who only refer to the appeal, do not.
    Appeal.objects.select_for_update(no_key=True).get(pk=appeal.pk)
    last = Sheet.objects.filter(appeal=appeal).aggregate(last=Max("number"))["last"] or 0
    now = clock.now()
    made = [
        Sheet(
            public_id=tokens.public_id(),
            appeal=appeal,
            version=version,
            carrier=carrier,
            number=last + place,
            paper=layout.paper,
            lines=layout.lines,
            asks_email=layout.asks_email,
            issued_by=actor,
            issued_at=now,
        )
        for place in range(1, count + 1)
    ]
    return Sheet.objects.bulk_create(made)


def page(
    *, appeal: Appeal, carrier: Carrier | None = None, after: int = 0, before: int = 0, size: int = PAGE
) -> Shown:
    """Sheets of an appeal, or of one carrier, newest first; whoever asks has been let in before."""
    found = Sheet.objects.filter(appeal=appeal)
    if carrier is not None:
        found = found.filter(carrier=carrier)
    found = found.select_related("version__text", "carrier")
    if before:
        rows = list(found.filter(number__gt=before).order_by("number")[: size + 1])
    else:
        rows = list((found.filter(number__lt=after) if after else found).order_by("-number")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if before:
        rows.reverse()
    if not rows:
        return Shown([])
    return Shown(
        rows,
        next=rows[-1].number if (more or before) else 0,
        previous=rows[0].number if (more if before else bool(after)) else 0,
    )


def numbered(appeal: Appeal, first: int, last: int, *, carrier: Carrier | None = None) -> list[Sheet]:
    """The sheets from one number to another, fifty at most; of one carrier only where one is named."""
    found = Sheet.objects.filter(appeal=appeal, number__gte=first, number__lte=last)
    if carrier is not None:
        found = found.filter(carrier=carrier)
    rows = found.select_related("appeal__team", "version__text__appeal", "carrier")
    return list(rows.order_by("number")[:AT_ONCE])


def find(public_id: str) -> Sheet | None:
    """The sheet of a code; None for nothing, and while the public may not see its appeal."""
    rows = Sheet.objects.select_related("appeal", "version__text", "carrier")
    return rows.filter(public_id=links.readable(public_id) or None, appeal__state__in=reading.PUBLIC).first()


def via(sheet: Sheet, now: datetime) -> str:
    """The public id of the sheet's carrier while that link stands; empty otherwise."""
    if sheet.carrier is None:
        return ""
    known = links.carrier_of(appeal=sheet.appeal, via=sheet.carrier.public_id, now=now)
    return sheet.carrier.public_id if known else ""
