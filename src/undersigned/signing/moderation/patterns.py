"""What many signatures have in common: mail domain, network, moment, nearly one name, throw-away address.

Read when a moderator looks, from what is sealed, over the newest few thousand: nothing of it is kept.
A pattern is a reason to look, never one to refuse: who shares a provider, a café or a name with others is
no forger. In addresses a value is a keyed hash; its words stand on the page only.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet

from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.appeals.veil import fold
from undersigned.lib import env, vault
from undersigned.lib.vault import VaultError
from undersigned.signing import people, repeats
from undersigned.signing.models import Signature

Rows = QuerySet[Signature]
# The newest so many are looked at, whatever an appeal holds.
SAMPLE = 5000
KINDS = ("domain", "network", "burst", "name", "disposable")
# So many of each kind are shown.
SHOWN = 12
_FEWEST = 2


@dataclass(frozen=True)
class Group:
    """Signatures that have something in common; `value` is what an address says of it."""

    kind: str
    value: str
    label: str
    count: int


@dataclass
class Found:
    """What a sample of signatures has in common, by kind, the largest first."""

    looked_at: int = 0
    # Whether there are more than were looked at.
    partial: bool = False
    groups: dict[str, list[Group]] = field(default_factory=dict)
    # When they came, a bar for each stretch of time.
    moments: list[tuple[datetime, int]] = field(default_factory=list)
    keeps_networks: bool = True


class Reader:
    """Reads of signatures of one appeal what they may have in common; the keys are read once."""

    def __init__(self, appeal: Appeal) -> None:
        self._appeal = appeal
        # Asking would make the key anew that the end of retention destroyed.
        gone = repeats.are_over(appeal)
        self._hash = None if gone else vault.hasher(repeats.key_name(appeal))
        self._opened = people.opener()

    def marks(self, row: Signature) -> dict[str, tuple[str, str]]:
        """By kind: the value and the words of what a signature may share with others."""
        found = {"burst": self._moment(row)}
        person = getattr(row, "person", None)
        if person is None or self._hash is None:
            return found
        try:
            opened = self._opened(person.sealed)
        except VaultError:
            return found
        values = people.read(opened)
        domain = values["email"].rpartition("@")[2].lower()
        if domain:
            found["domain"] = self._mark("domain", domain), domain
            if domain in _disposable(env.load().disposable_domains):
                found["disposable"] = self._mark("disposable", domain), domain
        if network := people.network(opened):
            found["network"] = network, ""
        if name := alike(values["name"] or values["pseudonym"]):
            found["name"] = self._mark("name", name), values["name"] or values["pseudonym"]
        return found

    def fits(self, row: Signature, kind: str, value: str) -> bool:
        """Whether a signature is one of a group."""
        return self.marks(row).get(kind, ("", ""))[0] == value != ""

    def _mark(self, kind: str, words: str) -> str:
        assert self._hash is not None
        return self._hash(f"pattern {kind} {words}")[:12].hex()

    def _moment(self, row: Signature) -> tuple[str, str]:
        at = rounded(self._appeal, row.created_at)
        return at.strftime("%Y%m%dT%H%M"), at.isoformat()


def rounded(appeal: Appeal, at: datetime) -> datetime:
    """The stretch of time in which somebody signed: ten minutes, an hour, or a day, as the profile has it."""
    at = at.replace(second=0, microsecond=0)
    match appeal.profile:
        case Appeal.Profile.OPEN:
            return at.replace(minute=at.minute // 10 * 10)
        case Appeal.Profile.CAREFUL:
            return at.replace(minute=0)
        case _at_risk:
            return at.replace(hour=0, minute=0)


def alike(name: str) -> str:
    """What nearly equal names have in common: no case, accents, marks, digits, doubled letters or order."""
    letters = "".join(char if char.isalpha() else " " for char in fold(name))
    return " ".join(sorted(_undoubled(word) for word in letters.split()))


def _undoubled(word: str) -> str:
    return "".join(char for place, char in enumerate(word) if place == 0 or word[place - 1] != char)


@lru_cache(maxsize=4)
def _disposable(names: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


def sample(appeal: Appeal, which: str) -> Rows:
    """The newest that are held, or the newest that are recorded; either from an index."""
    rows = Signature.objects.filter(appeal=appeal).select_related("person")
    if which == "recorded":
        # The constraint's own index knows an appeal's rows by their leaf.
        return rows.filter(leaf_index__isnull=False).order_by("-leaf_index")
    return rows.filter(state=Signature.State.HELD).order_by("-pk")


def look(*, actor: User, appeal: Appeal, which: str = "held") -> Found:
    """What the newest held signatures, or the newest recorded ones, have in common; raises Forbidden."""
    require(actor, "roll.moderate", appeal.team)
    rows = list(sample(appeal, which)[: SAMPLE + 1])
    found = Found(looked_at=len(rows[:SAMPLE]), partial=len(rows) > SAMPLE)
    found.keeps_networks = appeal.profile != Appeal.Profile.AT_RISK
    reader = Reader(appeal)
    counted: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    labels: dict[tuple[str, str], str] = {}
    for row in rows[:SAMPLE]:
        if row.state not in Signature.LIVE or row.kind == Signature.Kind.ORG:
            continue
        for kind, (value, label) in reader.marks(row).items():
            counted[kind][value] += 1
            labels.setdefault((kind, value), label)
    found.moments = sorted(
        (datetime.fromisoformat(labels["burst", value]), number) for value, number in counted["burst"].items()
    )
    for kind in KINDS:
        found.groups[kind] = list(_groups(kind, counted[kind], labels))
    return found


def _groups(kind: str, counted: Counter[str], labels: dict[tuple[str, str], str]) -> Iterable[Group]:
    fewest = 1 if kind == "disposable" else _FEWEST
    for value, number in counted.most_common(SHOWN):
        if number >= fewest:
            yield Group(kind, value, labels[kind, value], number)
