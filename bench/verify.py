"""Seconds that `verify` takes for a log in a folder, with the standard library alone.

The log is written by the ledger's own code from leaves made up here: signatures, one in fifty of them
withdrawn later. The limit is the hashing of those leaves and the nodes above them, which any verifier does.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.goals import Goal
from bench.site import PROJECT
from undersigned.tlog.checkpoint import Checkpoint, format_checkpoint
from undersigned.tlog.ed25519 import public_key_of
from undersigned.tlog.entry import pack
from undersigned.tlog.hashing import leaf_hashes
from undersigned.tlog.leaf import Open, TextLeaf, b64u, encode
from undersigned.tlog.note import format_vkey, sign_note
from undersigned.tlog.tile import TILE_WIDTH, TileStream, tile_path

_APPEAL = b64u(bytes(16))
_ORIGIN = f"bench.example/ledger/{_APPEAL}"


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints seconds and memory; gives what was wanted of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="undersigned-bench-") as name:
        folder = Path(name, "ledger", _APPEAL)
        limit = write(folder, options.leaves)
        seconds, memory = _verify(folder)
    print(
        f"verify of {options.leaves:,} leaves: {seconds:.1f} s, {seconds / limit:.1f} times the hashing alone"
        f" ({limit:.1f} s); {memory:.0f} MB at most",
        flush=True,
    )
    return [Goal(f"verify of {options.leaves:,} leaves, seconds", seconds, 10, at_most=True)]


def write(folder: Path, leaves: int) -> float:
    """A log of so many leaves in a folder; the seconds that its hashing alone took."""
    stream = TileStream()
    hashing = 0.0
    for start in range(0, leaves, TILE_WIDTH):
        entries = [_entry(n) for n in range(start, min(start + TILE_WIDTH, leaves))]
        _put(folder, tile_path("entries", start // TILE_WIDTH, len(entries)), pack(entries))
        began = time.perf_counter()
        tiles = list(stream.extend(leaf_hashes(entries)))
        hashing += time.perf_counter() - began
        for level, number, width, data in tiles:
            _put(folder, tile_path(level, number, width), data)
    for level, number, width, data in stream.partial():
        _put(folder, tile_path(level, number, width), data)
    seed = bytes(32)
    text = format_checkpoint(Checkpoint(_ORIGIN, leaves, stream.root()))
    _put(folder, "checkpoint", sign_note(text, _ORIGIN, seed).encode())
    _put(folder, "vkey", f"{format_vkey(_ORIGIN, public_key_of(seed))}\n".encode())
    return hashing


def _entry(n: int) -> bytes:
    if n == 0:
        return encode(Open(_APPEAL))
    if n == 1:
        return encode(TextLeaf("letter", 1, b64u(bytes(32)), "en", "original"))
    if n > 100 and n % 50 == 0:
        return f'{{"r":{n - 49},"t":"undo","y":"own"}}'.encode()
    return f'{{"c":"{b64u(os.urandom(32))}","k":"mail","t":"sign","x":1}}'.encode()


def _put(folder: Path, path: str, data: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _verify(folder: Path) -> tuple[float, float]:
    # -S: without the packages of the environment, so that the standard library alone does it.
    began = time.perf_counter()
    verifier = subprocess.Popen(
        [sys.executable, "-S", "-m", "undersigned.tlog", "verify", str(folder)],
        env={"PYTHONPATH": str(PROJECT / "src"), "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
    )
    _pid, status, used = os.wait4(verifier.pid, 0)
    if status:
        raise RuntimeError("the log did not verify")
    return time.perf_counter() - began, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
