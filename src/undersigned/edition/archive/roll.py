"""Who may be named in an archive: recorded, listed, and asked to be kept in it; read in the roll's order."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from undersigned.appeals.models import Appeal
from undersigned.signing.models import PublicLine, Signature

_CHUNK = 5000
_COLUMNS = (
    "name", "affiliation", "role", "place", "country", "signature__display", "version_id", "sort_key",
    "signature_id", "signature__kind", "signature__vouching__voucher__public_name",
)  # fmt: skip
# In the roll's order such a mark stands behind a letter that its language counts as its own.
_OWN_LETTER = "\U0010fffd"


@dataclass(frozen=True, slots=True)
class Line:
    """One name as it chose to be shown; `letter` is the one it stands under, empty for a sign."""

    name: str
    affiliation: str
    role: str
    place: str
    country: str
    pseudonym: bool
    # The primary key of the signed version.
    version: int
    letter: str
    first: bool = False
    # As in the edition: the carrier who vouched, None where nobody had to.
    vouched_by: str | None = None


def _kept(appeal: Appeal) -> QuerySet[PublicLine]:
    return PublicLine.objects.filter(
        appeal=appeal,
        listed=True,
        signature__state=Signature.State.RECORDED,
        signature__for_edition=True,
        appeal__names_hidden_at__isnull=True,
    ).exclude(name="")


def count(appeal: Appeal) -> int:
    """How many are named."""
    return _kept(appeal).count()


def lines(appeal: Appeal) -> Iterator[Line]:
    """First signatories in the organisers' order, then the alphabet; a few thousand are held at a time."""
    kept = _kept(appeal)
    first = kept.filter(first_order__isnull=False).order_by("first_order", "sort_key", "signature")
    for row in first.values_list(*_COLUMNS):
        yield _line(row, first=True)
    rest = kept.filter(first_order__isnull=True).order_by("sort_key", "signature")
    place: tuple[bytes, int] | None = None
    while True:
        after = rest
        if place is not None:
            # Written as a range and an exception, which both databases answer from the roll's index.
            after = rest.filter(sort_key__gte=place[0]).exclude(sort_key=place[0], signature__lte=place[1])
        rows = list(after.values_list(*_COLUMNS)[:_CHUNK])
        for row in rows:
            yield _line(row)
        if len(rows) < _CHUNK:
            return
        place = bytes(rows[-1][7]), rows[-1][8]


def _line(row: tuple[object, ...], *, first: bool = False) -> Line:
    name, affiliation, role, place, country, display, version, key, _pk, kind, carrier = row
    return Line(
        str(name), str(affiliation), str(role), str(place), str(country),
        display == Signature.Display.PSEUDONYM, int(str(version)), _initial(str(name), key), first,
        str(carrier or "") if kind == Signature.Kind.VOUCHED else None,
    )  # fmt: skip


def _initial(name: str, key: object) -> str:
    """The letter by the roll's own order: Ángel under A, Ñandú under Ñ."""
    head: str = bytes(key)[:8].decode("utf-8", "ignore")  # type: ignore[call-overload]
    if not head or not head[0].isalpha():
        return ""
    if head[1:2] == _OWN_LETTER:
        return next((char for char in name if char.isalpha()), "").title()
    # Georgian has capitals that headings do not use: title case leaves it as it is written.
    return head[0].title()
