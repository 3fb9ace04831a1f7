"""Receipts as in c2sp.org/tlog-proof: one leaf, the way from it to a signed checkpoint, and its opening."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from .checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from .encoding import EncodingError, b64, decimal, unb64, unb64u
from .errors import TlogError
from .hashing import HASH_SIZE, leaf_hash
from .jcs import JcsError, dumps, loads, nfc
from .leaf import Amend, Leaf, Sign, commitment, decode_digest, parse, public_digest
from .note import ED25519, Signature, Verifier, open_note, parse_note
from .proof import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_RECEIPT = 1_000_000
_SHORT = {"leaf"}
_FULL = {"leaf", "pub", "spub", "dpriv"}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class ReceiptError(TlogError):
    """A receipt that is malformed or does not prove what it says."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt taken apart; nothing in it is checked yet beyond its form."""

    index: int
    proof: tuple[bytes, ...]
    note: str
    extra: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ReceiptResult:
    """What a receipt proves: this leaf is at this index of the log at this checkpoint."""

    index: int
    checkpoint: Checkpoint
    entry: bytes
    leaf: Leaf
    shown: dict[str, Any] | None
    verified: tuple[Signature, ...]

    @property
    def opened(self) -> bool:
        """Whether the receipt also opens the commitment, so that it shows who signed."""
        return self.shown is not None


def format_receipt(
    index: int, proof: Sequence[bytes], checkpoint_note: str, extra: dict[str, Any] | None = None
) -> str:
    """The text of a `.tlog-proof` file."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {b64(dumps(extra))}")
    lines.append(f"index {index}")
    lines += [b64(node) for node in proof]
    return "\n".join(lines) + "\n\n" + checkpoint_note


def parse_receipt(text: str | bytes) -> Receipt:
    """Only the exact format parses: strict base64, canonical numbers and JSON."""
    try:
        content = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise ReceiptError("a receipt must be UTF-8") from error
    if len(content) > MAX_RECEIPT or _CONTROL.search(content):
        raise ReceiptError("a receipt must be short and free of control characters")
    head, gap, note = content.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != HEADER:
        raise ReceiptError("not a receipt: it does not begin as a tlog-proof does")
    try:
        return _parse_lines(lines, note)
    except (EncodingError, JcsError) as error:
        raise ReceiptError(f"receipt: {error}") from error


def _parse_lines(lines: list[str], note: str) -> Receipt:
    extra: dict[str, Any] | None = None
    if lines and lines[0].startswith("extra "):
        extra = loads(unb64(lines.pop(0).removeprefix("extra ")))
        if not isinstance(extra, dict):
            raise ReceiptError("a receipt's extra data is not an object")
    if not lines or not lines[0].startswith("index "):
        raise ReceiptError("a receipt has no index")
    index = decimal(lines.pop(0).removeprefix("index "))
    proof = tuple(unb64(line) for line in lines)
    if len(proof) > 63 or any(len(node) != HASH_SIZE for node in proof):
        raise ReceiptError("a receipt's hashes do not have 32 bytes, or are too many")
    return Receipt(index, proof, note, extra)


def _text(extra: dict[str, Any], name: str) -> str:
    value = extra[name]
    if not isinstance(value, str):
        raise ReceiptError(f"a receipt's {name} is not a string")
    return value


def _open_commitment(leaf: Leaf, extra: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(leaf, Sign | Amend):
        raise ReceiptError("a receipt opens a leaf that commits to nothing")
    shown = extra["pub"]
    if not isinstance(shown, dict) or nfc(shown) != shown:
        raise ReceiptError("what a receipt shows is not an object in Unicode normal form C")
    d_pub = public_digest(unb64u(_text(extra, "spub"), 32), shown)
    made = commitment(d_pub, unb64u(_text(extra, "dpriv"), 32))
    if not compare_digest(made, decode_digest(leaf.commitment)):
        raise ReceiptError("the receipt's name and fields are not those that the leaf commits to")
    return shown


def _open_note(note: str, verifiers: Sequence[Verifier]) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """The log's own key must be among the known ones and have signed; witnesses alone do not do."""
    origin = parse_checkpoint(parse_note(note)[0]).origin
    own = [known for known in verifiers if known.name == origin and known.type == ED25519]
    opened = open_note(note, verifiers)
    signer = next((known for known in own if opened.verified_by(known)), None)
    if signer is None:
        raise ReceiptError(f"no known key of {origin} signed the checkpoint")
    return open_checkpoint(note, signer), opened.verified


def verify_receipt(text: str | bytes, verifiers: Iterable[Verifier]) -> ReceiptResult:
    """Leaf, way and checkpoint fit together under a known key of the log, or it is refused."""
    receipt = parse_receipt(text)
    extra = receipt.extra
    if extra is None or set(extra) not in (_SHORT, _FULL):
        raise ReceiptError("a receipt carries its leaf, and its opening whole or not at all")
    try:
        entry = _text(extra, "leaf").encode("ascii")
    except UnicodeEncodeError as error:
        raise ReceiptError("a leaf is ASCII") from error
    leaf = parse(entry)
    checkpoint, verified = _open_note(receipt.note, list(verifiers))
    verify_inclusion(
        leaf=leaf_hash(entry),
        index=receipt.index,
        size=checkpoint.size,
        proof=receipt.proof,
        root=checkpoint.root,
    )
    shown = _open_commitment(leaf, extra) if "pub" in extra else None
    return ReceiptResult(receipt.index, checkpoint, entry, leaf, shown, verified)
