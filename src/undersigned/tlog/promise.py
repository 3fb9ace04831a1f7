"""Promises: a log's signed word that a commitment will stand in it by a moment.

A promise is a signed note (c2sp.org/signed-note) under the log's own key. Its text is
    undersigned/promise/v1
    <origin>
    {"commitment":"<43 characters>","key":"<vkey>","publish-by":"<YYYY-MM-DDTHH:MM:SSZ>"}
The first line is no origin of a log, so that a promise is never read as a checkpoint.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from .encoding import EncodingError, unb64u
from .errors import TlogError
from .jcs import JcsError, dumps, loads
from .leaf import Sign, parse
from .note import ED25519, Verifier, open_note, parse_note, parse_vkey, sign_note

HEADER = "undersigned/promise/v1"
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_FIELDS = {"commitment", "key", "publish-by"}


class PromiseError(TlogError):
    """A promise that is malformed, or not signed by the key that it is held against."""


@dataclass(frozen=True, slots=True)
class Promise:
    """This commitment will stand in a sign leaf of the log by this moment."""

    origin: str
    commitment: str
    publish_by: datetime
    vkey: str


def format_promise(promise: Promise) -> str:
    """The text that is signed."""
    body = dumps(
        {
            "commitment": promise.commitment,
            "key": promise.vkey,
            "publish-by": promise.publish_by.astimezone(UTC).strftime(_MOMENT),
        }
    ).decode()
    return f"{HEADER}\n{promise.origin}\n{body}\n"


def sign_promise(promise: Promise, seed: bytes) -> str:
    """The note that the holder keeps."""
    return sign_note(format_promise(promise), promise.origin, seed)


def parse_promise(note: str | bytes) -> Promise:
    """Only the exact format parses; the signature is not checked."""
    text, _signatures = parse_note(note)
    lines = text.split("\n")
    if len(lines) != 4 or lines[0] != HEADER:
        raise PromiseError("not a promise: it does not begin as one does")
    try:
        values = loads(lines[2].encode())
        if not isinstance(values, dict) or set(values) != _FIELDS:
            raise PromiseError("a promise holds a commitment, a key and a moment")
        commitment, vkey, until = (_string(values, name) for name in ("commitment", "key", "publish-by"))
        unb64u(commitment, 32)
        moment = datetime.strptime(until, _MOMENT).replace(tzinfo=UTC)
    except (JcsError, EncodingError, ValueError) as error:
        raise PromiseError(f"promise: {error}") from error
    promise = Promise(lines[1], commitment, moment, vkey)
    if format_promise(promise) != text:
        raise PromiseError("a promise is not in canonical form")
    return promise


def _string(values: dict[str, object], name: str) -> str:
    value = values[name]
    if not isinstance(value, str):
        raise PromiseError(f"a promise's {name} is not a string")
    return value


def open_promise(note: str | bytes, pinned: Verifier | None = None) -> Promise:
    """The promise, signed by the key given, else by the key that it names itself."""
    promise = parse_promise(note)
    own = parse_vkey(promise.vkey)
    if own.name != promise.origin or own.type != ED25519:
        raise PromiseError("a promise names a key that is not of its log")
    if pinned is not None and pinned.vkey != own.vkey:
        raise PromiseError("the promise was signed with another key than the one given")
    if not open_note(note, [own]).verified_by(own):
        raise PromiseError("the promise is not signed by its log")
    return promise


class Finder:
    """Looks at every entry of a log that is being checked for the sign leaf of one commitment."""

    def __init__(self, commitment: str) -> None:
        self._wanted = commitment.encode()
        self._seen = 0
        self.index: int | None = None

    def __call__(self, entry: bytes) -> None:
        """Takes the next entry."""
        if self.index is None and self._wanted in entry:
            leaf = parse(entry)
            if isinstance(leaf, Sign) and leaf.commitment.encode() == self._wanted:
                self.index = self._seen
        self._seen += 1
