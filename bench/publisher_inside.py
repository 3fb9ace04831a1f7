"""The publisher's figures, measured within an installation; `publisher.py` starts it."""

import json
import os
import random
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import connection

from bench import crowd
from bench.publisher import BATCH
from undersigned.ledger import publish
from undersigned.ledger.models import Leaf, Log
from undersigned.ledger.store import LogFiles, write_durably
from undersigned.lib import env, keys
from undersigned.signing import sequence
from undersigned.tlog.entry import pack
from undersigned.tlog.hashing import leaf_hash, leaf_hashes
from undersigned.tlog.proof import inclusion_proof, verify_inclusion
from undersigned.tlog.tile import TILE_WIDTH, TileStream

_FILES = "bench"


def run(batches: int, before: int) -> None:
    """Prints what was found as JSON, in leaves a second and seconds."""
    crowd.confirmed(before)
    sequence.record_due(force=True)
    bare = _Bare(env.load().data / "bare.sqlite3")
    whole, least = [], []
    for number in range(batches):
        crowd.confirmed(BATCH, before + number * BATCH)
        crowd.confirmed(BATCH, before + number * BATCH, bare.database)
        least.append(_rate(bare.batch))
        whole.append(_rate(_record))
    log = Log.objects.get()
    found = {"whole": statistics.median(whole), "bare": statistics.median(least), **_tiles(log, batches)}
    print(json.dumps({**found, "proof": _proof(log), "fsync": _fsync()}))


def _rate(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return BATCH / (time.perf_counter() - began)


def _record() -> None:
    if sequence.record_due(force=True) != BATCH:
        raise RuntimeError("not all were recorded")


class _Bare:
    """A copy of the database, changed by bare statements, and files as a publication writes them."""

    def __init__(self, path: Path) -> None:
        connection.ensure_connection()
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(connection.settings_dict["NAME"], path)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.executescript(connection.settings_dict["OPTIONS"]["init_command"])
        self.database.execute("PRAGMA journal_mode=WAL").fetchall()
        self.folder = path.parent / "bare"
        self.folder.mkdir()
        self.size = int(self.database.execute("SELECT size FROM ledger_log").fetchone()[0])

    def batch(self) -> None:
        """One batch of the rows that wait."""
        entries = self._rows()
        hashes = leaf_hashes(entries)
        write_files(self.folder, self.size, entries, hashes)
        self.size += BATCH

    def _rows(self) -> list[bytes]:
        one, many = self.database.execute, self.database.executemany
        one("BEGIN IMMEDIATE")
        rows = one("SELECT id, commitment FROM signing_signature WHERE state = 'confirmed'").fetchall()
        entries = [f'{{"c":"{made}","k":"mail","t":"sign","x":1}}'.encode() for _id, made in rows]
        leaf = 'INSERT INTO ledger_leaf (log_id, "index", entry, text_index, dead, adopted)'
        many(f"{leaf} VALUES (1, ?, ?, 1, 0, 0)", enumerate(entries, self.size))
        changed = "state = 'recorded', recorded_at = '2026-01-01 00:00:00'"
        many(
            f"UPDATE signing_signature SET leaf_index = ?, {changed} WHERE id = ?",
            [(self.size + place, row[0]) for place, row in enumerate(rows)],
        )
        many("UPDATE signing_publicline SET listed = 1 WHERE signature_id = ?", [row[:1] for row in rows])
        one("COMMIT")
        if len(rows) != BATCH:
            raise RuntimeError(f"{len(rows)} waited")
        return entries


def write_files(folder: Path, size: int, entries: list[bytes], hashes: bytes) -> None:
    """The files of a publication without its thought: bundles, tiles, signer, checkpoint, each durable."""
    for start in range(0, len(entries), TILE_WIDTH):
        part = entries[start : start + TILE_WIDTH]
        write_durably(folder / f"{size + start}", pack(part))
        write_durably(folder / f"{size + start}.hashes", hashes[start * 32 : (start + len(part)) * 32])
    for name in ("level-1", "signer", "checkpoint"):
        write_durably(folder / name, hashes[:320])
    keys.sync_folder(folder)


def _tiles(log: Log, batches: int) -> dict[str, float]:
    """The same leaves once more without rows: tiles and bundles durable, and in memory alone."""
    entries = [bytes(entry) for entry in Leaf.objects.filter(log=log).values_list("entry", flat=True)]
    folder = env.load().data / "bare-files"
    folder.mkdir()
    files = LogFiles(_FILES)
    durable, bare, memory, hashing = [], [], [], []
    stream = TileStream()
    for size in range(0, batches * BATCH, BATCH):
        some = entries[size : size + BATCH]
        bare.append(_rate(partial(_write_alone, folder, size, some)))
        durable.append(_rate(partial(_grow, files, entries, size)))
        memory.append(_rate(partial(_in_memory, stream, some)))
        hashing.append(_rate(partial(_hash, some)))
    middle = statistics.median
    return {
        "tiles": middle(durable), "files": middle(bare), "memory": middle(memory), "hashing": middle(hashing)
    }  # fmt: skip


def _write_alone(folder: Path, size: int, entries: list[bytes]) -> None:
    write_files(folder, size, entries, leaf_hashes(entries))


def _grow(files: LogFiles, entries: list[bytes], base: int) -> None:
    publish.write_entries(files, base, iter_bundles(entries, base - base % TILE_WIDTH, base + BATCH))
    files.sync()


def iter_bundles(entries: list[bytes], start: int, end: int) -> list[tuple[int, list[bytes]]]:
    """Leaves as `publish.bundles` cuts them."""
    return [(low, entries[low : min(low + TILE_WIDTH, end)]) for low in range(start, end, TILE_WIDTH)]


def _in_memory(stream: TileStream, entries: list[bytes]) -> None:
    for _tile in stream.extend(leaf_hashes(entries)):
        pass
    stream.root()
    pack(entries)


def _hash(entries: list[bytes]) -> None:
    # A tree has as many inner nodes as leaves, less one.
    for entry in entries:
        leaf_hash(entry)
    leaf_hashes(entries)


def _proof(log: Log) -> float:
    """Seconds that a proof takes, the middle one of five hundred, each from the files alone."""
    fetch = LogFiles(log.appeal_id).fetch_tile
    stream = TileStream(log.published_size, fetch)
    times = []
    for _ in range(500):
        index = random.randrange(log.published_size)
        began = time.perf_counter()
        proof = inclusion_proof(index, log.published_size, fetch)
        times.append(time.perf_counter() - began)
        entry = bytes(log.leaves.values_list("entry", flat=True).get(index=index))
        root = stream.root()
        verify_inclusion(leaf=leaf_hash(entry), index=index, size=log.published_size, proof=proof, root=root)
    return statistics.median(times)


def _fsync() -> float:
    path = env.load().data / "fsync"
    times = []
    for _ in range(100):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.write(handle, b"x" * 8192)
        began = time.perf_counter()
        os.fsync(handle)
        times.append(time.perf_counter() - began)
        os.close(handle)
    return statistics.median(times)
