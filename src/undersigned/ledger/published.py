"""The counts under the signed checkpoint of each log, never those of leaves that are not public yet."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from undersigned.ledger import read
from undersigned.ledger.models import Leaf, Log, VersionTally
from undersigned.tlog.checkpoint import Checkpoint
from undersigned.tlog.leaf import KINDS, REASONS, Sign, Undo, parse

_CHUNK = 900
# A leaf of mail, which most are, is told by these bytes and never parsed.
_MAIL = b'"k":"mail"'
_OTHERS = tuple(kind for kind in KINDS if kind != "mail")


@dataclass(frozen=True)
class Count:
    """Signatures of a version, a text or an appeal: net, and what was undone by reason."""

    signatures: int = 0
    own: int = 0
    struck: int = 0
    moved: int = 0
    # Of the signatures, those that no mail confirmed.
    vouched: int = 0
    paper: int = 0
    org: int = 0

    @property
    def mail(self) -> int:
        """Signatures that a mail confirmed."""
        return self.signatures - self.vouched - self.paper - self.org

    @property
    def kinds(self) -> dict[str, int]:
        """Signatures by how they were confirmed, in the order of the log's own names."""
        return {kind: getattr(self, kind) for kind in KINDS}

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.signatures + other.signatures,
            self.own + other.own,
            self.struck + other.struck,
            self.moved + other.moved,
            self.vouched + other.vouched,
            self.paper + other.paper,
            self.org + other.org,
        )


@dataclass(frozen=True)
class Published:
    """An appeal's log and its counts at one published size, by text id and version."""

    log: Log
    checkpoint: Checkpoint | None = None
    versions: dict[tuple[str, int], Count] = field(default_factory=dict)


def published(appeal_ids: Iterable[str]) -> dict[str, Published]:
    """The counts of several appeals; those whose log holds no text yet are left out."""
    rows: dict[str, list[VersionTally]] = {}
    # Tallies and log in one statement, so that they are of one moment.
    tallies = VersionTally.objects.select_related("log").filter(log__appeal_id__in=appeal_ids)
    for row in tallies.order_by("text_index"):
        rows.setdefault(row.log.appeal_id, []).append(row)
    return {appeal: _published(own) for appeal, own in rows.items()}


def _published(rows: list[VersionTally]) -> Published:
    log = rows[0].log
    checkpoint = read.checkpoint(log)
    if checkpoint is None:
        return Published(log)
    ahead = _unpublished(log, checkpoint.size) if log.size > checkpoint.size else {}
    versions = {
        (row.text_id, row.number): _before(row, ahead.get(row.text_index, Counter()))
        for row in rows
        if row.text_index < checkpoint.size
    }
    return Published(log, checkpoint, versions)


def _before(row: VersionTally, ahead: Counter[str]) -> Count:
    undone = {reason: getattr(row, reason) - ahead[reason] for reason in REASONS}
    kinds = {kind: getattr(row, kind) - ahead[kind] for kind in _OTHERS}
    return Count(row.signatures - ahead["signatures"], **undone, **kinds)


def _unpublished(log: Log, start: int) -> dict[int, Counter[str]]:
    """What the leaves behind the checkpoint change, by text leaf."""
    return _changes(log.pk, log.appended_at, start, log.size)


@lru_cache(maxsize=64)
def _changes(log: int, _appended_at: datetime | None, start: int, end: int) -> dict[int, Counter[str]]:
    """Counted once for each pair of sizes; the moment tells apart what a restored database wrote anew."""
    changes: dict[int, Counter[str]] = {}
    all_leaves = Leaf.objects.filter(log=log)
    leaves = all_leaves.filter(index__gte=start, index__lt=end)
    signs = leaves.filter(text_index__isnull=False).values_list("text_index", "entry")
    for text, entry in signs.iterator():
        changes.setdefault(text or 0, Counter()).update(["signatures", _kind(entry)])
    others = leaves.filter(text_index__isnull=True).values_list("entry", flat=True).iterator()
    undos = {leaf.sign: leaf.reason for leaf in map(parse, map(bytes, others)) if isinstance(leaf, Undo)}
    named = sorted(undos)
    for place in range(0, len(named), _CHUNK):
        undone = all_leaves.filter(index__in=named[place : place + _CHUNK])
        for index, text, entry in undone.values_list("index", "text_index", "entry"):
            change = changes.setdefault(text or 0, Counter())
            change.subtract(["signatures", _kind(entry)])
            change[undos[index]] += 1
    return changes


def _kind(entry: bytes | memoryview) -> str:
    """How the signature of a sign leaf was confirmed."""
    data = bytes(entry)
    if _MAIL in data:
        return "mail"
    leaf = parse(data)
    return leaf.kind if isinstance(leaf, Sign) else "mail"
