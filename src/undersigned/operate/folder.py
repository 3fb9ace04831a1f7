"""The data folder: made private, tried for writing, and shared between what runs and what replaces it."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from undersigned.lib import env


class FolderTrouble(Exception):
    """The data folder cannot be used; the message says which and why."""


class InUse(Exception):
    """Another process uses the data folder in a way that excludes this one."""


def prepare() -> Path:
    """The data folder, made if it is absent, and found writable; raises FolderTrouble."""
    folder = env.load().data.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderTrouble(f"the data folder {folder} cannot be made: {error.strerror}") from error
    problem = unwritable(folder)
    if problem:
        raise FolderTrouble(problem)
    return folder


def unwritable(folder: Path) -> str:
    """Why nothing can be written to a folder; empty when it can."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".trial-"):
            return ""
    except OSError as error:
        return f"the folder {folder} cannot be written to: {error.strerror}"


@contextlib.contextmanager
def lock(*, alone: bool) -> Iterator[None]:
    """Holds the data folder: a server together with others, a restore alone; raises InUse at once."""
    handle = os.open(prepare() / "in-use.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InUse from None
    try:
        yield
    finally:
        os.close(handle)
