"""The folder that is being filled: files by their paths below it, and links between them."""

import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

# Pieces are joined up to this many characters before they are written.
_BUFFER = 500_000


class Folder:
    """Files below one root; folders are made as they are needed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[Path] = set()

    def path(self, name: str) -> Path:
        """Where a file lies; its folder is there afterwards."""
        path = self.root / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path

    def open(self, name: str) -> BinaryIO:
        """A file to be written."""
        return self.path(name).open("wb")

    def write(self, name: str, data: str | bytes) -> None:
        """Writes a whole file."""
        self.path(name).write_bytes(data.encode("utf-8") if isinstance(data, str) else data)

    def stream(self, name: str, pieces: Iterable[str]) -> None:
        """Writes a file piece by piece."""
        held: list[str] = []
        size = 0
        with self.open(name) as out:
            for piece in pieces:
                held.append(piece)
                size += len(piece)
                if size > _BUFFER:
                    out.write("".join(held).encode("utf-8"))
                    held, size = [], 0
            out.write("".join(held).encode("utf-8"))


def link(start: str, target: str) -> str:
    """How a page at one path names another path of the same folder; an anchor stays."""
    path, mark, anchor = target.partition("#")
    return posixpath.relpath(path, posixpath.dirname(start) or ".") + mark + anchor
