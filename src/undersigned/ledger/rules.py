"""The rules of the ledger for leaves that are about to be written, checked without reading the whole log.

`tlog.tally` states the same rules for readers, who see every leaf; a test holds the two together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from undersigned.ledger.errors import LeafRefused
from undersigned.tlog.leaf import (
    Amend,
    Close,
    Deliver,
    Key,
    Leaf,
    LeafError,
    Open,
    Peer,
    Sheet,
    Shred,
    Sign,
    TextLeaf,
    Undo,
    Unknown,
    encode,
)
from undersigned.tlog.note import ED25519, parse_vkey


@dataclass(slots=True)
class Row:
    """A leaf as the database will hold it."""

    index: int
    entry: bytes
    text_index: int | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What the rules need of a text leaf."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A leaf that a new one names: what it is, and whether it was undone."""

    leaf: Leaf
    dead: bool = False


def named(leaves: Iterable[Leaf], *, below: int) -> set[int]:
    """The indices of written leaves that these name, texts apart: what a batch needs to be given."""
    wanted = set()
    for leaf in leaves:
        if isinstance(leaf, Amend | Undo):
            wanted.add(leaf.sign)
        elif isinstance(leaf, Sign) and leaf.sheet is not None:
            wanted.add(leaf.sheet)
    return {index for index in wanted if index < below}


class Batch:
    """Decides over leaves in their order; refuses the first that breaks a rule.

    A leaf may name another of the same batch that stands before it.
    """

    def __init__(
        self, *, origin: str, size: int, versions: Mapping[int, Version], earlier: Mapping[int, Earlier]
    ) -> None:
        self.origin = origin
        self.size = size
        self.rows: list[Row] = []
        # Written leaves that an undo of this batch names.
        self.killed: set[int] = set()
        self.versions = dict(versions)
        self.commitments: dict[str, int] = {}
        # Per text leaf: what is added to each of its counts.
        self.changes: dict[int, Counter[str]] = {}
        self._first = size
        self._earlier = earlier
        self._leaves: list[Leaf] = []
        self._latest: dict[str, int] = {}
        for version in self.versions.values():
            self._latest[version.text] = max(version.number, self._latest.get(version.text, 0))
        self._rules: dict[type, Callable[[Any, Row], None]] = {
            Sign: self._sign,
            Undo: self._undo,
            Amend: self._amend,
            TextLeaf: self._text,
            Open: self._open,
            Sheet: self._sheet,
            Key: self._key,
            Peer: self._peer,
            Deliver: self._nothing,
            Close: self._nothing,
            Shred: self._nothing,
            Unknown: self._nothing,
        }

    def take(self, leaf: Leaf, entry: bytes | None = None) -> None:
        """The next leaf, with its entry when that is known; raises LeafRefused."""
        if not self.size and type(leaf) is not Open:
            raise self._refuse("a log begins with an open leaf")
        if entry is None:
            try:
                entry = encode(leaf)
            except LeafError as error:
                raise self._refuse(str(error)) from error
        row = Row(self.size, entry)
        self._rules[type(leaf)](leaf, row)
        self.rows.append(row)
        self._leaves.append(leaf)
        self.size += 1

    def refuse_unwritable(self) -> None:
        """The writer alone is bound so: nothing unknown, no commitment twice, `moved` with its new sign."""
        signs = moves = 0
        for row, leaf in zip(self.rows, self._leaves, strict=True):
            if isinstance(leaf, Unknown):
                raise LeafRefused(row.index, "a leaf of an unknown type is never written")
            if isinstance(leaf, Sign | Amend) and self.commitments[leaf.commitment] != row.index:
                raise LeafRefused(row.index, "the commitment is that of another leaf of the batch")
            signs += isinstance(leaf, Sign)
            moves += isinstance(leaf, Undo) and leaf.reason == "moved"
        if moves > signs:
            raise LeafRefused(self._first, "a moved signature is undone in the batch of its new sign leaf")

    def _refuse(self, rule: str) -> LeafRefused:
        return LeafRefused(self.size, rule)

    def _find(self, index: int) -> Earlier | None:
        if index >= self._first:
            place = index - self._first
            if place >= len(self._leaves):
                return None
            return Earlier(self._leaves[place], self.rows[place].dead)
        found = self._earlier.get(index)
        return Earlier(found.leaf, True) if found is not None and index in self.killed else found

    def _live(self, index: int) -> Sign:
        found = self._find(index)
        if found is None or not isinstance(found.leaf, Sign):
            raise self._refuse("r does not name an earlier sign leaf")
        if found.dead:
            raise self._refuse("the signature is already undone")
        return found.leaf

    def _version(self, index: int) -> Version:
        version = self.versions.get(index)
        if version is None:
            raise self._refuse("x or p does not name an earlier text leaf")
        return version

    def _count(self, text_index: int, name: str, by: int = 1) -> None:
        if text_index not in self.changes:
            self.changes[text_index] = Counter()
        self.changes[text_index][name] += by

    def _commit(self, commitment: str) -> None:
        self.commitments.setdefault(commitment, self.size)

    def _nothing(self, leaf: Leaf, row: Row) -> None:
        """A leaf that stands for itself."""

    def _open(self, leaf: Open, row: Row) -> None:
        if self.size:
            raise self._refuse("an open leaf stands first and once")
        if self.origin.rpartition("/")[2] != leaf.appeal:
            raise self._refuse("the open leaf names another appeal than the log's origin")

    def _text(self, leaf: TextLeaf, row: Row) -> None:
        first = not self.versions
        if (leaf.parent is None) != first:
            raise self._refuse("p is absent for the first text leaf and for no other")
        if (leaf.relation == "original") != first:
            raise self._refuse("the first text leaf is the original, and no other is")
        if leaf.version != self._latest.get(leaf.text, 0) + 1:
            raise self._refuse("versions of a text count 1, 2, 3 ... without gap or repeat")
        if (leaf.relation == "revision") != (leaf.version > 1):
            raise self._refuse("a later version is a revision, and a first version is not")
        if leaf.parent is not None:
            parent = self._version(leaf.parent)
            if leaf.relation == "revision" and parent.text != leaf.text:
                raise self._refuse("a revision derives from a version of its own text")
        self._latest[leaf.text] = leaf.version
        self.versions[self.size] = Version(leaf.text, leaf.version)
        self.changes.setdefault(self.size, Counter())

    def _sign(self, leaf: Sign, row: Row) -> None:
        self._version(leaf.text)
        if (leaf.sheet is not None) != (leaf.kind == "paper"):
            raise self._refuse("s belongs to paper signatures and to no others")
        if leaf.sheet is not None:
            found = self._find(leaf.sheet)
            if found is None or not isinstance(found.leaf, Sheet) or found.leaf.text != leaf.text:
                raise self._refuse("s does not name an earlier sheet leaf of the same text")
        self._commit(leaf.commitment)
        row.text_index = leaf.text
        self._count(leaf.text, leaf.kind)

    def _amend(self, leaf: Amend, row: Row) -> None:
        self._live(leaf.sign)
        self._commit(leaf.commitment)

    def _undo(self, leaf: Undo, row: Row) -> None:
        sign = self._live(leaf.sign)
        self._count(sign.text, sign.kind, -1)
        self._count(sign.text, leaf.reason)
        if leaf.sign >= self._first:
            self.rows[leaf.sign - self._first].dead = True
        else:
            self.killed.add(leaf.sign)

    def _sheet(self, leaf: Sheet, row: Row) -> None:
        self._version(leaf.text)

    def _key(self, leaf: Key, row: Row) -> None:
        verifier = parse_vkey(leaf.vkey)
        if verifier.type != ED25519 or verifier.name != self.origin:
            raise self._refuse("the next key is not an Ed25519 key under the log's origin")

    def _peer(self, leaf: Peer, row: Row) -> None:
        verifier = parse_vkey(leaf.vkey)
        if verifier.type != ED25519 or verifier.name != leaf.origin:
            raise self._refuse("a peer's key is not an Ed25519 key under the peer's origin")
        if leaf.origin == self.origin:
            raise self._refuse("a log is not its own peer")
