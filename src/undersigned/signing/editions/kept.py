"""Where editions lie: a folder for each below `editions` in the data folder, its files sealed under one key.

No backup holds them: a name that was erased must not come back with one, and they are made anew. What is
gone is gone by its key first, so that a copy of a file somewhere tells nothing.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from undersigned.lib import env, keys, sealed_file
from undersigned.signing.models import EditionBuild, EditionFile

_NEW = ".new-"


class Missing(Exception):
    """The file is not here: it was not part of a backup, or its folder was lost."""


def folder() -> Path:
    """Where they lie."""
    return env.load().data / "editions"


def folder_of(public_id: str) -> Path:
    """Where the files of one of them lie."""
    return folder() / public_id


def key_name(public_id: str) -> str:
    """The name of the key that opens them."""
    return f"edition-{public_id}"


@contextmanager
def being_made(public_id: str) -> Iterator[Path]:
    """A new folder beside the one it will be, for its owner alone; removed whatever happens."""
    here = folder()
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = Path(tempfile.mkdtemp(dir=here, prefix=f"{_NEW}{public_id}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def sealing(folder: Path, public_id: str, number: int) -> Iterator[sealed_file.Writer]:
    """Seals a file of this number into a folder; durable at the end."""
    with (folder / _name(number)).open("wb") as file:
        out = sealed_file.Writer(file, key_name(public_id))
        yield out
        out.close()
        file.flush()
        os.fsync(file.fileno())


def _name(number: int) -> str:
    return f"{number}.sealed"


def settle(made: Path, public_id: str) -> None:
    """Puts a folder of sealed files under its name, durable."""
    keys.sync_folder(made)
    target = folder_of(public_id)
    # What stands there is of a try that broke off before it was acknowledged.
    shutil.rmtree(target, ignore_errors=True)
    made.rename(target)
    keys.sync_folder(folder())


def is_there(build: EditionBuild) -> bool:
    """Whether its files are on this host and can be opened."""
    try:
        keys.read(key_name(build.public_id))
    except keys.KeyMissing:
        return False
    return folder_of(build.public_id).is_dir()


def read(file: EditionFile) -> Iterator[bytes]:
    """A file piece by piece; raises Missing before the first, sealed_file.Damaged while reading."""
    public_id = file.build.public_id
    try:
        source = (folder_of(public_id) / _name(file.number)).open("rb")
        keys.read(key_name(public_id))
    except (FileNotFoundError, keys.KeyMissing):
        raise Missing from None
    return _pieces(source, public_id)


def _pieces(source: IO[bytes], public_id: str) -> Iterator[bytes]:
    with source:
        yield from sealed_file.read(source, key_name(public_id))


def discard(public_id: str) -> None:
    """Destroys the key, then the files."""
    keys.destroy(key_name(public_id))
    shutil.rmtree(folder_of(public_id), ignore_errors=True)


def drop_begun(public_id: str) -> None:
    """Removes what an earlier try to make this one left; its maker alone does so."""
    for path in folder().glob(f"{_NEW}{public_id}-*"):
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> int:
    """Removes what a crash left of editions that are gone; how many."""
    gone = EditionBuild.objects.filter(gone_at__isnull=False, made_at__isnull=False)
    left = [name for name in gone.values_list("public_id", flat=True) if folder_of(name).exists()]
    for name in left:
        discard(name)
    return len(left)
