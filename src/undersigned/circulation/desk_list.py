"""The circulation desk's list: who has the letter and where it stands, paged by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from django.db.models import Count, QuerySet

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.circulation import collected, people
from undersigned.circulation.models import Carrier, CoveringLetter, Reply
from undersigned.lib import paging
from undersigned.lib.fields import EMAIL_MAX

SIZE = 50
# Stands beside the states in an address: whoever wrote to the author, wherever else they stand.
WROTE = "wrote"


@dataclass(frozen=True)
class Asked(paging.Place):
    """What a request asks of the list; whatever is no state, number or word is left out."""

    state: str = ""
    query: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From an address's parameters."""
        state = str(values.get("state", ""))
        return replace(
            super().read(values),
            state=state if state in (*Carrier.State.values, WROTE) else "",
            query=paging.words(values.get("q"), EMAIL_MAX),
        )


@dataclass(frozen=True)
class Row:
    """A carrier as the desk shows one."""

    pk: int
    name: str
    email: str
    language: str
    state: str
    state_name: str
    day: datetime
    note: str
    depth: int
    children: int
    signatures: int
    replies: int


@dataclass(frozen=True)
class Shown:
    """A page of rows; `next` and `previous` are numbers for an address, empty at the ends."""

    rows: list[Row]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class StateCount:
    """A state with the number of carriers in it."""

    state: str
    name: str
    count: int


def by_state(appeal: Appeal) -> list[StateCount]:
    """How many stand where, in the order of a letter's way; states that nobody is in are left out."""
    rows = Carrier.objects.filter(appeal=appeal).values("state").annotate(n=Count("pk")).order_by()
    found = {row["state"]: row["n"] for row in rows}
    return [
        StateCount(value, str(label), found[value])
        for value, label in Carrier.State.choices
        if value in found
    ]


def page(*, actor: User, appeal: Appeal, asked: Asked, size: int = SIZE) -> Shown:
    """Those added last first, of all or of one state, or whoever has an address; raises Forbidden."""
    require(actor, "carriers.view", appeal.team)
    rows = Carrier.objects.filter(appeal=appeal)
    if asked.query:
        # Names are sealed: only a whole address finds somebody, by its keyed hash.
        rows = rows.filter(address_key=people.address_key(asked.query))
    elif asked.state == WROTE:
        rows = rows.filter(pk__in=Reply.objects.filter(carrier__appeal=appeal).values("carrier"))
    elif asked.state:
        rows = rows.filter(state=asked.state)
    found = paging.page(rows, asked, size)
    return Shown(rows_of(found.rows), next=found.next, previous=found.previous)


def rows_of(found: Sequence[Carrier]) -> list[Row]:
    """Carriers for the desk, with what hangs on them, in a fixed number of queries."""
    numbers = [carrier.pk for carrier in found]
    children = _numbers(Carrier.objects.filter(parent__in=numbers), "parent")
    replies = _numbers(Carrier.objects.filter(pk__in=numbers, replies__isnull=False), "pk", "replies")
    drafts = set(
        CoveringLetter.objects.filter(carrier__in=numbers, state=CoveringLetter.State.DRAFT).values_list(
            "carrier_id", flat=True
        )
    )
    signatures = collected.counts(numbers)
    return [
        _row(
            carrier,
            children=children.get(carrier.pk, 0),
            replies=replies.get(carrier.pk, 0),
            signatures=signatures.get(carrier.pk, 0),
            is_draft=carrier.pk in drafts,
        )
        for carrier in found
    ]


def _numbers(rows: QuerySet[Carrier], by: str, counted: str = "pk") -> dict[int, int]:
    return {row[by]: row["n"] for row in rows.values(by).annotate(n=Count(counted)).order_by()}


def _row(carrier: Carrier, *, children: int, replies: int, signatures: int, is_draft: bool) -> Row:
    contact = people.contact_of(carrier)
    note = "queued" if carrier.state == Carrier.State.WRITTEN and carrier.queued_at else ""
    return Row(
        pk=carrier.pk,
        name=contact.name,
        email=contact.email,
        language=carrier.language,
        state=carrier.state,
        state_name=str(Carrier.State(carrier.state).label),
        day=last_day(carrier),
        note="draft" if is_draft and not note else note or carrier.refusal,
        depth=carrier.depth,
        children=children,
        signatures=signatures,
        replies=replies,
    )


def last_day(carrier: Carrier) -> datetime:
    """The day of what the state says."""
    dates = {
        Carrier.State.REVOKED: carrier.revoked_at,
        Carrier.State.SILENT: carrier.silent_at,
        Carrier.State.OPENED: carrier.opened_at,
        Carrier.State.REFUSED: carrier.refused_at,
        Carrier.State.SENT: carrier.sent_at,
        Carrier.State.WRITTEN: carrier.queued_at,
    }
    return dates.get(Carrier.State(carrier.state), carrier.answered_at) or carrier.created_at
