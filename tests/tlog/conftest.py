"""What the tests of the log's formats share: published vectors where they lie, and the golden log."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.golden import make
from undersigned.tlog.hashing import EMPTY_ROOT, leaf_hash, node_hash
from undersigned.tlog.tile import new_tiles

PROJECT = Path(__file__).resolve().parents[2]
GOLDEN = PROJECT / "tests" / "golden"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Published vectors of other projects; a plain checkout does not have them."""
    shared = Path(os.environ.get("UNDERSIGNED_SHARED") or PROJECT.parent / "shared")
    if not (shared / "vectors").is_dir():
        pytest.skip("the published vectors are not here: set UNDERSIGNED_SHARED to the folder above them")
    return shared / "vectors"


@pytest.fixture(scope="session")
def golden() -> Path:
    return GOLDEN


@pytest.fixture
def small_log(tmp_path: Path) -> Path:
    """A log of nine leaves with a left-over partial tile, as one batch after another leaves it."""
    make.build(tmp_path / "log", sizes=(2, 9))
    return tmp_path / "log"


class Definition:
    """RFC 6962's recursive definitions, word for word, as the independent truth."""

    def __init__(self, size: int) -> None:
        self.leaves = [leaf_hash(b"entry %d" % n) for n in range(size)]
        self._kept: dict[tuple[int, int], bytes] = {}

    def mth(self, start: int, end: int) -> bytes:
        if start == end:
            return EMPTY_ROOT
        if end - start == 1:
            return self.leaves[start]
        if (start, end) not in self._kept:
            middle = start + self.k(end - start)
            self._kept[start, end] = node_hash(self.mth(start, middle), self.mth(middle, end))
        return self._kept[start, end]

    @staticmethod
    def k(size: int) -> int:
        power = 1
        while power * 2 < size:
            power *= 2
        return power

    def path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        k = self.k(end - start)
        if index < k:
            return [*self.path(index, start, start + k), self.mth(start + k, end)]
        return [*self.path(index - k, start + k, end), self.mth(start, start + k)]

    def proof(self, old: int, start: int, end: int, whole: bool = True) -> list[bytes]:
        if old == end - start:
            return [] if whole else [self.mth(start, end)]
        k = self.k(end - start)
        if old <= k:
            return [*self.proof(old, start, start + k, whole), self.mth(start + k, end)]
        return [*self.proof(old - k, start + k, end, False), self.mth(start, start + k)]


@pytest.fixture(scope="session")
def definition() -> Definition:
    return Definition(700)


@pytest.fixture(scope="session")
def tiles_of(definition: Definition) -> Callable[[int], Callable[[int, int, int], bytes]]:
    """For a size, the tiles of the definition's tree, and a `fetch_tile` over them."""

    def tiles(size: int) -> Callable[[int, int, int], bytes]:
        kept = {item[:3]: item[3] for item in new_tiles(0, definition.leaves[:size], _nothing)}
        return lambda level, number, width: kept[level, number, width]

    return tiles


def _nothing(level: int, number: int, width: int) -> bytes:
    raise AssertionError("an empty log has no tiles to read")


@pytest.fixture
def flips() -> Callable[[bytes], Iterator[tuple[int, bytes]]]:
    """Every single-byte change of some bytes, three kinds of change for each byte."""

    def changed(data: bytes) -> Iterator[tuple[int, bytes]]:
        for position in range(len(data)):
            for mask in (0x01, 0x20, 0x80):
                yield position, data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]

    return changed
