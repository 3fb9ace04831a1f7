"""What waits for a moderator: held signatures page by page, counted no further than a page can say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import paging
from undersigned.signing.desk_roll import Row, row_of
from undersigned.signing.models import Decision, Signature
from undersigned.signing.moderation import patterns

SIZE = 50
# Counted up to here; beyond it the desk says "more than".
COUNTED = 10_000
# Of a pattern, so many held signatures are opened for one page at most.
SCAN = 2000
_DECISIONS = 30


@dataclass(frozen=True)
class Asked(paging.Place):
    """What a request asks of the queue; whatever is no pattern is left out."""

    which: str = "held"
    pattern: str = ""
    value: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From an address's parameters."""
        kind, value = str(values.get("pattern", "")), str(values.get("value", ""))[:64]
        known = kind in patterns.KINDS and value.isascii() and value.isalnum()
        return replace(
            super().read(values),
            which="recorded" if values.get("of") == "recorded" else "held",
            pattern=kind if known else "",
            value=value if known else "",
        )

    @property
    def query(self) -> dict[str, str]:
        """What of it stands in the addresses of further pages."""
        chosen = {"of": self.which if self.which == "recorded" else "", "pattern": self.pattern}
        return {key: value for key, value in {**chosen, "value": self.value}.items() if value}


@dataclass(frozen=True)
class Shown:
    """A page of the queue; `next` and `previous` are numbers for an address, empty at the ends."""

    rows: list[Row]
    next: str = ""
    previous: str = ""


def held(appeal: Appeal) -> "patterns.Rows":
    """The held signatures of people."""
    return Signature.objects.filter(appeal=appeal, state=Signature.State.HELD)


def count(appeal: Appeal) -> int:
    """How many are held, counted to one above what is told."""
    return held(appeal).order_by()[: COUNTED + 1].count()


def page(*, actor: User, appeal: Appeal, asked: Asked, size: int = SIZE) -> Shown:
    """The newest first; of a pattern, those that fit among the next few thousand. Raises Forbidden."""
    require(actor, "roll.moderate", appeal.team)
    rows = patterns.sample(appeal, asked.which).select_related("public_line", "person", "version")
    rows = rows.defer("version__source", "version__canonical").exclude(kind=Signature.Kind.ORG)
    if asked.pattern or asked.which == "recorded":
        return _fitting(appeal, rows, asked, size)
    found = paging.page(rows, asked, size)
    return Shown([row_of(row, contacts=True) for row in found.rows], found.next, found.previous)


def _fitting(appeal: Appeal, rows: "patterns.Rows", asked: Asked, size: int) -> Shown:
    key = "leaf_index" if asked.which == "recorded" else "pk"
    if asked.after is not None:
        rows = rows.filter(**{f"{key}__lt": asked.after})
    reader = patterns.Reader(appeal)
    shown: list[Row] = []
    last, looked_at = 0, 0
    for row in rows[:SCAN].iterator(chunk_size=500):
        last, looked_at = getattr(row, key), looked_at + 1
        fits = not asked.pattern or reader.fits(row, asked.pattern, asked.value)
        if fits and row.state in Signature.LIVE:
            shown.append(row_of(row, contacts=True))
            if len(shown) == size:
                break
    more = len(shown) == size or looked_at == SCAN
    return Shown(shown, next=str(last) if more else "")


def decisions(*, actor: User, appeal: Appeal, before: int | None = None) -> list[Decision]:
    """The last decisions, the newest first; raises Forbidden."""
    require(actor, "roll.moderate", appeal.team)
    rows = Decision.objects.filter(appeal=appeal).select_related("actor", "undone_by").order_by("-pk")
    return list(rows.filter(pk__lt=before)[:_DECISIONS] if before else rows[:_DECISIONS])
