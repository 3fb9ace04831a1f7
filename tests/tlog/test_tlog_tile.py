"""Tiles: paths, which tiles a tree has, and how a growing tree writes them."""

import time
from typing import Any

import pytest

from undersigned.tlog import entry, tile


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 256, "tile/0/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (0, 1234067, 12, "tile/0/x001/x234/067.p/12"),
        (63, 273, 255, "tile/63/273.p/255"),
        ("entries", 5, 1, "tile/entries/005.p/1"),
    ],
)
def test_a_tile_has_one_path(level: tile.Level, number: int, width: int, path: str) -> None:
    assert tile.tile_path(level, number, width) == path
    assert tile.parse_tile_path(path) == (level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0/0", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/x000/001", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/001/000", "tile/0/x001", "/tile/0/000",
        "tile/0/000/", "tile/0/../000", "tile/0/000\n", "tile/0/٠٠٠", "tile/data/000", "tile/0/000.p/1000",
        "tile/0/" + "x999/" * 9 + "999",
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(tile.TileError):
        tile.parse_tile_path(path)


@pytest.mark.parametrize(
    ("level", "number", "width"), [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_no_path_is_made_for_an_impossible_tile(level: int, number: int, width: int) -> None:
    with pytest.raises(tile.TileError):
        tile.tile_path(level, number, width)


def test_the_tiles_of_70000_leaves_are_those_of_the_specification() -> None:
    tiles = tile.tiles_for(70000)
    assert len(tiles) == 273 + 1 + 1 + 1 + 1
    assert tiles[272:] == [(0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert tile.tiles_for(0) == []
    assert tile.tiles_for(256) == [(0, 0, 256), (1, 0, 1)]


def test_growing_in_any_steps_writes_the_same_tiles(definition: Any) -> None:
    for steps in ([700], [1, 255, 1, 256, 187], [256, 256, 188], [255, 2, 443], [100] * 7, [0, 700, 0]):
        kept: dict[tuple[int, int, int], bytes] = {}
        size = 0
        for step in steps:
            grown = definition.leaves[size : size + step]
            read = kept.copy()
            new = list(tile.new_tiles(size, grown, lambda *place, read=read: read[place]))
            before, size = size, size + step
            # Exactly the tiles that were not there before are written, each once.
            places = [item[:3] for item in new]
            assert sorted(places) == sorted(set(tile.tiles_for(size)) - set(tile.tiles_for(before)))
            kept |= {item[:3]: item[3] for item in new}
        for level, number, width in tile.tiles_for(700):
            first = [(number * 256 + offset) * 256**level for offset in range(width)]
            expected = b"".join(definition.mth(start, start + 256**level) for start in first)
            assert kept[level, number, width] == expected


def test_a_broken_right_edge_is_refused() -> None:
    with pytest.raises(tile.TileError):
        list(tile.new_tiles(3, [b"x" * 32], lambda level, number, width: b"short"))
    with pytest.raises(tile.TileError):
        list(tile.new_tiles(0, [b"short"], lambda level, number, width: b""))


def test_tiles_are_made_fast_enough() -> None:
    leaves = [b"x" * 32] * 40_000
    begun = time.process_time()
    assert sum(1 for _ in tile.new_tiles(0, leaves, lambda level, number, width: b"")) == len(
        tile.tiles_for(40_000)
    )
    assert time.process_time() - begun < 1


def test_a_bundle_gives_back_its_entries() -> None:
    entries = [b"", b"a", b"b" * 65535, b"c" * 256]
    assert entry.unpack(entry.pack(entries), 4) == entries
    assert entry.pack([b"one"]) == b"\0\3one"
    with pytest.raises(entry.EntryError):
        entry.pack([b"x" * 65536])


@pytest.mark.parametrize(
    ("bundle", "width"),
    [
        (b"", 1),
        (b"\0", 1),
        (b"\0\1", 1),
        (b"\0\1ab", 1),
        (b"\0\1a", 2),
        (b"\0\1a\0", 2),
        (b"\0\0", 0),
        (b"\0\1a", 0),
    ],
)
def test_a_bundle_of_other_entries_is_refused(bundle: bytes, width: int) -> None:
    with pytest.raises(entry.EntryError):
        entry.unpack(bundle, width)
