"""What readers read of cases, all of it from `PublicCase`: lists with filters, one case, its picture."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from undersigned.appeals import case_timeline, veil, written_dates
from undersigned.appeals.case_models import Case, CaseStatement, PublicCase
from undersigned.appeals.case_timeline import Row, Span
from undersigned.appeals.models import Appeal
from undersigned.appeals.references.dates import date_key, read_date
from undersigned.appeals.references.problems import BadReference

SIZE = 50
QUERY_MAX = 200


class BadCursor(ValueError):
    """A place in the list that is not, or is no longer, there."""


@dataclass(frozen=True)
class Statement:
    """A statement as readers see it."""

    state: str
    date: str
    edtf: str
    place: str
    note: str
    sources: tuple[Mapping[str, str], ...]

    @property
    def date_key(self) -> str:
        """What it sorts by; empty where no year is known."""
        try:
            return date_key(read_date(self.date))
        except BadReference:
            return ""

    def in_words(self, language: str) -> str:
        """Its date in words of the current language."""
        return written_dates.in_words(self.date, language)


@dataclass(frozen=True)
class Shown:
    """A case as readers see it; without a name where that is withheld."""

    id: str
    kind: str
    state: str
    level: str
    names: tuple[Mapping[str, str], ...]
    note: str
    place: str
    history: tuple[Statement, ...]
    updates: tuple[tuple[date, str], ...]

    @property
    def name(self) -> str:
        """What it is called; empty where the name is withheld."""
        return self.names[0]["text"] if self.names else ""

    @property
    def language(self) -> str:
        """The language of that name."""
        return self.names[0]["language"] if self.names else ""

    @property
    def others(self) -> tuple[Mapping[str, str], ...]:
        """Its other names."""
        return self.names[1:]

    @property
    def title(self) -> str:
        """What a page calls it."""
        return self.name or nameless(self.kind)

    @property
    def since(self) -> Statement | None:
        """The statement that tells its present state."""
        stated = [row for row in self.history if row.state]
        return stated[-1] if stated else None

    def as_json(self) -> dict[str, Any]:
        """The case for the interface and for files."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name or None,
            "names": [dict(name) for name in self.names],
            "state": self.state,
            "place": self.place,
            "note": self.note,
            "history": [
                {
                    "state": row.state, "date": row.date, "edtf": row.edtf, "place": row.place,
                    "note": row.note, "sources": [dict(cite) for cite in row.sources],
                }
                for row in self.history
            ],
            "updates": [{"on": day.isoformat(), "text": text} for day, text in self.updates],
        }  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page of the list; `next` is the id to continue behind, empty at the end."""

    cases: list[Shown]
    next: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for; what is empty asks for nothing."""

    state: str = ""
    kind: str = ""
    place: str = ""
    query: str = ""

    def __bool__(self) -> bool:
        return bool(self.state or self.kind or self.place or self.query)


def wanted(asked: Mapping[str, str]) -> Wanted:
    """The filters of an address; what is none of the possibilities asks for nothing."""
    state, kind = asked.get("state", ""), asked.get("kind", "")
    return Wanted(
        state if state in CaseStatement.State.values else "",
        kind if kind in Case.Kind.values else "",
        _line(asked.get("place", "")),
        _line(asked.get("q", "")),
    )


def _line(typed: str) -> str:
    return " ".join(typed.replace("\0", "").split())[:QUERY_MAX]


def nameless(kind: str) -> str:
    """What a case is called whose name is withheld."""
    return _("A group, name withheld") if kind == Case.Kind.GROUP else _("Name withheld")


def page(appeal: Appeal, looked_for: Wanted, *, after: str = "", size: int = SIZE) -> Page:
    """Cases in the order of their names, those without one at the end; raises BadCursor."""
    rows = _found(appeal, looked_for)
    if after:
        place = PublicCase.objects.filter(appeal=appeal, public_id=after).values_list("sort_key", flat=True)
        if not place:
            raise BadCursor(after)
        behind = Q(sort_key__gt=place[0]) | Q(sort_key=place[0], public_id__gt=after)
        rows = rows.filter(behind)
    found = list(rows.order_by("sort_key", "public_id")[: size + 1])
    return Page([shown(row) for row in found[:size]], found[size - 1].public_id if len(found) > size else "")


def _found(appeal: Appeal, looked_for: Wanted) -> QuerySet[PublicCase]:
    rows = PublicCase.objects.filter(appeal=appeal)
    if looked_for.state:
        rows = rows.filter(state=looked_for.state)
    if looked_for.kind:
        rows = rows.filter(kind=looked_for.kind)
    if looked_for.place:
        rows = rows.filter(places__contains=veil.fold(looked_for.place))
    for word in veil.fold(looked_for.query).split():
        rows = rows.filter(words__contains=word)
    return rows


def one(appeal: Appeal, public_id: str) -> Shown | None:
    """A published case by the address that readers know."""
    row = PublicCase.objects.filter(appeal=appeal, public_id=public_id).first()
    return shown(row) if row else None


def updated(appeal: Appeal, most: int) -> list[Shown]:
    """The cases that were last told of."""
    rows = PublicCase.objects.filter(appeal=appeal, updated_on__isnull=False)
    return [shown(row) for row in rows.order_by("-updated_on", "public_id")[:most]]


def everybody(appeal: Appeal) -> Iterator[Shown]:
    """All published cases in the order of the list."""
    rows = PublicCase.objects.filter(appeal=appeal).order_by("sort_key", "public_id")
    return (shown(row) for row in rows.iterator(chunk_size=500))


def shown(row: PublicCase) -> Shown:
    """A row as readers see it."""
    data = row.data
    return Shown(
        id=row.public_id,
        kind=row.kind,
        state=row.state,
        level=data["level"],
        names=tuple(data["names"]),
        note=data["note"],
        place=data["place"],
        history=tuple(
            Statement(
                each["state"], each["date"], each["edtf"], each["place"], each["note"], tuple(each["sources"])
            )
            for each in data["history"]
        ),
        updates=tuple((date.fromisoformat(each["on"]), each["text"]) for each in data["updates"]),
    )


def state_words() -> dict[str, str]:
    """Each state in words of the current language."""
    return {value: str(label) for value, label in CaseStatement.State.choices}


def name_words() -> dict[str, str]:
    """Each kind of name in words of the current language."""
    return {
        "name": _("name"),
        "pseudonym": _("pseudonym"),
        "initials": _("initials"),
        "civil": _("civil name"),
        "transliteration": _("transliteration"),
    }


def picture(cases: Iterable[Shown], *, language: str, rtl: bool, labels: bool = True) -> str:
    """The timeline of some cases in words of the current language; empty where nothing has a date."""
    words = state_words()
    rows = [Row(case.title if labels else "", _spans(case, words, language)) for case in cases]
    return case_timeline.draw(rows, ident="timeline", title=_("Timeline"), states=words, rtl=rtl)


def _spans(case: Shown, words: Mapping[str, str], language: str) -> tuple[Span, ...]:
    return tuple(
        Span(
            row.state,
            key,
            _("%(state)s: %(date)s")
            % {"state": words.get(row.state, row.state), "date": row.in_words(language)},
            vague=any(sign in row.edtf for sign in "~/") or len(row.edtf) < 7,
        )
        for row in case.history
        if row.state and (key := row.date_key)
    )
