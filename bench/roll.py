"""Roll pages and search at many names, in milliseconds, beside the same at a thousand; memory of the export.

The page is the whole answer of the names page through Django. Rows are written into SQLite directly.
"""

import argparse
import json

from bench.goals import Goal
from bench.site import Site, site

_FEW = 1000


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--export", type=int, default=1_000_000, help="lines of the large export")
    options = parser.parse_args(argv)
    with site() as place:
        few = _inside(place, "times", _FEW, 0)
        small = _inside(place, "export", 10_000 - _FEW, _FEW)
        print(f"{'':40}{'at 1,000':>10}{f'at {options.names:,}':>16}{'ratio':>8}")
        middle = max(min(options.export, options.names), 20_000)
        large = _inside(place, "export", middle - 10_000, 10_000)
        many = _inside(place, "times", options.names - middle, middle)
    for name, before in few.items():
        print(f"{name:40}{before:>7.1f} ms{many[name]:>13.1f} ms{many[name] / before:>8.2f}", flush=True)
    sizes = f"{small['memory']:.0f} and {large['memory']:.0f} MB"
    print(f"CSV export, most anonymous memory at 10,000 and {middle:,}: {sizes}")
    print(f"CSV export with personal data: {large['lines']:,.0f} lines a second")
    pages = [
        Goal(f"{name}, at {options.names:,}, times that at 1,000", many[name] / before, 2, at_most=True)
        for name, before in few.items()
        if "page" in name
    ]
    times = large["memory"] / small["memory"]
    return [*pages, Goal(f"CSV of {middle:,}, memory, times that of 10,000", times, 1.5, at_most=True)]


def _inside(place: Site, what: str, number: int, start: int) -> dict[str, float]:
    # What is measured knows models: it is loaded where Django is set up.
    code = f"import sys; from bench import roll_inside as r; r.{what}(*map(int, sys.argv[1:]))"
    found: dict[str, float] = json.loads(place.python(code, str(number), str(start)).splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
