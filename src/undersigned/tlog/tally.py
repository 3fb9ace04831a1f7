"""The count: every leaf in order, every rule checked, five bytes of memory for each leaf."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import TlogError
from .leaf import (
    KINDS,
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
    common_sign,
    parse,
)
from .note import ED25519, parse_vkey

_NONE = 0
_UNDONE = 0xFF
_KIND_CODES = {kind: code for code, kind in enumerate(KINDS, 1)}
_NO_TEXT = 0xFFFFFFFF


class TallyError(TlogError):
    """A leaf that breaks a rule of the ledger; `index` says which leaf."""

    def __init__(self, index: int, rule: str) -> None:
        super().__init__(f"leaf {index}: {rule}")
        self.index = index
        self.rule = rule


@dataclass(slots=True)
class VersionCount:
    """What happened to signatures of one version of one text."""

    index: int
    text: str
    version: int
    digest: str
    language: str
    relation: str
    signed: int = 0
    undone: dict[str, int] = field(default_factory=lambda: {"own": 0, "struck": 0, "moved": 0})

    @property
    def signatures(self) -> int:
        """Net: signed and not undone."""
        return self.signed - sum(self.undone.values())

    def to_json(self) -> dict[str, Any]:
        """The version's part of the verifier's answer."""
        return {"digest": self.digest, "signatures": self.signatures, **self.undone}


class Tally:
    """Recounts a log leaf by leaf and stops at the first that breaks a rule."""

    def __init__(self, origin: str | None = None) -> None:
        self.origin = origin
        self.appeal: str | None = None
        self.size = 0
        self.closed = False
        self.shredded = False
        self.unknown = 0
        self.amended = 0
        self.delivered = 0
        self.next_key: str | None = None
        self.peers: dict[str, str] = {}
        self.versions: list[VersionCount] = []
        self.kinds = dict.fromkeys(KINDS, 0)
        self._latest: dict[str, int] = {}
        # Kind and text of signatures, as they are spelled: what counting another of them changes.
        self._seen: dict[tuple[bytes | None, ...], tuple[int, int, VersionCount, str]] = {}
        # Per leaf: the kind of a live signature (else none or undone), and the slot of the text or sheet.
        self._state = bytearray()
        self._slot = array("I")
        self._rules: dict[type, Callable[[Any], tuple[int, int]]] = {
            Open: self._open,
            TextLeaf: self._text,
            Sign: self._sign,
            Amend: self._amend,
            Undo: self._undo,
            Sheet: self._sheet,
            Deliver: self._deliver,
            Close: self._close,
            Shred: self._shred,
            Key: self._key,
            Peer: self._peer,
            Unknown: self._unknown,
        }

    def apply(self, leaf: Leaf) -> None:
        """Count the next leaf, or raise and leave everything as it was."""
        if not self.size and type(leaf) is not Open:
            raise TallyError(0, "a log begins with an open leaf")
        state, slot = self._rules[type(leaf)](leaf)
        self._state.append(state)
        self._slot.append(slot)
        self.size += 1

    def apply_entry(self, entry: bytes) -> None:
        """Parse and count the next entry."""
        found = common_sign(entry)
        known = None if found is None else self._seen.get(found.group(2, 3))
        if known is not None:
            # All but the commitment was checked when the first signature of this kind and text came.
            code, slot, version, kind = known
            version.signed += 1
            self.kinds[kind] += 1
            self._state.append(code)
            self._slot.append(slot)
            self.size += 1
            return
        try:
            leaf = parse(entry)
        except LeafError as error:
            raise TallyError(self.size, str(error)) from error
        self.apply(leaf)
        if found is not None and isinstance(leaf, Sign):
            slot = self._slot[-1]
            self._seen[found.group(2, 3)] = (self._state[-1], slot, self.versions[slot], leaf.kind)

    def _refuse(self, rule: str) -> TallyError:
        return TallyError(self.size, rule)

    def _text_slot(self, index: int) -> int:
        slot = self._slot[index] if index < self.size else _NO_TEXT
        if slot == _NO_TEXT or self.versions[slot].index != index:
            raise self._refuse("x or p does not name an earlier text leaf")
        return slot

    def _live(self, index: int) -> None:
        state = self._state[index] if index < self.size else _NONE
        if state == _NONE:
            raise self._refuse("r does not name an earlier sign leaf")
        if state == _UNDONE:
            raise self._refuse("the signature is already undone")

    def _open(self, leaf: Open) -> tuple[int, int]:
        if self.size:
            raise self._refuse("an open leaf stands first and once")
        if self.origin is not None and self.origin.rpartition("/")[2] != leaf.appeal:
            raise self._refuse("the open leaf names another appeal than the log's origin")
        self.appeal = leaf.appeal
        return _NONE, _NO_TEXT

    def _text(self, leaf: TextLeaf) -> tuple[int, int]:
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
            parent = self.versions[self._text_slot(leaf.parent)]
            if leaf.relation == "revision" and parent.text != leaf.text:
                raise self._refuse("a revision derives from a version of its own text")
        self._latest[leaf.text] = leaf.version
        self.versions.append(
            VersionCount(self.size, leaf.text, leaf.version, leaf.digest, leaf.language, leaf.relation)
        )
        return _NONE, len(self.versions) - 1

    def _sign(self, leaf: Sign) -> tuple[int, int]:
        slot = self._text_slot(leaf.text)
        if (leaf.sheet is not None) != (leaf.kind == "paper"):
            raise self._refuse("s belongs to paper signatures and to no others")
        if leaf.sheet is not None and not self._is_sheet(leaf.sheet, slot):
            raise self._refuse("s does not name an earlier sheet leaf of the same text")
        self.versions[slot].signed += 1
        self.kinds[leaf.kind] += 1
        return _KIND_CODES[leaf.kind], slot

    def _is_sheet(self, index: int, slot: int) -> bool:
        # Three kinds of leaf have a slot: texts are named by their version, signatures have a state.
        return (
            index < self.size
            and self._state[index] == _NONE
            and self._slot[index] == slot
            and self.versions[slot].index != index
        )

    def _amend(self, leaf: Amend) -> tuple[int, int]:
        self._live(leaf.sign)
        self.amended += 1
        return _NONE, _NO_TEXT

    def _undo(self, leaf: Undo) -> tuple[int, int]:
        self._live(leaf.sign)
        self.versions[self._slot[leaf.sign]].undone[leaf.reason] += 1
        self.kinds[KINDS[self._state[leaf.sign] - 1]] -= 1
        self._state[leaf.sign] = _UNDONE
        return _NONE, _NO_TEXT

    def _sheet(self, leaf: Sheet) -> tuple[int, int]:
        return _NONE, self._text_slot(leaf.text)

    def _deliver(self, leaf: Deliver) -> tuple[int, int]:
        self.delivered += 1
        return _NONE, _NO_TEXT

    def _close(self, leaf: Close) -> tuple[int, int]:
        # Closing ends no rule: who confirmed before it may be recorded by a later batch.
        self.closed = True
        return _NONE, _NO_TEXT

    def _shred(self, leaf: Shred) -> tuple[int, int]:
        self.shredded = True
        return _NONE, _NO_TEXT

    def _key(self, leaf: Key) -> tuple[int, int]:
        verifier = parse_vkey(leaf.vkey)
        if verifier.type != ED25519 or (self.origin is not None and verifier.name != self.origin):
            raise self._refuse("the next key is not an Ed25519 key under the log's origin")
        self.next_key = leaf.vkey
        return _NONE, _NO_TEXT

    def _peer(self, leaf: Peer) -> tuple[int, int]:
        verifier = parse_vkey(leaf.vkey)
        if verifier.type != ED25519 or verifier.name != leaf.origin:
            raise self._refuse("a peer's key is not an Ed25519 key under the peer's origin")
        if leaf.origin == self.origin:
            raise self._refuse("a log is not its own peer")
        self.peers[leaf.origin] = leaf.vkey
        return _NONE, _NO_TEXT

    def _unknown(self, leaf: Unknown) -> tuple[int, int]:
        self.unknown += 1
        return _NONE, _NO_TEXT

    def live(self, index: int) -> bool:
        """Whether the leaf at this index is a signature that still counts."""
        return 0 <= index < self.size and self._state[index] not in (_NONE, _UNDONE)

    @property
    def signatures(self) -> int:
        """Net, over all texts and versions."""
        return sum(version.signatures for version in self.versions)

    def undone(self, reason: str) -> int:
        """How many signatures were undone for this reason, over all texts."""
        return sum(version.undone[reason] for version in self.versions)

    def to_json(self) -> dict[str, Any]:
        """The counts as `verify --json` prints them, `unknown` only when there are such leaves."""
        texts: dict[str, Any] = {}
        for version in self.versions:
            text = texts.setdefault(version.text, {"signatures": 0, "versions": {}})
            text["signatures"] += version.signatures
            text["versions"][str(version.version)] = version.to_json()
        counts: dict[str, Any] = {"signatures": self.signatures}
        counts |= {reason: self.undone(reason) for reason in ("own", "struck", "moved")}
        counts |= {"kinds": dict(self.kinds), "texts": texts}
        return counts | {"unknown": self.unknown} if self.unknown else counts
