"""The file that a backup is: a tar whose last member is a manifest with the digest of every other.

A file that was cut short has no manifest and is refused; so is one in which a byte changed.
"""

import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from undersigned.lib import keys

FORMAT = "undersigned-backup/1"
MANIFEST = "manifest.json"
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/){0,12}[A-Za-z0-9_-][A-Za-z0-9_.-]*\Z")
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 256 << 20
_COMPRESSED = (".gz", ".tgz")


class BadArchive(Exception):
    """The file is no backup, or a damaged one; the message says which."""


class _Hashing(io.RawIOBase):
    """Gives a file's bytes to tar and keeps their digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


class Writer:
    """Writes a backup beside its final name; `finish` puts it there whole, or it never appears."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".{path.name}.new")
        handle = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._tar = _tar(self._file, compressed=path.name.endswith(_COMPRESSED))
        self._files: dict[str, list[int | str]] = {}
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)

    def add(self, name: str, source: Path) -> None:
        """Adds a file's content; raises FileNotFoundError before anything is written."""
        with source.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Adds bytes."""
        self._add(name, io.BytesIO(data), len(data))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        if not _NAME.match(name):
            raise ValueError(f"not a name in a backup: {name!r}")
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashing = _Hashing(file)
        self._tar.addfile(member, hashing)
        self._files[name] = [size, hashing.digest.hexdigest()]

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Adds the manifest and puts the whole file in its place, durable."""
        manifest = {"format": FORMAT, **facts, "files": self._files}
        data = json.dumps(manifest, indent=1, sort_keys=True).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(data), 0o600
        self._tar.addfile(member, io.BytesIO(data))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.size = self._file.tell()
        self._temporary.replace(self._path)
        keys.sync_folder(self._path.parent)


def _tar(file: IO[bytes], *, compressed: bool) -> tarfile.TarFile:
    if compressed:
        # Low compression: a backup should not keep a small server busy.
        return tarfile.open(fileobj=file, mode="w:gz", compresslevel=3)
    return tarfile.open(fileobj=file, mode="w:")


def unpack(path: Path, into: Path) -> dict[str, Any]:
    """Writes a backup's files into a folder and returns its manifest, once every digest is right."""
    try:
        with tarfile.open(path, "r:*") as tar:
            manifest, found = _extract(tar, into)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError) as error:
        raise BadArchive(f"{path} is not a backup of Undersigned, or is damaged") from error
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error.strerror or 'it is damaged'}") from error
    facts = _parse(path, manifest)
    if facts["files"] != found:
        wrong = sorted(
            name for name in {*facts["files"], *found} if facts["files"].get(name) != found.get(name)
        )
        raise BadArchive(f"{path} is damaged: {wrong[0]} is not what was written")
    return facts


def _extract(tar: tarfile.TarFile, into: Path) -> tuple[bytes, dict[str, list[int | str]]]:
    manifest = b""
    found: dict[str, list[int | str]] = {}
    for member in tar:
        if not member.isreg() or not _NAME.match(member.name) or ".." in member.name or member.name in found:
            raise tarfile.ReadError("not one of our members")
        file = tar.extractfile(member)
        if file is None:
            raise tarfile.ReadError("not one of our members")
        if member.name == MANIFEST:
            manifest = file.read(_LARGEST_MANIFEST)
        else:
            found[member.name] = _write(file, into / member.name)
    return manifest, found


def _write(file: IO[bytes], target: Path) -> list[int | str]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as out:
        while data := file.read(_CHUNK):
            digest.update(data)
            size += len(data)
            out.write(data)
    return [size, digest.hexdigest()]


def _parse(path: Path, manifest: bytes) -> dict[str, Any]:
    if not manifest:
        raise BadArchive(f"{path} was cut short: its manifest is missing")
    try:
        facts = json.loads(manifest)
    except ValueError as error:
        raise BadArchive(f"{path} is damaged: its manifest cannot be read") from error
    if not isinstance(facts, dict) or not isinstance(facts.get("files"), dict):
        raise BadArchive(f"{path} is not a backup of Undersigned")
    if facts.get("format") != FORMAT:
        raise BadArchive(f"{path} has a format that this version does not know")
    return facts
