"""What others ask of a log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Sum

from undersigned.ledger.append import chunked
from undersigned.ledger.models import AdoptedCommitment, Log, VersionTally
from undersigned.ledger.store import LogFiles
from undersigned.tlog.checkpoint import Checkpoint, parse_checkpoint
from undersigned.tlog.leaf import KINDS, REASONS
from undersigned.tlog.note import parse_note
from undersigned.tlog.tile import FetchTile


@dataclass(slots=True)
class Totals:
    """The counts of a whole log; `signatures` is net."""

    signatures: int = 0
    own: int = 0
    struck: int = 0
    moved: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))


def log_of(appeal_id: str) -> Log | None:
    """The log of an appeal, None before it opened."""
    return Log.objects.filter(appeal_id=appeal_id).first()


def published_logs() -> list[Log]:
    """All logs that have a public checkpoint, oldest first; hidden ones are nobody's business."""
    rows = Log.objects.filter(published_size__gt=0, hidden_since__isnull=True)
    return list(rows.order_by("created_at", "pk"))


def is_hidden(appeal_id: str) -> bool:
    """Whether a log that has files is kept from readers."""
    return Log.objects.filter(appeal_id=appeal_id, hidden_since__isnull=False).exists()


def checkpoint(log: Log) -> Checkpoint | None:
    """The last public checkpoint as the database knows it; `log.checkpoint` is its signed note."""
    return parse_checkpoint(parse_note(log.checkpoint)[0]) if log.checkpoint else None


def fetch_tile(log: Log) -> FetchTile:
    """Hash tiles of the log from its public files, as proofs ask for them."""
    return LogFiles(log.appeal_id).fetch_tile


def tallies(log: Log) -> list[VersionTally]:
    """The counts of every version in the log, in the order of their text leaves."""
    return list(log.tallies.order_by("text_index"))


def totals(log: Log) -> Totals:
    """The counts of the whole appeal, summed over its versions."""
    sums = log.tallies.aggregate(**{name: Sum(name, default=0) for name in (*KINDS, *REASONS)})
    kinds = {kind: int(sums[kind]) for kind in KINDS}
    return Totals(sum(kinds.values()), **{reason: int(sums[reason]) for reason in REASONS}, kinds=kinds)


def text_leaves(log: Log) -> dict[tuple[str, int], int]:
    """Where each version of each text stands: (text id, number) to leaf index."""
    return {
        (text, number): index
        for text, number, index in log.tallies.values_list("text_id", "number", "text_index")
    }


def find_commitments(log: Log, commitments: Iterable[str]) -> dict[str, int]:
    """Which of these commitments stand in adopted sign or amend leaves, and where.

    A row with such a commitment was recorded before the database was lost: it takes that index.
    """
    adopted = AdoptedCommitment.objects.filter(log=log)
    found: dict[str, int] = {}
    if not adopted.exists():
        return found
    for chunk in chunked(sorted(set(commitments))):
        found.update(adopted.filter(commitment__in=chunk).values_list("commitment", "index"))
    return found


def dead_leaves(log: Log, indexes: Iterable[int]) -> set[int]:
    """Which of these sign leaves are undone already."""
    found: set[int] = set()
    for chunk in chunked(sorted(set(indexes))):
        found.update(log.leaves.filter(index__in=chunk, dead=True).values_list("index", flat=True))
    return found
