"""The bytes of a sheet's scan or of a list: sealed, apart from everything that is public, and destroyable.

A file is a row of sealed pieces, each with its length before it; place and end are authenticated, so
that no piece can be left out. Its name is chance and says nothing.
"""

import hashlib
import io
import secrets
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.core.files.base import File

from undersigned.appeals import kept
from undersigned.appeals.models import Appeal
from undersigned.lib import vault

_FOLDER = "scans"
_PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
HEAD = 8192


class TooLarge(Exception):
    """More bytes came than are taken."""


@dataclass(frozen=True)
class Stored:
    """What was stored: where, and what the bytes were before they were sealed."""

    mark: str
    sha256: str
    size: int


def key_name(appeal: Appeal) -> str:
    """The name of the key of an appeal's scans; it is destroyed when the appeal's retention ends."""
    return f"scan-{appeal.public_id}"


def path_of(mark: str) -> str:
    """Where the file with this mark lies."""
    return f"{_FOLDER}/{mark[:2]}/{mark}"


def store(
    appeal: Appeal, data: IO[bytes], *, most: int, judge: Callable[[bytes], None] = lambda _head: None
) -> Stored:
    """Seals bytes piece by piece and stores them durably; `judge` sees the first and may raise.

    Raises TooLarge, and then nothing is stored.
    """
    mark, digest, size = secrets.token_hex(16), hashlib.sha256(), 0
    with tempfile.TemporaryFile() as spool:
        for number, (piece, last) in enumerate(_told_last(_pieces(data))):
            if not number:
                judge(piece[:HEAD])
            size += len(piece)
            if size > most:
                raise TooLarge
            digest.update(piece)
            sealed = vault.seal_bytes(piece, context=_context(mark, number, last), key_name=key_name(appeal))
            spool.write(_LENGTH.pack(len(sealed)) + sealed)
        spool.seek(0)
        kept.storage().save(path_of(mark), File(spool, name=mark))
    return Stored(mark, digest.hexdigest(), size)


def _pieces(data: IO[bytes]) -> Iterator[bytes]:
    while piece := data.read(_PIECE):
        yield piece


def _told_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last; an empty file has one empty piece."""
    held = b""
    for number, piece in enumerate(pieces):
        if number:
            yield held, False
        held = piece
    yield held, True


def _context(mark: str, number: int, last: bool) -> str:
    return f"scan:{mark}:{number}:{'end' if last else 'more'}"


def read(appeal: Appeal, mark: str) -> Iterator[bytes]:
    """The bytes as they came, piece by piece; raises FileNotFoundError, VaultError, KeyMissing."""
    with kept.storage().open(path_of(mark), "rb") as file:
        number, header = 0, file.read(_LENGTH.size)
        while header:
            if len(header) != _LENGTH.size:
                raise vault.VaultError("a sealed file is cut short")
            sealed = file.read(_LENGTH.unpack(header)[0])
            header = file.read(_LENGTH.size)
            yield vault.unseal_bytes(
                sealed, context=_context(mark, number, not header), key_name=key_name(appeal)
            )
            number += 1


def whole(appeal: Appeal, mark: str) -> bytes:
    """The bytes as they came, at once: for lists, which are small."""
    made = io.BytesIO()
    for piece in read(appeal, mark):
        made.write(piece)
    return made.getvalue()


def exists(mark: str) -> bool:
    """Whether the file is there."""
    return kept.storage().exists(path_of(mark))


def destroy(mark: str) -> None:
    """Removes the file; doing it twice changes nothing."""
    kept.storage().delete(path_of(mark))


def every(before: datetime) -> Iterator[str]:
    """The paths of all files that were written before a moment, begun ones that a crash left among them."""
    store = kept.storage()
    try:
        folders = store.listdir(_FOLDER)[0]
    except FileNotFoundError:
        return
    for folder in folders:
        for name in store.listdir(f"{_FOLDER}/{folder}")[1]:
            path = f"{_FOLDER}/{folder}/{name}"
            # Somebody else may have removed it meanwhile.
            with suppress(FileNotFoundError):
                if store.get_modified_time(path) < before:
                    yield path


def remove(path: str) -> None:
    """Removes what `every` named; doing it twice changes nothing."""
    kept.storage().delete(path)
