"""Checkpoints as in c2sp.org/tlog-checkpoint: origin, size and root as a note's text."""

from dataclasses import dataclass

from .encoding import EncodingError, b64, decimal, unb64
from .errors import TlogError
from .note import ED25519, NoteError, Verifier, open_note, parse_note


class CheckpointError(TlogError):
    """A text that is not a checkpoint, or a checkpoint of another log."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's state: how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The note text: origin, size and root, a line each, then extension lines if there are any."""
    if checkpoint.size < 0 or len(checkpoint.root) != 32:
        raise CheckpointError("not a size and a root")
    lines = [checkpoint.origin, str(checkpoint.size), b64(checkpoint.root), *checkpoint.extensions]
    if any(not line or "\n" in line for line in lines):
        raise CheckpointError("a checkpoint's lines are never empty")
    return "\n".join(lines) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Only the exact format parses; extension lines are kept and mean nothing."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise CheckpointError("a checkpoint has three lines or more, none of them empty")
    try:
        size = decimal(lines[1])
        root = unb64(lines[2])
    except EncodingError as error:
        raise CheckpointError(f"checkpoint: {error}") from error
    if len(root) != 32:
        raise CheckpointError("a checkpoint's root has 32 bytes")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def open_checkpoint(note: str | bytes, verifier: Verifier) -> Checkpoint:
    """A checkpoint counts only under its own log's key, whose name is the origin."""
    if verifier.type != ED25519:
        raise NoteError("a log's key is a plain Ed25519 key")
    claimed = parse_checkpoint(parse_note(note)[0])
    if claimed.origin != verifier.name:
        raise CheckpointError(f"the checkpoint is of {claimed.origin}, the key of {verifier.name}")
    return parse_checkpoint(open_note(note, [verifier]).text)
