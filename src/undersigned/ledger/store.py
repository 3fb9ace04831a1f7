"""The public files of the logs: durable once written, tiles never replaced by other bytes.

Everything goes through the storage named `ledger`, so that a bucket can hold the files. A bucket must
be set to overwrite by name and to be durable by itself; the files' order of appearance stays the same.
"""

import os
import threading
from collections.abc import Iterator, Set
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.translation import gettext as _

from undersigned.ledger.errors import FilesDamaged, ImmutableFile
from undersigned.lib import env, keys
from undersigned.tlog.entry import EntryError, pack, unpack
from undersigned.tlog.hashing import HASH_SIZE
from undersigned.tlog.tile import TILE_WIDTH, Level, tile_path

CHECKPOINT = "checkpoint"
VKEY = "vkey"
# Every other file is written once.
MUTABLE = frozenset((CHECKPOINT, VKEY))


@lru_cache(maxsize=8)
def _absolute(folder: str) -> str:
    return str(Path(folder).resolve())


class DurableStorage(FileSystemStorage):
    """Files that survive a power cut once `sync` has returned, and are never seen half written."""

    def __init__(self, location: str | None = None, **options: Any) -> None:
        super().__init__(location=location, **options)
        self._given = location
        # Each thread publishes its own log, so each waits for its own folders.
        self._touched = threading.local()
        # Folders whose own names this process has made durable: a new file there concerns no folder above.
        self._linked: set[Path] = set()

    @property
    def base_location(self) -> str:
        """The folder given, else `ledger` in the data folder as the settings say now."""
        return str(self._given or env.load().data / "ledger")

    @property
    def location(self) -> str:
        """The same folder, absolute."""
        return _absolute(self.base_location)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A name is used as it is: files replace each other, or must be equal."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        self.write(name, content.read())
        return name

    def write(self, name: str, data: bytes) -> None:
        """One file, durable after `sync`; raises ImmutableFile when it is there with other bytes."""
        path = Path(self.path(name))
        if path.name not in MUTABLE and (there := _read_file(path)) is not None:
            # Written by a publication that was cut short: the folder may not be durable yet, the file is.
            self._touch(path, known=frozenset())
            if there != data:
                raise ImmutableFile(_("%s was already published with other bytes") % name)
            return
        try:
            write_durably(path, data)
        except FileNotFoundError:
            self._linked.difference_update(path.parents)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, data)
        self._touch(path, known=self._linked)

    def _touch(self, path: Path, *, known: Set[Path]) -> None:
        """Notes the folders to be synced: the file's own, and those above it that may be new."""
        folders = self._folders()
        top = Path(self.location)
        for folder in path.parents:
            folders.add(folder)
            if folder in known or folder in (top, top.parent):
                return

    def _folders(self) -> set[Path]:
        folders: set[Path] | None = getattr(self._touched, "folders", None)
        if folders is None:
            folders = self._touched.folders = set()
        return folders

    def sync(self) -> None:
        """Makes the names of all files that this thread wrote durable: one fsync for each folder."""
        folders = self._folders()
        for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
            if folder.is_dir():
                keys.sync_folder(folder)
        self._linked |= folders
        folders.clear()


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """The file is either as before or whole and on the disk; its folder is not yet synced."""
    # One name for each target: a run that was cut short leaves at most one, which the next one takes over.
    temporary = path.with_name(f".{path.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _storage() -> Storage:
    return storages["ledger"]


class LogFiles:
    """The public files of one log, by their paths below its prefix; called, it fetches as `tlog` asks."""

    def __init__(self, log: str) -> None:
        self.log = log

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        try:
            with _storage().open(f"{self.log}/{path}") as file:
                data: bytes = file.read()
                return data
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def put(self, path: str, data: bytes) -> None:
        """Writes one file; durable after `sync`. A tile that is there already must be equal."""
        storage, name = _storage(), f"{self.log}/{path}"
        if isinstance(storage, DurableStorage):
            storage.write(name, data)
        else:
            storage.save(name, ContentFile(data))

    def sync(self) -> None:
        """Returns when everything put by this thread is durable, names included."""
        flush = getattr(_storage(), "sync", None)
        if flush is not None:
            flush()

    def tile(self, level: Level, number: int, width: int) -> bytes | None:
        """A tile or bundle at this width; a partial one may be cut from the full one that followed it."""
        data = self(tile_path(level, number, width))
        if data is None and width < TILE_WIDTH:
            full = self(tile_path(level, number))
            data = None if full is None else _cut(full, level, width)
        return data

    def fetch_tile(self, level: int, number: int, width: int) -> bytes:
        """A hash tile, as proofs ask for it; raises FilesDamaged where it is missing or too short."""
        data = self.tile(level, number, width)
        if data is None or len(data) != width * HASH_SIZE:
            raise FilesDamaged(
                _("%(path)s of the log %(log)s is missing or damaged; run `undersigned fsck --mend`")
                % {"path": tile_path(level, number, width), "log": self.log}
            )
        return data

    def discard(self, path: str) -> None:
        """Removes one file; only for what is damaged."""
        _storage().delete(f"{self.log}/{path}")

    def discard_partials(self, level: Level, number: int) -> None:
        """Removes the partial tiles that came before a full one, as the specification allows."""
        storage = _storage()
        folder = f"{self.log}/{tile_path(level, number)}.p"
        try:
            names = storage.listdir(folder)[1]
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            storage.delete(f"{folder}/{name}")
        storage.delete(folder)

    def paths(self, folder: str = "tile") -> Iterator[str]:
        """The paths of all files below a folder, in no order."""
        try:
            folders, names = _storage().listdir(f"{self.log}/{folder}")
        except (FileNotFoundError, NotADirectoryError):
            return
        yield from (f"{folder}/{name}" for name in names)
        for name in folders:
            yield from self.paths(f"{folder}/{name}")


def stored_logs() -> list[str]:
    """The ids of all logs that have public files."""
    try:
        return sorted(_storage().listdir("")[0])
    except FileNotFoundError:
        return []


def _cut(data: bytes, level: Level, width: int) -> bytes | None:
    if level != "entries":
        return data[: width * HASH_SIZE]
    try:
        return pack(unpack(data, TILE_WIDTH)[:width])
    except EntryError:
        return None
