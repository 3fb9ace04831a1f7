"""BagIt 1.0 (RFC 8493) around the payload: what the bag is, what it holds, and a checksum for each file."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from undersigned import __version__
from undersigned.edition.archive.folder import Folder
from undersigned.edition.document import Edition

PAYLOAD = "data"
DECLARATION, INFO = "bagit.txt", "bag-info.txt"
DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"


def write(edition: Edition, out: Folder, *, tags: Sequence[str] = ()) -> int:
    """Declares what lies below `data` and these tag files as a bag; the number of its files.

    No clock is read: the bag is of the day of the last publication.
    """
    count = size = 0
    with out.open(MANIFEST) as manifest:
        for path in _files(out.root / PAYLOAD):
            name = path.relative_to(out.root).as_posix()
            manifest.write(f"{_digest(path)}  {encoded(name)}\n".encode())
            count, size = count + 1, size + path.stat().st_size
    out.write(DECLARATION, DECLARED)
    out.write(INFO, info(edition, size, count))
    named = sorted([DECLARATION, INFO, MANIFEST, *tags])
    out.write(TAG_MANIFEST, "".join(f"{_digest(out.root / name)}  {name}\n" for name in named))
    return count


def info(edition: Edition, size: int, count: int) -> str:
    """What the bag is, and how much it holds."""
    rows = [*_info(edition), ("Payload-Oxum", f"{size}.{count}")]
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in rows if value)


def _info(edition: Edition) -> list[tuple[str, str]]:
    return [
        ("Source-Organization", edition.publisher),
        ("External-Description", edition.title),
        ("External-Identifier", edition.log.origin if edition.log else edition.id),
        ("Internal-Sender-Identifier", edition.slug),
        ("Internal-Sender-Description", edition.url),
        ("Bagging-Date", edition.changed.date().isoformat()),
        ("Bag-Software-Agent", f"undersigned {__version__}"),
    ]


def _files(folder: Path) -> Iterator[Path]:
    """Every file in an order that no file system decides, a folder at a time."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encoded(name: str) -> str:
    """A path as a manifest writes it (RFC 8493, section 2.1.3)."""
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
