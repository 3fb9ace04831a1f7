"""Tiles as in c2sp.org/tlog-tiles: their paths, which a tree has, and which a growing tree writes."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from .errors import TlogError
from .hashing import EMPTY_ROOT, HASH_SIZE, fold, split
from .tree import root_of

TILE_WIDTH = 256
FULL_BYTES = TILE_WIDTH * HASH_SIZE
MAX_LEVEL = 63
MAX_NUMBER = 2**63

Level = int | Literal["entries"]
FetchTile = Callable[[int, int, int], bytes]

_PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/"
    r"((?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)


class TileError(TlogError):
    """A tile or a tile's path that does not fit the format."""


def tile_path(level: Level, number: int, width: int = TILE_WIDTH) -> str:
    """A tile has one path: groups of three digits, all but the last after an x; `.p/W` when partial."""
    if level != "entries" and not 0 <= level <= MAX_LEVEL:
        raise TileError("tile level out of range")
    if not 0 <= number < MAX_NUMBER or not 1 <= width <= TILE_WIDTH:
        raise TileError("tile number or width out of range")
    path = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        path = f"x{number % 1000:03d}/{path}"
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{path}{partial}"


def parse_tile_path(path: str) -> tuple[Level, int, int]:
    """Level, number and width of a tile path; any path that `tile_path` does not write is refused."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError("not a tile path")
    level: Level = "entries" if match[1] == "entries" else int(match[1])
    digits = match[2].replace("/", "").replace("x", "")
    if len(digits) > 21:
        raise TileError("tile number out of range")
    number = int(digits)
    width = int(match[3]) if match[3] else TILE_WIDTH
    if width > TILE_WIDTH or tile_path(level, number, width) != path:
        raise TileError("not a canonical tile path")
    return level, number, width


def tile_width(size: int, level: int, number: int) -> int:
    """How many hashes this tile holds in a tree of this size; 0 when it is not there."""
    return max(0, min(TILE_WIDTH, (size >> (8 * level)) - number * TILE_WIDTH))


def iter_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Each hash tile of a tree of this size, level by level, without holding the list."""
    level = 0
    while (count := size >> (8 * level)) > 0:
        for number in range(count // TILE_WIDTH):
            yield level, number, TILE_WIDTH
        if count % TILE_WIDTH:
            yield level, count // TILE_WIDTH, count % TILE_WIDTH
        level += 1


def tiles_for(size: int) -> list[tuple[int, int, int]]:
    """All hash tiles (level, number, width) of a tree of this size; bundles match those of level 0."""
    return list(iter_tiles(size))


class TileStream:
    """A tree grown from its right edge alone: takes leaf hashes, gives tiles as they fill up."""

    def __init__(self, size: int = 0, fetch_tile: FetchTile | None = None) -> None:
        self.size = size
        self._edges: list[bytearray] = []
        level = 0
        while (count := size >> (8 * level)) > 0:
            self._edges.append(_edge(level, count, fetch_tile))
            level += 1

    def extend(self, hashes: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        """Leaf hashes joined together; yields each tile that becomes full by them."""
        if len(hashes) % HASH_SIZE:
            raise TileError("not a whole number of hashes")
        position = 0
        while position < len(hashes):
            room = TILE_WIDTH - self.size % TILE_WIDTH
            part = hashes[position : position + room * HASH_SIZE]
            position += len(part)
            self.size += len(part) // HASH_SIZE
            yield from self._push(part)

    def _push(self, data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        level = 0
        while True:
            if level == len(self._edges):
                self._edges.append(bytearray())
            edge = self._edges[level]
            edge += data
            if len(edge) < FULL_BYTES:
                return
            tile = bytes(edge)
            edge.clear()
            level += 1
            yield level - 1, (self.size >> (8 * level)) - 1, TILE_WIDTH, tile
            data = fold(tile)

    def partial(self) -> Iterator[tuple[int, int, int, bytes]]:
        """The partial tiles at the right edge as it now stands."""
        for level, edge in enumerate(self._edges):
            if edge:
                yield level, self.size >> (8 * (level + 1)), len(edge) // HASH_SIZE, bytes(edge)

    def root(self) -> bytes:
        """The root of the tree as it now stands."""
        root: bytes | None = None
        for edge in self._edges:
            nodes = split(bytes(edge))
            if root is not None:
                nodes.append(root)
            if nodes:
                root = root_of(nodes)
        return EMPTY_ROOT if root is None else root


def _edge(level: int, count: int, fetch_tile: FetchTile | None) -> bytearray:
    width = count % TILE_WIDTH
    if not width:
        return bytearray()
    if fetch_tile is None:
        raise TileError("a tree that is not empty needs its right edge")
    data = fetch_tile(level, count // TILE_WIDTH, width)
    if len(data) != width * HASH_SIZE:
        raise TileError("a tile at the right edge has the wrong length")
    return bytearray(data)


def new_tiles(
    old_size: int, new_leaf_hashes: Iterable[bytes], fetch_tile: FetchTile
) -> Iterator[tuple[int, int, int, bytes]]:
    """All tiles to write when a tree of `old_size` leaves grows by these: full ones, then the new edge."""
    stream = TileStream(old_size, fetch_tile)
    yield from stream.extend(b"".join(new_leaf_hashes))
    for level, number, width, data in stream.partial():
        if stream.size >> (8 * level) != old_size >> (8 * level):
            yield level, number, width, data
