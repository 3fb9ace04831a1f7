"""Texts of one series in order: originals of a team's public appeals whose heads name the same series."""

import re
from dataclasses import dataclass

from django.urls import reverse

from undersigned.appeals.models import Appeal, Text

# A series is read at once; a longer one is no list for a letter's page.
MOST = 200
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Piece:
    """A text of a series."""

    pk: int
    title: str
    language: str
    order: str
    path: str


@dataclass(frozen=True)
class Series:
    """A series as one of its texts sees it."""

    name: str
    order: str
    pieces: tuple[Piece, ...] = ()
    place: int = -1

    @property
    def before(self) -> Piece | None:
        """The text before this one."""
        return self.pieces[self.place - 1] if self.place > 0 else None

    @property
    def after(self) -> Piece | None:
        """The text after this one."""
        return self.pieces[self.place + 1] if -1 < self.place < len(self.pieces) - 1 else None


def of(text: Text) -> Series | None:
    """The series that a text's head names, with the texts beside it; None where it names none."""
    name = text.apparatus.get("series")
    if not name or not isinstance(name, str):
        return None
    rows = (
        Text.objects.filter(
            appeal__team=text.appeal.team_id,
            appeal__state__in=(Appeal.State.OPEN, Appeal.State.CLOSED),
            relation=Text.Relation.ORIGINAL,
            apparatus__series=name,
            versions__number=1,
        )
        .order_by("pk")
        .values_list("pk", "appeal__title", "language", "apparatus", "appeal__slug", "slug")[:MOST]
    )
    pieces = sorted((_piece(*row) for row in rows), key=lambda piece: (_order(piece.order), piece.pk))
    place = next((at for at, piece in enumerate(pieces) if piece.pk == text.pk), -1)
    return Series(name, str(text.apparatus.get("series-order", "")), tuple(pieces), place)


def _piece(pk: int, title: str, language: str, apparatus: dict[str, object], appeal: str, slug: str) -> Piece:
    order = str(apparatus.get("series-order", ""))
    return Piece(pk, title, language, order, reverse("letter", args=[appeal, slug]))


def _order(written: str) -> tuple[bool, tuple[int, ...], str]:
    """As people count: 2 before 10, 3a after 3; what has no number stands last."""
    numbers = tuple(int(number[:9]) for number in _NUMBER.findall(written))
    return not numbers, numbers, written
