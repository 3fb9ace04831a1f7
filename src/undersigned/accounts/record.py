"""The audit record as people read it: newest first, by the page, never counted; filtered; as a file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from undersigned.accounts import acts, audit
from undersigned.accounts.models import AuditRecord, Team, User
from undersigned.accounts.permissions import require
from undersigned.lib import paging
from undersigned.lib.table import safe_cell

SIZE = 50
# What stands for acts that nobody signed in did.
SYSTEM = "system"
_CHUNK = 2_000


@dataclass(frozen=True)
class Line:
    """One act."""

    number: int
    at: datetime
    who: str
    act: str
    subject: str
    detail: list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """A page of acts; `older` is the number to continue below, or None."""

    lines: list[Line]
    older: int | None


@dataclass(frozen=True)
class Asked:
    """Which acts somebody wants to see: of which kind, whose, and of which days (both counted in)."""

    act: str = ""
    who: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From an address's parameters; what cannot be read does not filter."""
        who = str(values.get("who") or "")
        return cls(
            act=act if (act := str(values.get("act") or "")) in acts.ACTS else "",
            who=who if who == SYSTEM or paging.number(who) is not None else "",
            since=_day(values.get("since")),
            until=_day(values.get("until")),
        )

    def parameters(self) -> dict[str, str]:
        """As an address holds it."""
        days = {"since": self.since, "until": self.until}
        said = {"act": self.act, "who": self.who}
        return {name: v for name, v in said.items() if v} | {
            name: day.isoformat() for name, day in days.items() if day
        }


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(str(value or ""))
    except ValueError:
        return None
    # Days at the ends of the calendar have no neighbours to reckon with.
    return day if date.min.year + 1 < day.year < date.max.year else None


def page(
    *, actor: User, team: Team, before: int | None = None, asked: Asked | None = None, size: int = SIZE
) -> Page:
    """The acts of a team below a number; raises Forbidden for who may not read them."""
    require(actor, "audit.view", team)
    rows = _wanted(team, asked or Asked())
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    older = found[size - 1].pk if len(found) > size else None
    names = _names(found)
    return Page([_line(row, names) for row in found[:size]], older)


def people(*, actor: User, team: Team) -> list[User]:
    """Whose acts the record of a team holds, by name."""
    require(actor, "audit.view", team)
    theirs = AuditRecord.objects.filter(team=team, actor=OuterRef("pk"))
    return list(User.objects.filter(Exists(theirs)).order_by("name", "pk"))


def export(*, actor: User, team: Team, asked: Asked) -> Iterator[str]:
    """The record as CSV, a piece at a time; the export is written down first."""
    require(actor, "audit.view", team)
    audit.record(
        team=team, actor=actor, verb="record.export", subject=f"team:{team.pk}", **asked.parameters()
    )
    return _csv(_wanted(team, asked))


def _wanted(team: Team, asked: Asked) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.filter(team=team).select_related("actor").order_by("-id")
    if asked.act:
        rows = rows.filter(verb=asked.act)
    if asked.who:
        rows = rows.filter(actor=None if asked.who == SYSTEM else int(asked.who))
    if asked.since:
        rows = _between(rows, team, "at__gte", asked.since, "at", "id__gte")
    if asked.until:
        rows = _between(rows, team, "at__lt", asked.until + timedelta(days=1), "-at", "id__lte")
    return rows


def _between(
    rows: QuerySet[AuditRecord], team: Team, which: str, day: date, order: str, bound: str
) -> QuerySet[AuditRecord]:
    """Bounds by the number of the row next to the moment: numbers and moments grow together."""
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    next_to_it = AuditRecord.objects.filter(team=team, **{which: midnight}).order_by(order)
    number = next_to_it.values_list("id", flat=True).first()
    return rows.none() if number is None else rows.filter(**{bound: number})


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(rows: QuerySet[AuditRecord]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["number", "at", "who", "act", "verb", "subject", "details"])
    names: dict[int, str] = {}
    for row in rows.iterator(chunk_size=_CHUNK):
        if (person := _person(row)) and person not in names:
            names |= _names([row])
        line = _line(row, names)
        said = "; ".join(f"{key}: {value}" for key, value in line.detail)
        cells = [line.at.isoformat(), line.who, line.act, row.verb, row.subject, said]
        yield writer.writerow([line.number, *map(safe_cell, cells)])


def _person(row: AuditRecord) -> int | None:
    kind, _colon, name = row.subject.partition(":")
    return int(name) if kind == "user" and name.isdigit() else None


def _names(rows: list[AuditRecord]) -> dict[int, str]:
    """How those are called whom these acts are about; a query where there is anybody."""
    wanted = {pk for row in rows if (pk := _person(row)) is not None}
    return {pk: str(user) for pk, user in User.objects.in_bulk(wanted).items()} if wanted else {}


def _line(row: AuditRecord, names: Mapping[int, str]) -> Line:
    detail = [(acts.key(name), acts.value(name, said)) for name, said in sorted(row.detail.items())]
    who = str(row.actor) if row.actor else ""
    person = _person(row)
    about = names.get(person, "") if person is not None else _subject(row.subject)
    return Line(row.pk, row.at, who, acts.act(row.verb), about, detail)


def _subject(subject: str) -> str:
    """What the act was about, without the word that tells programs its kind; empty for the team."""
    kind, _colon, name = subject.partition(":")
    return "" if kind == "team" else name or subject
