"""A ZIP file that holds a bag (BagIt), written in one go: no part of it is ever whole in memory or on disk.

Entries stand in the order in which they are written and carry one moment, so that the same bundle is the
same bytes.
"""

import hashlib
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Protocol, cast

from undersigned.edition.archive import bag
from undersigned.edition.document import Edition

# The oldest moment that a ZIP file can name.
_OLDEST = (1980, 1, 1, 0, 0, 0)
# Hashes and tiles do not get smaller.
_STORED = ("/tile/",)


class Sink(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Takes some bytes."""


class Counted:
    """Hands bytes on, and knows how many there were and their SHA-256."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Takes some bytes."""
        self.digest.update(data)
        self.size += len(data)
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


class Packed:
    """A bag in a ZIP file: what is written to it is the payload, below `data`."""

    def __init__(self, out: Counted, root: str, moment: datetime) -> None:
        # A writer without a place to seek in: sizes follow their entries.
        target = cast(IO[bytes], out)
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._root = root
        self._time = max(_OLDEST, moment.timetuple()[:6])
        self.digests: dict[str, str] = {}
        self._size = 0

    def write(self, name: str, data: str | bytes) -> None:
        """Writes a whole file of the payload."""
        self.stream(name, [data.encode("utf-8") if isinstance(data, str) else data])

    def stream(self, name: str, pieces: Iterable[bytes]) -> None:
        """Writes a file of the payload piece by piece."""
        path = f"{bag.PAYLOAD}/{name}"
        digest, size = self._put(path, pieces)
        self.digests[path] = digest
        self._size += size

    def close(self, edition: Edition, tags: dict[str, str]) -> None:
        """Writes what makes it a bag, and ends the file."""
        named = {}
        lines = "".join(f"{digest}  {bag.encoded(path)}\n" for path, digest in sorted(self.digests.items()))
        rows = {
            **tags,
            bag.MANIFEST: lines,
            bag.DECLARATION: bag.DECLARED,
            bag.INFO: bag.info(edition, self._size, len(self.digests)),
        }
        for name, words in rows.items():
            named[name] = self._put(name, [words.encode("utf-8")])[0]
        last = "".join(f"{digest}  {name}\n" for name, digest in sorted(named.items()))
        self._put(bag.TAG_MANIFEST, [last.encode("utf-8")])
        self._zip.close()

    def _put(self, path: str, pieces: Iterable[bytes]) -> tuple[str, int]:
        entry = zipfile.ZipInfo(f"{self._root}/{path}", self._time)
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        stored = any(part in path for part in _STORED) and "/entries/" not in path
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(entry, "w") as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        return digest.hexdigest(), size
