"""References from a file of a reference manager: previewed, then taken all or not at all."""

import importlib
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import sources
from undersigned.appeals.models import Appeal
from undersigned.appeals.references.csl import digest_of
from undersigned.appeals.references.found import FILE_MAX, Item, Parsed
from undersigned.appeals.references.problems import ReferenceProblem
from undersigned.appeals.said import said
from undersigned.lib.apart import TookTooLong, apart

# A list that somebody types in is read here; a whole library costs its parser seconds, or all there are.
_SMALL = 20_000
_SECONDS = 10.0


class OnClash(StrEnum):
    """What happens to a reference whose key is taken by other data."""

    REFUSE = "refuse"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True)
class Planned:
    """What would become of one reference of the file."""

    item: Item
    what: str


class NotTaken(Exception):
    """A file that cannot be taken as it is; nothing was changed, `problems` say why, line by line."""

    def __init__(self, problems: list[ReferenceProblem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def read(data: bytes) -> Parsed:
    """What a BibTeX, RIS or CSL-JSON file holds; a file that takes too long to read is refused."""
    if len(data) <= _SMALL or len(data) > FILE_MAX:
        return _read(data)
    try:
        found = apart("undersigned.appeals.references.read:read_apart", data, seconds=_SECONDS)
    except TookTooLong:
        return Parsed(problems=[ReferenceProblem(0, "too-slow", {"seconds": str(int(_SECONDS))})])
    return Parsed(
        [Item(**item) for item in found["items"]],
        [ReferenceProblem(**problem) for problem in found["problems"]],
    )


def _read(data: bytes) -> Parsed:
    # The readers are loaded at their first use.
    reader = importlib.import_module("undersigned.appeals.references.read")
    parsed: Parsed = reader.read_references(data)
    return parsed


def plan(appeal: Appeal, items: list[Item], on_clash: OnClash = OnClash.REFUSE) -> list[Planned]:
    """What taking these would do: “new”, “same”, “update” or “keep”; raises NotTaken for clashes."""
    known = dict(appeal.sources.values_list("key", "digest"))
    planned, problems = [], []
    for item in items:
        if item.key not in known:
            what = "new"
        elif known[item.key] == digest_of(item.csl):
            what = "same"
        else:
            what = str(on_clash)
            if on_clash == OnClash.REFUSE:
                problems.append(ReferenceProblem(item.line, "key-taken", {"key": item.key}))
        planned.append(Planned(item, what))
    if problems:
        raise NotTaken(problems)
    return planned


@transaction.atomic
def import_sources(
    *, actor: User, appeal: Appeal, items: list[Item], on_clash: OnClash = OnClash.REFUSE
) -> list[Planned]:
    """Takes every reference or none; raises Forbidden, NotTaken."""
    require(actor, "appeal.edit", appeal.team)
    planned = plan(appeal, items, on_clash)
    existing = {source.key: source for source in appeal.sources.select_related("appeal__team")}
    problems: list[ReferenceProblem] = []
    for one in planned:
        try:
            if one.what == "new":
                sources.add_source(actor=actor, appeal=appeal, key=one.item.key, csl=one.item.csl)
            elif one.what == "update":
                sources.change_source(actor=actor, source=existing[one.item.key], csl=one.item.csl)
        except ValidationError as error:
            problems.append(ReferenceProblem(one.item.line, "plain", {"what": " ".join(error.messages)}))
    if problems:
        raise NotTaken(problems)
    return planned


def said_all(problems: list[ReferenceProblem]) -> list[str]:
    """The problems as sentences of the current language."""
    return [said(problem) for problem in problems]
