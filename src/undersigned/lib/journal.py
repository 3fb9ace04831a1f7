"""The journal of erasures: which rows were erased, kept beside the database and in no backup of it."""

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from undersigned.lib import env, keys


def path() -> Path:
    """Where it lies; no backup holds it."""
    return env.load().data / "erasures.journal"


def append(lines: Sequence[str]) -> None:
    """Adds lines, durable when it returns; what is half written raises OSError."""
    if not lines:
        return
    journal = path()
    journal.parent.mkdir(parents=True, exist_ok=True)
    new = not journal.exists()
    # An empty line first: what a crash cut short before must not swallow this one.
    text = ("\n" + "".join(f"{line}\n" for line in lines)).encode("ascii")
    handle = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # One write: lines of two processes never mix.
        if os.write(handle, text) != len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(journal))
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        keys.sync_folder(journal.parent)


def words() -> Iterator[list[str]]:
    """Its lines in words; one that a crash cut short is of an erasure that never committed."""
    try:
        lines = path().read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        if parts := line.split():
            yield parts
