"""A log checked whole from its public files alone: entries, every tile, root, signature and count."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from .checkpoint import Checkpoint, open_checkpoint
from .encoding import b64
from .entry import EntryError, pack, unpack
from .errors import TlogError
from .hashing import HASH_SIZE, leaf_hashes
from .note import parse_vkey
from .tally import Tally
from .tile import TILE_WIDTH, Level, TileError, TileStream, parse_tile_path, tile_path, tile_width

# Gives the bytes at a path below the log's prefix ("checkpoint", "tile/..."), or None where there is none.
Fetch = Callable[[str], bytes | None]


class LogError(TlogError):
    """A log whose public files do not fit together."""


@dataclass(frozen=True, slots=True)
class LogReport:
    """A log that was found whole, with its count."""

    checkpoint: Checkpoint
    vkey: str
    tally: Tally

    def to_json(self) -> dict[str, Any]:
        """One member of `logs` in the verifier's answer."""
        return {
            "origin": self.checkpoint.origin,
            "vkey": self.vkey,
            "size": self.checkpoint.size,
            "root": b64(self.checkpoint.root),
            **self.tally.to_json(),
        }


def check_log(
    fetch: Fetch,
    *,
    vkey: str,
    note: str | bytes | None = None,
    workers: int = 1,
    also: Callable[[bytes], None] | None = None,
) -> LogReport:
    """Everything public fits together under this key, or the first thing that does not is named.

    `note` is the checkpoint to check against when it is not the one that `fetch` gives; `also` sees every
    entry after it was counted.
    """
    verifier = parse_vkey(vkey)
    note = fetch("checkpoint") if note is None else note
    if note is None:
        raise LogError("there is no checkpoint")
    checkpoint = open_checkpoint(note, verifier)
    tally = Tally(checkpoint.origin)

    def each(entry: bytes) -> None:
        tally.apply_entry(entry)
        if also is not None:
            also(entry)

    root = rebuild(fetch, checkpoint.size, each if also else tally.apply_entry, workers=workers)
    if root != checkpoint.root:
        raise LogError("the entries lead to another root than the signed one")
    return LogReport(checkpoint, vkey, tally)


def rebuild(fetch: Fetch, size: int, each: Callable[[bytes], None], *, workers: int = 1) -> bytes:
    """The root over all entries, after comparing every tile on the way; `each` sees every entry."""
    stream = TileStream()
    for number, bundle, tile in _level_zero(fetch, size, workers):
        entries = _entries(bundle, number, tile_width(size, 0, number))
        hashes = leaf_hashes(entries)
        _same(hashes, tile, 0, number, len(entries))
        for level, place, width, data in stream.extend(hashes):
            if level:
                _same(data, _fetch_tile(fetch, level, place, width), level, place, width)
        for entry in entries:
            each(entry)
    for level, place, width, data in stream.partial():
        if level:
            _same(data, _fetch_tile(fetch, level, place, width), level, place, width)
    return stream.root()


def _level_zero(fetch: Fetch, size: int, workers: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Each bundle with its level-0 tile, in order; some fetched ahead where there are workers."""

    def pair(number: int) -> tuple[int, bytes, bytes]:
        width = tile_width(size, 0, number)
        return number, _fetch_tile(fetch, "entries", number, width), _fetch_tile(fetch, 0, number, width)

    numbers = range((size + TILE_WIDTH - 1) // TILE_WIDTH)
    if workers <= 1:
        yield from map(pair, numbers)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        ahead: deque[Future[tuple[int, bytes, bytes]]] = deque()
        for number in numbers:
            ahead.append(pool.submit(pair, number))
            if len(ahead) >= 2 * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fetch_tile(fetch: Fetch, level: Level, number: int, width: int) -> bytes:
    """A tile or bundle at this width; a partial one may have given way to the full one."""
    path = tile_path(level, number, width)
    data = fetch(path)
    if data is None and width < TILE_WIDTH:
        full = fetch(tile_path(level, number))
        data = None if full is None else _cut(full, level, TILE_WIDTH, width, path)
    if data is None:
        raise LogError(f"{path} is missing")
    return data


def _cut(data: bytes, level: Level, width: int, to: int, path: str) -> bytes:
    if level != "entries":
        return data[: to * HASH_SIZE]
    try:
        return pack(unpack(data, width)[:to])
    except EntryError as error:
        raise LogError(f"{path}: {error}") from error


def _entries(bundle: bytes, number: int, width: int) -> list[bytes]:
    try:
        return unpack(bundle, width)
    except EntryError as error:
        raise LogError(f"{tile_path('entries', number, width)}: {error}") from error


def _same(rebuilt: bytes, served: bytes, level: int, number: int, width: int) -> None:
    if rebuilt != served:
        raise LogError(f"{tile_path(level, number, width)} does not fit the entries")


def check_leftovers(fetch: Fetch, paths: Iterable[str], size: int) -> None:
    """Partial tiles of earlier sizes, where they are kept, are beginnings of the tiles that followed.

    Call it after `check_log`: it takes the current tiles as right. Files beyond `size` are no part yet.
    """
    for path in paths:
        try:
            level, number, width = parse_tile_path(path)
        except TileError:
            continue
        now = tile_width(size, 0 if level == "entries" else level, number)
        if width >= now:
            continue
        current = _fetch_tile(fetch, level, number, now)
        if fetch(path) != _cut(current, level, now, width, path):
            raise LogError(f"{path} does not fit the tile that followed it")
