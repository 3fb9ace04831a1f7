"""The organisations that readers see: those recorded, alphabetical, page by page, in a list of their own."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.db.models import Q, QuerySet

from undersigned.appeals.models import Appeal, Text
from undersigned.lib import keys
from undersigned.signing import roll as names
from undersigned.signing.models import Organisation, Signature
from undersigned.signing.organisations import domains

SIZE = 50
_CURSOR_MAX = 600
_ABOUT = b"organisations"


@dataclass(frozen=True)
class Line:
    """One organisation as it is listed."""

    name: str
    place: str
    country: str
    domain: str
    check: str
    resolved_on: date
    officers: tuple[str, ...]
    cosigned: bool
    version: int
    text: str

    def as_json(self) -> dict[str, Any]:
        """The line for programs, without what is empty."""
        found: dict[str, Any] = {
            "name": self.name, "place": self.place, "country": self.country, "domain": self.domain,
            "check": self.check, "resolved_on": self.resolved_on.isoformat(),
        }  # fmt: skip
        found = {key: value for key, value in found.items() if value}
        if self.officers:
            found["officers"] = list(self.officers)
        return found | {"text": self.text, "version": self.version}


@dataclass(frozen=True)
class Page:
    """A page of organisations; `next` is a cursor, None at the end."""

    lines: list[Line]
    next: str | None = None


@dataclass(frozen=True)
class WithdrawnLine:
    """What remains of a withdrawn organisation: the day, and the name where it wanted it kept."""

    day: date
    name: str


class BadCursor(ValueError):
    """A cursor that this site did not make for this appeal."""


def page(appeal: Appeal, *, after: str | None = None, size: int = SIZE) -> Page:
    """Organisations in alphabetical order, from a cursor on; the cost does not grow with their number.

    Raises BadCursor.
    """
    if appeal.names_hidden_at is not None:
        return Page([])
    rows = _listed(appeal)
    if after:
        key, pk = _read_cursor(appeal, after)
        rows = rows.filter(sort_key__gte=key).exclude(sort_key=key, pk__lte=pk)
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page([_line(row) for row in found], _cursor(appeal, found[-1]) if more else None)


def find(appeal: Appeal, query: str, *, size: int = SIZE) -> list[Line]:
    """Organisations whose names begin with the words, then those that hold them, as names are searched.

    A single letter is looked for at the beginning only. Organisations are few: each was checked.
    """
    needles = names.needles_of(appeal, None, query)
    starts = Q()
    for needle in needles:
        starts |= Q(sort_key__gte=needle, sort_key__lt=needle + b"\xff")
    rows = _listed(appeal)
    found = list(rows.filter(starts)[:size])
    if len(found) < size and all(len(needle) > 1 for needle in needles):
        found += list(rows.exclude(starts).filter(names.holds(needles))[: size - len(found)])
    return [_line(row) for row in found]


def every(appeal: Appeal) -> Iterator[Line]:
    """All of them, for files."""
    for row in _listed(appeal).iterator(chunk_size=500):
        yield _line(row)


def kept(appeal: Appeal, text: Text | None = None) -> Iterator[Line]:
    """Those that asked to be kept in the permanent edition, of the appeal or of one text."""
    rows = _listed(appeal).filter(for_edition=True)
    if text is not None:
        rows = rows.filter(version__text=text)
    for row in rows.iterator(chunk_size=500):
        yield _line(row)


def withdrawn(appeal: Appeal, *, limit: int = 50) -> list[WithdrawnLine]:
    """The last that were withdrawn after they had been recorded, the newest day first."""
    rows = Organisation.objects.filter(
        appeal=appeal, state=Organisation.State.WITHDRAWN, signature__recorded_at__isnull=False
    ).order_by("-pk")
    found = rows.values_list("ended_at", "name", "signature__keeps_name")[:limit]
    hidden = appeal.names_hidden_at is not None
    lines = [
        WithdrawnLine(ended.date(), name if keeps and not hidden else "")
        for ended, name, keeps in found
        if ended
    ]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), line.name))


def _listed(appeal: Appeal) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(appeal=appeal, state=Organisation.State.SIGNED)
    rows = rows.filter(signature__state=Signature.State.RECORDED, appeal__names_hidden_at__isnull=True)
    rows = rows.exclude(name="")
    return (
        rows.select_related("version__text")
        .defer("version__source", "version__canonical")
        .order_by("sort_key", "pk")
    )


def _line(row: Organisation) -> Line:
    return Line(
        name=row.name,
        place=row.place,
        country=row.country,
        domain=domains.readable(row.domain),
        check=row.check_kind,
        resolved_on=row.resolved_on,
        officers=tuple(line for line in (row.officer_line, row.second_line) if line),
        cosigned=row.cosigned_at is not None,
        version=row.version.number,
        text=row.version.text.slug,
    )


def _box() -> AESSIV:
    return AESSIV(keys.read_or_create("cursor"))


def _cursor(appeal: Appeal, row: Organisation) -> str:
    plain = row.pk.to_bytes(8, "big") + bytes(row.sort_key)
    sealed = _box().encrypt(plain, [appeal.public_id.encode(), _ABOUT])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _read_cursor(appeal: Appeal, cursor: str) -> tuple[bytes, int]:
    try:
        if len(cursor) > _CURSOR_MAX:
            raise ValueError
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        plain = _box().decrypt(sealed, [appeal.public_id.encode(), _ABOUT])
    except (ValueError, binascii.Error, InvalidTag):
        raise BadCursor(cursor[:20]) from None
    return plain[8:], int.from_bytes(plain[:8], "big")
