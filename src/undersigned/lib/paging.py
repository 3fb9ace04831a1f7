"""Lists paged by the number of a row: newest first, a page of them and where the next and previous begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlencode

from django.db.models import F, Model, QuerySet

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind or before a row, or at the end; whatever is no number is left out."""

    after: int | None = None
    before: int | None = None
    last: bool = False

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From an address's parameters."""
        return cls(number(values.get("after")), number(values.get("before")), bool(values.get("last")))


def number(value: object) -> int | None:
    """A row's number from an address; None for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def words(value: object, most: int) -> str:
    """Words that are looked for, from an address: on one line, cut to what can be found."""
    return " ".join(str(value or "").replace("\0", "").split())[:most]


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """A page of rows; `next` and `previous` are numbers for an address, empty at the ends."""

    rows: list[_Row]
    next: str = ""
    previous: str = ""


def page(rows: QuerySet[_Row], place: Place, size: int, *, walk: bool = True) -> Page[_Row]:
    """The rows of a page, the newest first.

    Without `walk` SQLite takes the index of the filter and sorts, rather than walk the table by number:
    right where few rows pass the filter.
    """
    backwards = place.before is not None or place.last
    if place.after is not None:
        rows = rows.filter(pk__lt=place.after)
    elif place.before is not None:
        rows = rows.filter(pk__gt=place.before)
    order = F("pk") if walk else F("pk") + 0
    found = list(rows.order_by(order.asc() if backwards else order.desc())[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    later = (place.before is not None) if backwards else more
    earlier = more if backwards else place.after is not None
    return Page(
        found,
        next=str(found[-1].pk) if later and found else "",
        previous=str(found[0].pk) if earlier and found else "",
    )


def links(base: str, chosen: Mapping[str, str], following: str, previous: str) -> dict[str, str]:
    """The addresses of a list's first, previous, next and last page, each empty where it leads nowhere."""

    def link(**place: str) -> str:
        return f"{base}?{urlencode({**chosen, **place})}"

    return {
        "first": link() if previous else "",
        "previous": link(before=previous) if previous else "",
        "next": link(after=following) if following else "",
        "last": link(last="1") if following else "",
    }


# A page that says how many there are counts no further than this, so that its cost does not grow.
COUNTED_MOST = 1000


@dataclass(frozen=True)
class Counted:
    """How many rows there are, up to a limit; `more` says that there are more than `number`."""

    number: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.number > 0


def counted(rows: QuerySet[Any], most: int = COUNTED_MOST) -> Counted:
    """Counts rows, and stops at a limit."""
    found = rows.order_by()[: most + 1].count()
    return Counted(min(found, most), found > most)
