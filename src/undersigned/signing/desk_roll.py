"""The roll as organisers see it: every state, paged by place, with contact data where the role allows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.accounts.permissions import can, require
from undersigned.appeals.models import Appeal
from undersigned.lib import paging
from undersigned.lib.fields import EMAIL_MAX
from undersigned.signing import people, repeats, roll
from undersigned.signing.models import PublicLine, Signature

SIZE = 50
_SCAN = 100
STATES: tuple[tuple[str, str | Promise], ...] = (
    ("recorded", _("recorded")),
    ("confirmed", _("being recorded")),
    ("pending", _("waiting for confirmation")),
    ("held", _("held back")),
    ("struck", _("struck out")),
    ("refused", _("refused")),
    ("withdrawn", _("withdrawn")),
    ("disputed", _("disputed")),
)
_NAMES = frozenset(value for value, _label in STATES)


@dataclass(frozen=True)
class Asked(paging.Place):
    """What a request asks of the roll; whatever is no state, number or word is left out."""

    state: str = "recorded"
    query: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From an address's parameters."""
        state = str(values.get("state", ""))
        return replace(
            super().read(values),
            state=state if state in _NAMES else "recorded",
            query=paging.words(values.get("q"), EMAIL_MAX),
        )


@dataclass(frozen=True)
class Row:
    """A signature as the desk shows it."""

    pk: int
    shown: str
    display: str
    name: str
    email: str
    details: str
    version: int
    state: str
    state_name: str
    day: Any
    reason: str
    is_first: bool
    is_vouched: bool
    may_moderate: bool


@dataclass(frozen=True)
class Shown:
    """A page of rows; `next` and `previous` are numbers for an address, empty at the ends."""

    rows: list[Row]
    next: str = ""
    previous: str = ""
    partial: bool = False


def page(*, actor: User, appeal: Appeal, asked: Asked, size: int = SIZE) -> Shown:
    """The newest signatures of a state first, or what a search finds; raises Forbidden."""
    require(actor, "roll.view", appeal.team)
    contacts = can(actor, "roll.contacts", appeal.team)
    if asked.query:
        found, partial = _search(appeal, asked.query, contacts=contacts)
        return Shown([row_of(row, contacts=contacts) for row in found], partial=partial)
    # Most rows are recorded: walk them by number. The others have indexes of their own, which SQLite
    # takes only where the order is not the row's number itself.
    walk = asked.state == Signature.State.RECORDED
    found_page = paging.page(_rows(appeal).filter(state=asked.state), asked, size, walk=walk)
    rows = [row_of(row, contacts=contacts) for row in found_page.rows]
    return Shown(rows, next=found_page.next, previous=found_page.previous)


def _rows(appeal: Appeal) -> QuerySet[Signature]:
    rows = Signature.objects.filter(appeal=appeal).exclude(kind=Signature.Kind.ORG)
    return rows.select_related("public_line", "person", "version")


def _search(appeal: Appeal, query: str, *, contacts: bool) -> tuple[Sequence[Signature], bool]:
    """By whole address for those who see addresses, else by shown name; no sealed address is opened."""
    if "@" in query:
        # Asking would make the key anew that the end of retention destroyed.
        if not contacts or not repeats.has_key(appeal):
            return [], False
        numbers = repeats.numbers(appeal, repeats.repeat_key(appeal, query))
        return list(_rows(appeal).filter(pk__in=numbers).order_by("-pk")[:_SCAN]), False
    numbers, partial = roll.find(appeal, query, size=_SCAN)
    found = {row.pk: row for row in _rows(appeal).filter(pk__in=numbers)}
    return [found[number] for number in numbers if number in found], partial


def row_of(signature: Signature, *, contacts: bool) -> Row:
    """A signature for the desk; without `contacts` it holds what the public roll shows and no more."""
    line: PublicLine | None = getattr(signature, "public_line", None)
    person = people.unseal(signature.person) if contacts and hasattr(signature, "person") else {}
    visible = line is not None and (contacts or line.listed)
    details = [line.role, line.affiliation, line.place, line.country] if line and visible else []
    return Row(
        pk=signature.pk,
        shown=line.name if line and visible else "",
        display=signature.display,
        name=person.get("name", ""),
        email=person.get("email", ""),
        details=", ".join(part for part in details if part),
        version=signature.version.number,
        state=signature.state,
        state_name=str(signature.get_state_display()),
        day=signature.ended_at or signature.recorded_at or signature.confirmed_at or signature.created_at,
        reason=signature.reason,
        is_first=signature.first_order is not None,
        is_vouched=signature.kind == Signature.Kind.VOUCHED,
        may_moderate=signature.state in Signature.LIVE,
    )
