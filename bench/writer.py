"""Signs and confirmations through the acts themselves, in batches of one writer, beside what SQLite allows.

One process on one core, a temporary data folder, synchronous=FULL. The baseline is the same database
taking batches of as many bare rows with three indexes. `--filled` records that many signatures first.
"""

import argparse
import os
import re

from bench.site import site

_INSIDE = "import sys; from bench import writer_inside; writer_inside.inside(sys.argv[1:])"
_FILL = "import sys; from bench import writer_inside; writer_inside.fill(sys.argv[1:])"


def main(argv: list[str] | None = None) -> None:
    """Prints the rates at none and at as many signatures as asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filled", type=int, nargs="*", default=[0])
    parser.add_argument("--rows", type=int, help="at none and at so many, and the ratio of each figure")
    parser.add_argument("--lean", action="store_true", help="fill the table of signatures alone")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--number", type=int, default=20_000, help="signatures of one run")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    options = parser.parse_args(argv)
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with site() as place:
        done = 0
        rates: list[dict[str, tuple[float, float]]] = []
        for filled in [0, options.rows] if options.rows else options.filled:
            if filled > done:
                place.python(
                    _FILL,
                    str(filled - done),
                    "1" if options.lean else "4",
                )
                done = filled
            numbers = [str(one) for one in (filled, options.batch, options.number, int(options.profile))]
            said = place.python(_INSIDE, *numbers)
            print(said, flush=True)
            rates.append(_read(said))
        if options.rows:
            _ratios(*rates)


_LINE = re.compile(r"^  (\w+_many) +([\d,]+) a second, +([\d,]+) of", re.MULTILINE)


def _read(said: str) -> dict[str, tuple[float, float]]:
    return {
        name: (float(clock.replace(",", "")), float(processor.replace(",", "")))
        for name, clock, processor in _LINE.findall(said)
    }


def _ratios(none: dict[str, tuple[float, float]], many: dict[str, tuple[float, float]]) -> None:
    for name, (clock, processor) in many.items():
        print(
            f"  {name:28}{clock / none[name][0]:.2f} of the figure at none by the clock, "
            f"{processor / none[name][1]:.2f} by the processor's time"
        )


if __name__ == "__main__":
    main()
