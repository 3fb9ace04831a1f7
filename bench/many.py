"""Milliseconds of every page of an appeal at ten texts and carriers, and at many.

Each page is the whole answer through Django, in one process, as the second and later visitor gets it.
"""

import argparse
import json

from bench.goals import Goal
from bench.site import Site, site

_FEW = 10
# Here every list fills its first page; the figure at many is held against this one.
_FULL = 250
# A page that takes less is not slow, whatever its ratio.
_QUICK = 5.0


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=10_000)
    options = parser.parse_args(argv)
    with site() as place:
        few = _inside(place, 1, _FEW)
        full = _inside(place, _FEW, _FULL)
        many = _inside(place, _FULL, options.many)
    print(f"{'':44}{'at 10':>10}{f'at {_FULL}':>11}{f'at {options.many:,}':>14}{'ratio':>7}  queries")
    worst: dict[str, float] = {}
    for name, (before, asked) in full.items():
        after, asked_then = many[name]
        times = f"{few[name][0]:>7.1f} ms{before:>8.1f} ms{after:>11.1f} ms{after / before:>7.2f}"
        face = name.partition(" ")[0]
        worst[face] = max(worst.get(face, 0), max(after, _QUICK) / max(before, _QUICK))
        print(f"{name:44}{times}  {few[name][1]:.0f} {asked:.0f} {asked_then:.0f}", flush=True)
    return [
        Goal(f"slowest {face} page, at {options.many:,} texts, times that at {_FULL}", ratio, 2, at_most=True)
        for face, ratio in worst.items()
    ]


def _inside(place: Site, start: int, end: int) -> dict[str, tuple[float, float]]:
    # What is measured knows models: it is loaded where Django is set up.
    code = "import sys; from bench import many_inside as m; m.times(*map(int, sys.argv[1:]))"
    found: dict[str, tuple[float, float]] = json.loads(
        place.python(code, str(start), str(end)).splitlines()[-1]
    )
    return found


if __name__ == "__main__":
    main()
