"""Where bundles lie: sealed, each under a key of its own, below `deliveries` in the data folder.

No backup holds them: a name that was erased must not come back with one. What is gone is gone by its key
first, so that a copy of the file somewhere tells nothing.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from undersigned.lib import env, keys, sealed_file
from undersigned.signing.models import Delivery

_NEW = ".new-"


class Missing(Exception):
    """The bundle's file is not here: it was not part of a backup, or its folder was lost."""


def folder() -> Path:
    """Where they lie."""
    return env.load().data / "deliveries"


def path_of(public_id: str) -> Path:
    """Where one of them lies."""
    return folder() / f"{public_id}.sealed"


def key_name(public_id: str) -> str:
    """The name of the key that opens it."""
    return f"delivery-{public_id}"


@contextmanager
def being_written(public_id: str) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file beside the one it will be, and its path; removed again unless somebody takes it."""
    here = folder()
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=here, prefix=f"{_NEW}{public_id}-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def settle(file: IO[bytes], path: Path, public_id: str) -> None:
    """Makes a written file durable under its name."""
    file.flush()
    os.fsync(file.fileno())
    path.replace(path_of(public_id))
    keys.sync_folder(folder())


def read(delivery: Delivery) -> Iterator[bytes]:
    """The bundle piece by piece; raises Missing before the first, sealed_file.Damaged while reading."""
    try:
        file = path_of(delivery.public_id).open("rb")
        keys.read(key_name(delivery.public_id))
    except (FileNotFoundError, keys.KeyMissing):
        raise Missing from None
    return _pieces(file, delivery.public_id)


def _pieces(file: IO[bytes], public_id: str) -> Iterator[bytes]:
    with file:
        yield from sealed_file.read(file, key_name(public_id))


def discard(public_id: str) -> None:
    """Destroys the key, then the file."""
    keys.destroy(key_name(public_id))
    path_of(public_id).unlink(missing_ok=True)


def sweep(_now: object = None) -> int:
    """Removes what a crash left: files whose bundle is gone, and begun ones that nobody writes; how many."""
    here = folder()
    if not here.is_dir():
        return 0
    gone = Delivery.objects.filter(gone_at__isnull=False, made_at__isnull=False)
    names = set(gone.values_list("public_id", flat=True))
    left = [name for name in names if path_of(name).exists()]
    for name in left:
        discard(name)
    return len(left)


def drop_begun(public_id: str) -> None:
    """Removes what an earlier try to make this bundle left; its maker alone does so."""
    for path in folder().glob(f"{_NEW}{public_id}-*"):
        with suppress(FileNotFoundError):
            path.unlink()
