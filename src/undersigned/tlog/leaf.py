"""The leaves of an appeal's log: canonical JSON, each type by one exact pattern; no name, no time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from .encoding import EncodingError, b64u, unb64u
from .entry import MAX_ENTRY
from .errors import TlogError
from .jcs import MAX_INTEGER, JcsError, dumps, loads, nfc
from .note import NoteError, parse_vkey

__all__ = [
    "KINDS", "REASONS", "RELATIONS", "Amend", "Close", "Deliver", "Key", "Leaf", "LeafError", "Open", "Peer",
    "Sheet", "Shred", "Sign", "TextLeaf", "Undo", "Unknown", "b64u", "commitment", "digest_text", "encode",
    "parse", "private_digest", "public_digest", "unb64u",
]  # fmt: skip

KINDS: Final = ("mail", "vouched", "paper", "org")
RELATIONS: Final = ("original", "revision", "translation", "adaptation")
REASONS: Final = ("own", "struck", "moved")


class LeafError(TlogError):
    """A leaf that is malformed or not in its one canonical spelling."""


@dataclass(frozen=True, slots=True)
class Open:
    """The first leaf: whose log this is."""

    appeal: str


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """Version `version` of a text, with the digest of its bytes and where it comes from."""

    text: str
    version: int
    digest: str
    language: str
    relation: str
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """A confirmed signature of the text at leaf `text`."""

    commitment: str
    kind: str
    text: int
    sheet: int | None = None


@dataclass(frozen=True, slots=True)
class Amend:
    """The shown name or fields of a signature changed; no count does."""

    commitment: str
    sign: int


@dataclass(frozen=True, slots=True)
class Undo:
    """A signature no longer counts: withdrawn (own), struck out, or moved to another version."""

    sign: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The scan of a paper sheet with signatures of one text."""

    digest: str
    text: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """A bundle handed to the addressee."""

    digest: str


@dataclass(frozen=True, slots=True)
class Close:
    """Closed for signature."""


@dataclass(frozen=True, slots=True)
class Shred:
    """All salts destroyed."""


@dataclass(frozen=True, slots=True)
class Key:
    """The log's next key."""

    vkey: str


@dataclass(frozen=True, slots=True)
class Peer:
    """Another server's log of the same appeal."""

    vkey: str
    origin: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed leaf of a type this version does not know; it changes no count."""

    type: str
    entry: bytes


Leaf = Open | TextLeaf | Sign | Amend | Undo | Sheet | Deliver | Close | Shred | Key | Peer | Unknown

# 43 characters hold 32 bytes with two spare bits, 22 hold 16 bytes with four: spare bits must be zero.
_DIGEST = r"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])"
_APPEAL = r"([A-Za-z0-9_-]{21}[AQgw])"
_INT = r"(0|[1-9][0-9]{0,15})"
_POSITIVE = r"([1-9][0-9]{0,15})"
_TAG = r"([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8})"
_TEXT = r"([A-Za-z0-9_-]{1,64})"
_NAME = r"[!#-*,-\[\]-~]{1,255}"
_VKEY = rf"({_NAME}\+[0-9a-f]{{8}}\+[A-Za-z0-9+/]{{44}})"


def _pattern(pattern: str) -> Callable[[str], "re.Match[str] | None"]:
    return re.compile(pattern, re.ASCII).fullmatch


_SIGN = _pattern(
    rf'\{{"c":"{_DIGEST}","k":"(?:(mail|vouched|org)"|(paper)","s":{_INT}),"t":"sign","x":{_INT}\}}'
)
_AMEND = _pattern(rf'\{{"c":"{_DIGEST}","r":{_INT},"t":"amend"\}}')
_UNDO = _pattern(rf'\{{"r":{_INT},"t":"undo","y":"(own|struck|moved)"\}}')
_OPEN = _pattern(rf'\{{"a":"{_APPEAL}","t":"open","v":1\}}')
_TEXT_LEAF = _pattern(
    rf'\{{"h":"{_DIGEST}","l":"{_TAG}","n":{_POSITIVE},(?:"p":{_INT},)?'
    rf'"r":"(original|revision|translation|adaptation)","t":"text","w":"{_TEXT}"\}}'
)
_SHEET = _pattern(rf'\{{"d":"{_DIGEST}","t":"sheet","x":{_INT}\}}')
_DELIVER = _pattern(rf'\{{"d":"{_DIGEST}","t":"deliver"\}}')
_KEY = _pattern(rf'\{{"k":"{_VKEY}","t":"key"\}}')
_PEER = _pattern(rf'\{{"k":"{_VKEY}","o":"({_NAME})","t":"peer"\}}')

# A sign leaf without a sheet: the kind, and the digits of `x` as they stand, for readers of many leaves.
# What it matches is a sign leaf if `parse` has taken another with the same two.
common_sign = re.compile(
    rf'\{{"c":"{_DIGEST}","k":"(mail|vouched|org)","t":"sign","x":([0-9]{{1,16}})\}}'.encode()
).fullmatch

_CLOSE_ENTRY = '{"t":"close"}'
_SHRED_ENTRY = '{"t":"shred"}'
_TYPES = frozenset(
    ("open", "text", "sign", "amend", "undo", "sheet", "deliver", "close", "shred", "key", "peer")
)


def _int(digits: str) -> int:
    number = int(digits)
    if number > MAX_INTEGER:
        raise LeafError("an integer is not below 2**53")
    return number


def _vkey(text: str) -> str:
    try:
        parse_vkey(text)
    except NoteError as error:
        raise LeafError(str(error)) from error
    return text


def _parse_rare(entry: str) -> Leaf | None:
    """The types that are few in a log, one pattern after the other."""
    if found := _AMEND(entry):
        return Amend(found[1], _int(found[2]))
    if found := _TEXT_LEAF(entry):
        parent = None if found[4] is None else _int(found[4])
        return TextLeaf(found[6], _int(found[3]), found[1], found[2], found[5], parent)
    if found := _OPEN(entry):
        return Open(found[1])
    if found := _SHEET(entry):
        return Sheet(found[1], _int(found[2]))
    if found := _DELIVER(entry):
        return Deliver(found[1])
    if found := _KEY(entry):
        return Key(_vkey(found[1]))
    if found := _PEER(entry):
        return Peer(_vkey(found[1]), found[2])
    if entry == _CLOSE_ENTRY:
        return Close()
    return Shred() if entry == _SHRED_ENTRY else None


def _parse_unknown(entry: bytes) -> Unknown:
    if len(entry) > MAX_ENTRY or not entry.isascii():
        raise LeafError("a leaf is ASCII and at most 65535 bytes")
    try:
        value = loads(entry)
    except JcsError as error:
        raise LeafError(f"a leaf is {error}") from error
    kind = value.get("t") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        raise LeafError("a leaf is an object with a type")
    if kind in _TYPES:
        raise LeafError(f"a leaf of type {kind} has other fields than it should")
    return Unknown(kind, entry)


def parse(entry: bytes) -> Leaf:
    """One entry has one meaning: its exact bytes match its type's pattern, or it is refused."""
    try:
        text = entry.decode("ascii")
    except UnicodeDecodeError as error:
        raise LeafError("a leaf is ASCII") from error
    found = _SIGN(text)
    if found is not None:
        digest, kind, paper, sheet, target = found.groups()
        return Sign(digest, kind or paper, _int(target), None if sheet is None else _int(sheet))
    found = _UNDO(text)
    if found is not None:
        return Undo(_int(found[1]), found[2])
    return _parse_rare(text) or _parse_unknown(entry)


def _fields(leaf: Leaf) -> dict[str, Any]:
    match leaf:
        case Open():
            return {"a": leaf.appeal, "t": "open", "v": 1}
        case TextLeaf():
            return {
                "h": leaf.digest, "l": leaf.language, "n": leaf.version, "p": leaf.parent,
                "r": leaf.relation, "t": "text", "w": leaf.text,
            }  # fmt: skip
        case Sign():
            return {"c": leaf.commitment, "k": leaf.kind, "s": leaf.sheet, "t": "sign", "x": leaf.text}
        case Amend():
            return {"c": leaf.commitment, "r": leaf.sign, "t": "amend"}
        case Undo():
            return {"r": leaf.sign, "t": "undo", "y": leaf.reason}
        case Sheet():
            return {"d": leaf.digest, "t": "sheet", "x": leaf.text}
        case Deliver():
            return {"d": leaf.digest, "t": "deliver"}
        case Key():
            return {"k": leaf.vkey, "t": "key"}
        case Peer():
            return {"k": leaf.vkey, "o": leaf.origin, "t": "peer"}
        case Close():
            return {"t": "close"}
        case Shred():
            return {"t": "shred"}
        case Unknown():
            return {}


def _write(leaf: Leaf) -> bytes:
    """The canonical spelling; the types that are many by their exact format, as they are parsed."""
    match leaf:
        case Sign(sheet=None):
            text = f'{{"c":"{leaf.commitment}","k":"{leaf.kind}","t":"sign","x":{leaf.text}}}'
        case Undo():
            text = f'{{"r":{leaf.sign},"t":"undo","y":"{leaf.reason}"}}'
        case Unknown():
            return leaf.entry
        case _:
            try:
                return dumps({name: value for name, value in _fields(leaf).items() if value is not None})
            except JcsError as error:
                raise LeafError(str(error)) from error
    return text.encode("utf-8", "surrogatepass")


def encode(leaf: Leaf) -> bytes:
    """The entry of a leaf; a leaf that would not parse back to itself is never written."""
    entry = _write(leaf)
    if parse(entry) != leaf:
        raise LeafError("a field does not fit the leaf's type")
    return entry


def digest_text(digest: bytes) -> str:
    """A SHA-256 digest (its 32 bytes) as the 43 characters that leaves hold."""
    if len(digest) != 32:
        raise LeafError("a digest has 32 bytes")
    return b64u(digest)


def _salted(domain: bytes, salt: bytes, value: dict[str, Any]) -> bytes:
    if len(salt) != 32:
        raise LeafError("a salt has 32 bytes")
    return sha256(domain + b"\0" + salt + dumps(nfc(value))).digest()


def public_digest(salt: bytes, shown: dict[str, Any]) -> bytes:
    """The digest of what is shown of a signature, salted so that it cannot be guessed after erasure."""
    return _salted(b"undersigned/pub/v1", salt, shown)


def private_digest(salt: bytes, private: dict[str, Any]) -> bytes:
    """The digest of what binds a signature to a person, salted by another salt."""
    return _salted(b"undersigned/priv/v1", salt, private)


def commitment(d_pub: bytes, d_priv: bytes) -> bytes:
    """What a sign leaf commits to: both digests, of which either can be opened alone."""
    if len(d_pub) != 32 or len(d_priv) != 32:
        raise LeafError("a digest has 32 bytes")
    return sha256(b"undersigned/commit/v1\0" + d_pub + d_priv).digest()


def decode_digest(text: str) -> bytes:
    """The 32 bytes of a digest's 43 characters."""
    try:
        return unb64u(text, 32)
    except EncodingError as error:
        raise LeafError("not a digest") from error
