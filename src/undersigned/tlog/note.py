"""Signed notes as in c2sp.org/signed-note, with cosignatures as in c2sp.org/tlog-cosignature."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from . import ed25519
from .encoding import EncodingError, b64, unb64
from .errors import TlogError

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
MAX_SIGNATURES = 100
MAX_NOTE = 1_000_000

_DASH = "\u2014 "
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f]")
_HEX_ID = re.compile(r"[0-9a-f]{8}")


class NoteError(TlogError):
    """A note or key that is malformed, or a note without a good signature of a known key."""


def key_id(name: str, public_key: bytes, type: int = ED25519) -> bytes:
    """Four bytes that tell keys of one name apart: SHA-256 of name, newline, type and key, cut short."""
    return sha256(name.encode() + b"\n" + bytes([type]) + public_key).digest()[:4]


def valid_key_name(name: str) -> bool:
    """A key name is not empty and has no space, plus or control character."""
    return bool(name) and "+" not in name and not any(c.isspace() or ord(c) < 0x20 for c in name)


@dataclass(frozen=True, slots=True)
class Verifier:
    """One known key: its name, id, type and public key."""

    name: str
    key_id: bytes
    type: int
    public_key: bytes

    @property
    def vkey(self) -> str:
        """The key in its one text form."""
        return format_vkey(self.name, self.public_key, self.type)

    def verify(self, text: str | bytes, signature: bytes) -> bool:
        """Whether this is the key's signature of the note text, by the rules of the key's type."""
        message = text.encode() if isinstance(text, str) else text
        if self.type == ED25519:
            return ed25519.verify(self.public_key, message, signature)
        if len(signature) != 72:
            return False
        time = int.from_bytes(signature[:8], "big")
        return ed25519.verify(self.public_key, cosigned_message(message, time), signature[8:])


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note: who, which key, and the bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note."""
        return signature_line(self.name, self.key_id, self.signature)


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note whose known signatures are all good, and at least one is."""

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]

    def verified_by(self, verifier: Verifier) -> bool:
        """Whether this very key signed."""
        return any((s.name, s.key_id) == (verifier.name, verifier.key_id) for s in self.verified)


def format_vkey(name: str, public_key: bytes, type: int = ED25519) -> str:
    """A key as text: name, id in hexadecimal, type and public key in base64, joined by plus signs."""
    return f"{name}+{key_id(name, public_key, type).hex()}+{b64(bytes([type]) + public_key)}"


def parse_vkey(vkey: str) -> Verifier:
    """Only a well-formed key whose id fits, of a type known here, becomes a verifier."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not valid_key_name(parts[0]) or not _HEX_ID.fullmatch(parts[1]):
        raise NoteError("not a verifier key")
    try:
        data = unb64(parts[2])
        identity = key_id(parts[0], data[1:], data[0] if data else 0)
    except (EncodingError, UnicodeEncodeError) as error:
        raise NoteError("not a verifier key") from error
    if len(data) != 33 or data[0] not in (ED25519, COSIGNATURE_V1):
        raise NoteError("a verifier key of an unknown type")
    if identity.hex() != parts[1] or not ed25519.usable_public_key(data[1:]):
        raise NoteError("a verifier key whose id or point is wrong")
    return Verifier(parts[0], identity, data[0], data[1:])


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """A signature line with its newline."""
    return f"{_DASH}{name} {b64(key_id + signature)}\n"


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _FORBIDDEN.search(text):
        raise NoteError("a note's text ends with a newline and has no control characters")


def sign_note(text: str, name: str, seed: bytes) -> str:
    """A note with one Ed25519 signature, made with the key of a 32-byte seed."""
    _check_text(text)
    if not valid_key_name(name):
        raise NoteError("not a key name")
    identity = key_id(name, ed25519.public_key_of(seed))
    return f"{text}\n{signature_line(name, identity, ed25519.sign(seed, text.encode()))}"


def cosigned_message(text: bytes, time: int) -> bytes:
    """What a cosignature/v1 signs: a header with the time, then the checkpoint text."""
    return b"cosignature/v1\ntime %d\n" % time + text


def cosign(text: str, name: str, seed: bytes, time: int) -> str:
    """A cosignature/v1 line of a witness for this checkpoint text."""
    identity = key_id(name, ed25519.public_key_of(seed), COSIGNATURE_V1)
    signature = ed25519.sign(seed, cosigned_message(text.encode(), time))
    return signature_line(name, identity, time.to_bytes(8, "big") + signature)


def parse_note(note: str | bytes) -> tuple[str, list[Signature]]:
    """The text and all signature lines, none of them checked; a malformed note is refused."""
    try:
        content = note.decode("utf-8") if isinstance(note, bytes) else note
        content.encode("utf-8")
    except UnicodeError as error:
        raise NoteError("a note must be UTF-8") from error
    if len(content) > MAX_NOTE or _FORBIDDEN.search(content):
        raise NoteError("a note must be short and free of control characters")
    cut = content.rfind("\n\n")
    if cut < 0 or not content.endswith("\n") or cut + 2 == len(content):
        raise NoteError("a note needs a text, an empty line and signature lines")
    lines = content[cut + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("a note has more than 100 signature lines")
    return content[: cut + 1], [_parse_line(line) for line in lines]


def _parse_line(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not valid_key_name(name):
        raise NoteError("not a signature line")
    try:
        data = unb64(encoded)
    except EncodingError as error:
        raise NoteError("a signature is not base64") from error
    if len(data) < 5:
        raise NoteError("a signature is too short")
    return Signature(name, data[:4], data[4:])


def open_note(note: str | bytes, verifiers: Iterable[Verifier]) -> OpenedNote:
    """Unknown keys are ignored; one bad signature of a known key, or no good one, refuses the note."""
    text, signatures = parse_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    verified: dict[tuple[str, bytes], Signature] = {}
    unverified: dict[Signature, None] = {}
    for signature in signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            unverified[signature] = None
        elif verifier.verify(text, signature.signature):
            verified.setdefault((signature.name, signature.key_id), signature)
        else:
            raise NoteError(f"a known key's signature is wrong: {signature.name}")
    if not verified:
        raise NoteError("no signature of a known key")
    return OpenedNote(text, tuple(verified.values()), tuple(unverified))
