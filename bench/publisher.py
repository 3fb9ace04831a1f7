"""Leaves a second from confirmed rows to the signed checkpoint, and of the tree and its tiles alone.

Each batch goes the whole way, `signing.sequence.record_due`: rows, leaves, counts, tiles, signature,
checkpoint, every fsync. Its limit is the least that must happen in any program: the same rows read and
changed by bare statements in one durable transaction of the same database, the same hashes, the same files
written with an fsync each. Limit and figure take turns, so that other work on the machine meets both.
"""

import argparse
import json

from bench.goals import Goal
from bench.site import site

BATCH = 1000


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=30)
    parser.add_argument("--before", type=int, default=100_000, help="signatures recorded already")
    options = parser.parse_args(argv)
    with site() as place:
        # What is measured knows models: it is loaded where Django is set up.
        code = "import sys; from bench import publisher_inside as p; p.run(*map(int, sys.argv[1:]))"
        found = json.loads(place.python(code, str(options.batches), str(options.before)).splitlines()[-1])
    _row("confirmed rows to checkpoint, by 1,000", found["whole"], found["bare"])
    _row("tree and tiles alone, with fsync", found["tiles"], found["files"])
    _row("tree and tiles without a disk", found["memory"], found["hashing"])
    print(f"{'inclusion proof from tiles, median':42}{found['proof'] * 1000:>9.2f} ms")
    print(f"{'fsync of this disk, median':42}{found['fsync'] * 1000:>9.2f} ms")
    return [
        Goal("publisher, rows to checkpoint by 1,000, a second", found["whole"], 20_000),
        Goal("publisher, tree and tiles alone, a second", found["tiles"], 40_000),
        Goal("inclusion proof from tiles, ms", found["proof"] * 1000, 1, at_most=True),
    ]


def _row(name: str, rate: float, limit: float) -> None:
    print(f"{name:42}{rate:>9,.0f} a second, {rate / limit:.2f} of the bare work ({limit:,.0f})", flush=True)


if __name__ == "__main__":
    main()
