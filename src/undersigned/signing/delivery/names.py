"""Who is given to the addressee: recorded under the checkpoint, listed, and agreed to exactly this."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from undersigned.appeals.models import Appeal
from undersigned.signing.models import PublicLine, Signature

_CHUNK = 5000
_COLUMNS = (
    "name", "affiliation", "role", "place", "country", "signature__display", "version__text__slug",
    "version__number", "signature__kind", "first_order", "sort_key", "signature_id",
)  # fmt: skip


class Line(NamedTuple):
    """One name as it chose to be shown."""

    name: str
    affiliation: str
    role: str
    place: str
    country: str
    pseudonym: bool
    text: str
    version: int
    kind: str
    first: bool


def _given(appeal: Appeal, size: int) -> QuerySet[PublicLine]:
    return PublicLine.objects.filter(
        appeal=appeal,
        listed=True,
        signature__state=Signature.State.RECORDED,
        signature__for_addressee=True,
        signature__leaf_index__lt=size,
        appeal__names_hidden_at__isnull=True,
    ).exclude(name="")


def count(appeal: Appeal, size: int) -> int:
    """How many are given by name, under a checkpoint of this size."""
    return _given(appeal, size).count()


def lines(appeal: Appeal, size: int) -> Iterator[Line]:
    """First signatories in the organisers' order, then the alphabet; a few thousand are held at a time."""
    given = _given(appeal, size)
    first = given.filter(first_order__isnull=False).order_by("first_order", "sort_key", "signature")
    for row in first.values_list(*_COLUMNS):
        yield _line(row)
    rest = given.filter(first_order__isnull=True).order_by("sort_key", "signature")
    place: tuple[bytes, int] | None = None
    while True:
        after = rest
        if place is not None:
            # Written as a range and an exception, which both databases answer from the roll's index.
            after = rest.filter(sort_key__gte=place[0]).exclude(sort_key=place[0], signature__lte=place[1])
        rows = list(after.values_list(*_COLUMNS)[:_CHUNK])
        yield from map(_line, rows)
        if len(rows) < _CHUNK:
            return
        place = bytes(rows[-1][10]), rows[-1][11]


def _line(row: tuple[object, ...]) -> Line:
    name, affiliation, role, place, country, display, text, version, kind, first, _key, _pk = row
    return Line(
        str(name), str(affiliation), str(role), str(place), str(country),
        display == Signature.Display.PSEUDONYM, str(text), int(str(version)), str(kind), first is not None,
    )  # fmt: skip
