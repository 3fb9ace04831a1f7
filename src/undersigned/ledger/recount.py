"""The database's own leaves counted again, one by one, as if nothing but the entries were known."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from undersigned.ledger.errors import LeafRefused
from undersigned.ledger.models import Log, VersionTally
from undersigned.tlog.errors import TlogError
from undersigned.tlog.hashing import leaf_hashes
from undersigned.tlog.leaf import KINDS, REASONS, Sign, TextLeaf, Undo, parse
from undersigned.tlog.tally import Tally
from undersigned.tlog.tile import TileStream

_READ = 4096


Counts = dict[str, int]


@dataclass(slots=True)
class Recount:
    """What the entries say: roots at the sizes asked for, the count of each version, who is undone."""

    roots: dict[int, bytes] = field(default_factory=dict)
    # Per text leaf: text id, number, and the counts as `VersionTally` names them.
    versions: dict[int, tuple[str, int, Counts]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    # Leaves whose column names another text than their entry.
    misplaced: list[int] = field(default_factory=list)


def recount(log: Log, sizes: Iterable[int] = ()) -> Recount:
    """Reads every leaf of the database once; raises LeafRefused at the first that breaks a rule."""
    counter = _Counter(log.origin)
    stream = TileStream()
    start = 0
    for end in sorted({size for size in sizes if size <= log.size} | {log.size}):
        for rows in _rows(log, start, end):
            for _tile in stream.extend(leaf_hashes([entry for _index, entry, _text in rows])):
                pass
            for row in rows:
                counter.take(*row)
        counter.expect(end)
        counter.found.roots[end] = stream.root()
        start = end
    return counter.found


def counts_of(tally: VersionTally) -> Counts:
    """The counts of a stored tally by their names."""
    return {name: getattr(tally, name) for name in (*KINDS, *REASONS)}


def _rows(log: Log, start: int, end: int) -> Iterator[list[tuple[int, bytes, int | None]]]:
    for low in range(start, end, _READ):
        rows = log.leaves.filter(index__gte=low, index__lt=min(low + _READ, end)).order_by("index")
        yield [
            (index, bytes(entry), text)
            for index, entry, text in rows.values_list("index", "entry", "text_index")
        ]


class _Counter:
    """Rules by `tlog.tally`, counts of its own: nine bytes of memory for each leaf beside the tally's."""

    def __init__(self, origin: str) -> None:
        self.found = Recount()
        self._tally = Tally(origin)
        self._kinds = bytearray()
        self._texts = array("Q")

    def expect(self, index: int) -> None:
        """Raises LeafRefused unless this is the next place."""
        if index != self._tally.size:
            raise LeafRefused(self._tally.size, "the leaf is missing from the database")

    def take(self, index: int, entry: bytes, text_index: int | None) -> None:
        """The next leaf."""
        self.expect(index)
        try:
            leaf = parse(entry)
            self._tally.apply(leaf)
        except TlogError as error:
            raise LeafRefused(index, str(error)) from error
        kind, text = 0, 0
        if isinstance(leaf, Sign):
            kind, text = KINDS.index(leaf.kind), leaf.text
            self.found.versions[text][2][leaf.kind] += 1
        elif isinstance(leaf, Undo):
            self.found.undone.add(leaf.sign)
            counts = self.found.versions[self._texts[leaf.sign]][2]
            counts[KINDS[self._kinds[leaf.sign]]] -= 1
            counts[leaf.reason] += 1
        elif isinstance(leaf, TextLeaf):
            self.found.versions[index] = (leaf.text, leaf.version, dict.fromkeys((*KINDS, *REASONS), 0))
        if text_index != (leaf.text if isinstance(leaf, Sign) else None):
            self.found.misplaced.append(index)
        self._kinds.append(kind)
        self._texts.append(text)
