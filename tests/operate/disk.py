"""A thief of the disk: copies everything while the server runs, and reads what the keys on it open."""

import base64
import gzip
import json
import re
import shutil
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from psycopg import sql

# As much of a sealed value as is tried: persons and messages are shorter.
_LONGEST = 2048
# What a plain text of this program begins with: JSON, or an address.
_BEGINS = re.compile(rb'[{\["A-Za-z0-9._%+@ -]{12}')
_GZIP = b"\x1f\x8b\x08"


def take(data: Path, into: Path, *more: Path, database_url: str = "") -> Path:
    """A copy of a data folder, byte by byte, with other files and the folder of PostgreSQL."""
    shutil.copytree(data, into / "data")
    for number, path in enumerate(more):
        if path.is_dir():
            shutil.copytree(path, into / f"more-{number}", symlinks=True)
        else:
            shutil.copy(path, into / f"more-{number}")
    if database_url:
        _take_postgres(database_url, into)
    return into


def _take_postgres(url: str, into: Path) -> None:
    """The database's files as they lie on the disk, and each row as the database gives it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
        assert found is not None
        shutil.copytree(Path(found[0]) / "base" / str(found[1]), into / "postgres")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            copy = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
            with connection.cursor().copy(copy) as rows, (into / f"table-{table}").open("wb") as out:
                for piece in rows:
                    out.write(piece)


def spellings(secret: str) -> set[bytes]:
    """A text in every encoding in which a file may hold it."""
    plain = secret.encode()
    found = {
        plain,
        secret.encode("utf-16-le"),
        secret.encode("utf-16-be"),
        quote(secret).encode(),
        quote(secret, safe="@").encode(),
        json.dumps(secret)[1:-1].encode(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        plain[::-1],
    }
    for code in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # Letters at both ends depend on their neighbours.
            inner = code(b"\0" * before + plain)[(0, 2, 3)[before] :].rstrip(b"=")
            found.add(inner[: len(inner) - (1 if (before + len(plain)) % 3 else 0)])
    return found | {one.lower() for one in found}


def found_in(folder: Path, secrets: Sequence[str]) -> list[str]:
    """Where a copy yields one of these texts, openly or by a key that is in the copy."""
    needles = {secret: spellings(secret) for secret in secrets}
    thief = _Keys(folder)
    findings = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        for kind, text in (("openly", data), *thief.opened(data), *_unpacked(data)):
            low = text.lower()
            findings += [
                f"{secret} in {path.relative_to(folder)} ({kind})"
                for secret, ways in needles.items()
                if any(way in text or way in low for way in ways)
            ]
    return findings


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = data.find(_GZIP)
    while at >= 0:
        try:
            yield "packed", zlib.decompressobj(31).decompress(data[at:])
        except (zlib.error, gzip.BadGzipFile, EOFError):
            pass
        at = data.find(_GZIP, at + 1)


class _Keys:
    """The keys in a copy, tried at every place that looks like a sealed value.

    AES-GCM is AES in counter mode with a tag behind it: who has the key needs to know neither the length of
    a value nor its tag, and reads what is left of one on a page that was freed.
    """

    def __init__(self, folder: Path) -> None:
        self._keys = {
            path.name: path.read_bytes() for path in (folder / "data" / "keys").iterdir() if path.is_file()
        }

    def opened(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """What each key makes readable."""
        contact = self._keys.get("contact")
        if contact:
            for at in _every(data, b"\x01"):
                yield from self._try(contact, data, at + 1)
        for at in _every(data, b"\x03\x00"):
            span = int.from_bytes(data[at + 1 : at + 9], "big")
            key = self._keys.get(f"passing-{span}")
            if key:
                yield from self._try(key, data, at + 9)

    def _try(self, key: bytes, data: bytes, at: int) -> Iterator[tuple[str, bytes]]:
        nonce, sealed = data[at : at + 12], data[at + 12 : at + 12 + _LONGEST]
        if len(nonce) < 12 or len(sealed) < 16:
            return
        counter = Cipher(algorithms.AES(key), modes.CTR(nonce + b"\0\0\0\2")).decryptor()
        head = counter.update(sealed[:16])
        if _BEGINS.match(head):
            yield "by a key on the disk", head + counter.update(sealed[16:])


def _every(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)
