"""The roll as readers see it: alphabetical, or in the organisers' order, never in the order of the log.

Lines carry no row id. A cursor holds the place between two lines; it is encrypted, so that an address
shows neither a name nor a number.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.db.models import BinaryField, BooleanField, F, Func, Q, QuerySet, Value
from django.utils.translation import gettext as _

from undersigned.appeals import spoken as spoken_in
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import keys
from undersigned.signing.collation import sort_key
from undersigned.signing.models import PublicLine, Signature, Vouching

SIZE = 100
SIZE_MAX = 500
# A search inside names looks at so many lines and no more; one from the beginning of names has no bound.
SCAN = 300_000
_ORDER = ("sort_key", "signature")
_ABOVE = b"\xff"
_CURSOR_MAX = 600


@dataclass(frozen=True)
class Line:
    """One signature as it chose to be shown."""

    name: str
    affiliation: str
    role: str
    place: str
    country: str
    is_pseudonym: bool
    version: int
    # The public name of the carrier who vouched, empty where it is not told; None for who confirmed by mail.
    vouched_by: str | None = None
    # The text that was signed, by its primary key.
    text: int = 0

    def as_json(self) -> dict[str, Any]:
        """The line for the API, without what is empty."""
        shown = {"name": self.name, "affiliation": self.affiliation, "role": self.role, "place": self.place}
        found: dict[str, Any] = {key: value for key, value in shown.items() if value}
        if self.affiliation:
            found["affiliation_note"] = _("For identification only")
        if self.country:
            found["country"] = self.country
        if self.is_pseudonym:
            found["pseudonym"] = True
        if self.vouched_by is not None:
            found["vouched_by"] = self.vouched_by
        return found | {"version": self.version}


@dataclass(frozen=True)
class RollPage:
    """A page of lines; `next` and `previous` are cursors, None at the ends."""

    lines: list[Line]
    next: str | None = None
    previous: str | None = None
    # A search found more than it shows, or the roll was too long to be searched whole.
    partial: bool = False

    def as_json(self) -> dict[str, Any]:
        """The page for the API."""
        return {
            "names": [line.as_json() for line in self.lines],
            "next": self.next,
            "previous": self.previous,
        }


@dataclass(frozen=True)
class WithdrawnLine:
    """What remains of a withdrawn signature: the day, and the name where the person wanted it kept."""

    day: date
    name: str


class BadCursor(ValueError):
    """A cursor that this site did not make for this appeal."""


class _Contains(Func):
    """Whether bytes hold other bytes."""

    output_field = BooleanField()
    template = "instr(%(expressions)s) > 0"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template='pg_catalog."position"(%(expressions)s) > 0', **context
        )


def page(
    appeal: Appeal,
    *,
    version: Version | None = None,
    after: str | None = None,
    before: str | None = None,
    last: bool = False,
    query: str = "",
    size: int = SIZE,
) -> RollPage:
    """Lines in alphabetical order, without the first signatories; of a search, the best hundred of all.

    Nobody while names are hidden. The cost does not grow with the number of lines. Raises BadCursor.
    """
    size = max(1, min(size, SIZE_MAX))
    if appeal.names_hidden_at is not None:
        return RollPage([])
    if query.strip():
        return _search(appeal, version, query, size)
    rows = _listed(appeal, version).filter(first_order__isnull=True)
    if before or last:
        place = None if last or not before else _read_cursor(appeal, before)
        found = list(_before(rows, place).order_by("-sort_key", "-signature")[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        return RollPage(
            _lines(found),
            next=None if last or not found else _cursor(appeal, found[-1]),
            previous=_cursor(appeal, found[0]) if more else None,
        )
    place = _read_cursor(appeal, after) if after else None
    found = list(_after(rows, place).order_by(*_ORDER)[: size + 1])
    more, found = len(found) > size, found[:size]
    return RollPage(
        _lines(found),
        next=_cursor(appeal, found[-1]) if more else None,
        previous=_cursor(appeal, found[0]) if place and found else None,
    )


def first_signatories(appeal: Appeal) -> list[Line]:
    """Those whom the organisers entered and who confirmed, in the organisers' order."""
    if appeal.names_hidden_at is not None:
        return []
    rows = _listed(appeal, None).filter(first_order__isnull=False).order_by("first_order", "sort_key")
    return _lines(list(rows))


def withdrawn(appeal: Appeal, *, limit: int = 200) -> list[WithdrawnLine]:
    """The last withdrawn signatures, the newest day first; within a day nothing tells their order."""
    hidden = appeal.names_hidden_at is not None
    rows = (
        Signature.objects.filter(appeal=appeal, state=Signature.State.WITHDRAWN, recorded_at__isnull=False)
        # Organisations have a list of their own.
        .exclude(kind=Signature.Kind.ORG)
        .order_by("-ended_at")
        .values_list("ended_at", "keeps_name", "public_line__name")[:limit]
    )
    lines = [
        WithdrawnLine(ended.date(), (name or "") if keeps and not hidden else "")
        for ended, keeps, name in rows
        if ended
    ]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), sort_key(line.name)))


def _listed(appeal: Appeal, version: Version | None) -> QuerySet[PublicLine]:
    rows = (
        PublicLine.objects.select_related("signature", "version")
        .defer("version__source", "version__canonical")
        .filter(listed=True)
    )
    return rows.filter(version=version) if version else rows.filter(appeal=appeal)


def _lines(found: Sequence[PublicLine]) -> list[Line]:
    """Lines as they are shown; who vouched is asked only where somebody did."""
    vouched = [row.pk for row in found if row.signature.kind == Signature.Kind.VOUCHED]
    rows = Vouching.objects.filter(pk__in=vouched) if vouched else Vouching.objects.none()
    names = dict(rows.values_list("pk", "voucher__public_name"))
    return [_line(row, names.get(row.pk, "") if row.pk in vouched else None) for row in found]


def _line(row: PublicLine, vouched_by: str | None) -> Line:
    return Line(
        name=row.name,
        affiliation=row.affiliation,
        role=row.role,
        place=row.place,
        country=row.country,
        is_pseudonym=row.signature.display == Signature.Display.PSEUDONYM,
        version=row.version.number,
        vouched_by=vouched_by,
        text=row.version.text_id,
    )


_Place = tuple[bytes, int]


def _after(rows: QuerySet[PublicLine], place: _Place | None) -> QuerySet[PublicLine]:
    if place is None:
        return rows
    # Written as a range and an exception, which both databases answer from the index.
    return rows.filter(sort_key__gte=place[0]).exclude(sort_key=place[0], signature__lte=place[1])


def _before(rows: QuerySet[PublicLine], place: _Place | None) -> QuerySet[PublicLine]:
    if place is None:
        return rows
    return rows.filter(sort_key__lte=place[0]).exclude(sort_key=place[0], signature__gte=place[1])


def _box() -> AESSIV:
    return AESSIV(keys.read_or_create("cursor"))


def _cursor(appeal: Appeal, row: PublicLine) -> str:
    plain = row.pk.to_bytes(8, "big") + bytes(row.sort_key)
    sealed = _box().encrypt(plain, [appeal.public_id.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _read_cursor(appeal: Appeal, cursor: str) -> _Place:
    try:
        if len(cursor) > _CURSOR_MAX:
            raise ValueError
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        plain = _box().decrypt(sealed, [appeal.public_id.encode()])
    except (ValueError, binascii.Error, InvalidTag):
        raise BadCursor(cursor[:20]) from None
    return plain[8:], int.from_bytes(plain[:8], "big")


def _search(appeal: Appeal, version: Version | None, query: str, size: int) -> RollPage:
    """Names that begin with the words, then names that hold them, without regard to case and accents."""
    found, cut = _matches(_listed(appeal, version), needles_of(appeal, version, query), size)
    return RollPage(_lines(found[:size]), partial=cut or len(found) > size)


def find(appeal: Appeal, query: str, *, size: int = SIZE) -> tuple[list[int], bool]:
    """For the desk: the numbers of signatures on the roll whose line matches, and whether there are more."""
    rows = _listed(appeal, None)
    found, cut = _matches(rows, needles_of(appeal, None, query), size)
    return [row.pk for row in found[:size]], cut or len(found) > size


def _matches(rows: QuerySet[PublicLine], needles: list[bytes], size: int) -> tuple[list[PublicLine], bool]:
    starts = Q()
    for needle in needles:
        starts |= Q(sort_key__gte=needle, sort_key__lt=needle + _ABOVE)
    found = list(rows.filter(starts).order_by(*_ORDER)[: size + 1])
    room = size + 1 - len(found)
    cut = False
    if room > 0 and all(len(needle) > 1 for needle in needles):
        edge = rows.order_by(*_ORDER).values_list("sort_key", flat=True)[SCAN : SCAN + 1].first()
        cut = edge is not None
        near = rows.exclude(starts).filter(holds(needles))
        if edge is not None:
            near = near.filter(sort_key__lt=bytes(edge))
        found += list(near.order_by(*_ORDER)[:room])
    return found, cut


def holds(needles: Iterable[bytes]) -> Q:
    """Whether a sort key holds one of them."""
    found = Q()
    for needle in needles:
        found |= Q(_Contains(F("sort_key"), Value(needle, output_field=BinaryField())))
    return found


def needles_of(appeal: Appeal, version: Version | None, query: str) -> list[bytes]:
    """The beginning of the key that such a name has, as each of the appeal's languages sorts it."""
    spoken = {version.language} if version is not None else set(spoken_in.languages_of(appeal))
    words = query.strip()[:200]
    return sorted({sort_key(words, language).partition(b"\0")[0] for language in spoken or {""}})
