"""Keys in files outside the database: made once, readable by the owner alone, destroyed for good.

A key is 32 random bytes in `<keys folder>/<name>`. No backup contains them.
"""

import contextlib
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path

from undersigned.lib import env

SIZE = 32
_NAME = re.compile(r"[a-z]+(-[A-Za-z0-9_-]{1,64})?\Z")


class KeyMissing(Exception):
    """A key that must exist is not in the keys folder; without it what it protects cannot be read."""


def _path(name: str) -> Path:
    if not _NAME.match(name):
        raise ValueError(f"not a key name: {name!r}")
    return env.load().keys_folder / name


def sync_folder(folder: Path) -> None:
    """Makes names created, renamed or removed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(name: str) -> bytes:
    """The key of that name; raises KeyMissing."""
    return _read(_path(name))


@lru_cache(maxsize=4096)
def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise KeyMissing(
            f"the key {path.name} is missing from the keys folder; put the copy of that folder back"
        ) from None
    if len(key) != SIZE:
        raise KeyMissing(f"the key {path.name} is damaged: {len(key)} bytes instead of {SIZE}")
    return key


def read_or_create(name: str) -> bytes:
    """The key of that name, made now if there is none; two processes that race get the same key."""
    path = _path(name)
    try:
        return _read(path)
    except KeyMissing:
        if path.exists():
            # Damaged, or made by somebody else this very moment.
            return _read(path)
    _make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
        file.flush()
        os.fsync(file.fileno())
    # link() fails where the name exists: the first process wins, the others read what it wrote.
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    sync_folder(path.parent)
    return _read(path)


def _make_private(folder: Path) -> None:
    """Makes a folder and those above it, for the owner alone: pathlib gives its mode to the last one only."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


def destroy(name: str) -> None:
    """Overwrites and removes a key; nothing that it protected can be read again."""
    path = _path(name)
    _read.cache_clear()
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(b"\0" * SIZE)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def names(kind: str) -> list[str]:
    """The names of the keys of one kind: `kind-...`."""
    folder = env.load().keys_folder
    return sorted(path.name for path in folder.glob(f"{kind}-*") if _NAME.match(path.name))
