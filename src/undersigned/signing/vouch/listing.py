"""Whom carriers vouched for: to each carrier the own ones, to the desk all, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from undersigned.appeals.models import Appeal
from undersigned.circulation import people as carriers
from undersigned.signing import people
from undersigned.signing.models import Signature, Voucher, Vouching

PAGE = 25


@dataclass(frozen=True)
class Row:
    """One person as the carrier and the desk see them."""

    number: int
    signature: int
    name: str
    display: str
    place: str
    version: int
    state: str
    state_name: str
    day: datetime
    stands: bool
    is_repeat: bool
    waits: bool


@dataclass(frozen=True)
class CarrierRow:
    """A carrier who vouches, as the desk sees them."""

    pk: int
    name: str
    public_name: str
    used: int
    quota: int
    standing: int
    revoked: bool


def own(voucher: Voucher, *, after: int = 0) -> tuple[list[Row], int]:
    """A page of a carrier's own, the newest first, below the place `after`; and the next `after`, or 0."""
    rows = voucher.vouchings.select_related(
        "signature__public_line", "signature__person", "signature__version"
    )
    if after:
        rows = rows.filter(number__lt=after)
    found = list(rows.order_by("-number")[: PAGE + 1])
    return [_row(one) for one in found[:PAGE]], found[PAGE - 1].number if len(found) > PAGE else 0


def _row(vouching: Vouching) -> Row:
    row = vouching.signature
    stands = row.state in Signature.LIVE
    values = people.unseal(row.person) if hasattr(row, "person") else {}
    line = getattr(row, "public_line", None)
    return Row(
        number=vouching.number,
        signature=row.pk,
        name=(line.name if line else "") or values.get("name", "") or values.get("pseudonym", ""),
        display=row.display,
        place=values.get("place", ""),
        version=row.version.number,
        state=row.state,
        state_name=str(row.get_state_display()),
        day=row.created_at,
        stands=stands,
        is_repeat=vouching.is_repeat,
        waits=stands and vouching.is_repeat and vouching.looked_at is None,
    )


def vouchers(appeal: Appeal, *, after: int = 0) -> tuple[list[CarrierRow], int]:
    """A page of the carriers who began to vouch, and the next `after`, or 0."""
    rows = Voucher.objects.select_related("carrier").filter(appeal=appeal, carrier__gt=after)
    found = list(rows.order_by("carrier")[: PAGE + 1])
    shown = found[:PAGE]
    live = Vouching.objects.filter(voucher__in=[one.pk for one in shown], signature__state__in=Signature.LIVE)
    counts = dict(live.values("voucher").annotate(n=Count("pk")).values_list("voucher", "n").order_by())
    return [_carrier(one, counts.get(one.pk, 0)) for one in shown], (
        found[PAGE - 1].pk if len(found) > PAGE else 0
    )


def _carrier(voucher: Voucher, standing: int) -> CarrierRow:
    return CarrierRow(
        pk=voucher.pk,
        name=carriers.contact_of(voucher.carrier).name,
        public_name=voucher.public_name,
        used=voucher.used,
        quota=voucher.quota,
        standing=standing,
        revoked=voucher.carrier.revoked_at is not None,
    )


def waiting(appeal: Appeal) -> list[Vouching]:
    """Repeats that nobody of the desk has looked at, the oldest first; a page at most."""
    rows = Vouching.objects.select_related(
        "signature__public_line", "signature__person", "signature__version", "voucher__carrier"
    )
    found = rows.filter(
        appeal=appeal, is_repeat=True, looked_at__isnull=True, signature__state__in=Signature.LIVE
    )
    return list(found.order_by("signature")[:PAGE])


def repeats(appeal: Appeal) -> list[tuple[Row, int, str]]:
    """The same for the desk's page: the row, and the carrier's number and name."""
    return [
        (_row(one), one.voucher_id, carriers.contact_of(one.voucher.carrier).name) for one in waiting(appeal)
    ]
