"""Invented input for every parser, every form and the API: `python -m attack.fuzz --cases 50000`.

So many cases go to the parsers together, and as many to a running server. Ends with 1 where a parser
raised what it should not, or the server answered 500 or above.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

_GROUND = tempfile.mkdtemp(prefix="undersigned-fuzz-")
os.environ.setdefault("UNDERSIGNED_DATA", _GROUND)
os.environ.setdefault("UNDERSIGNED_SECRET_KEY", "for attacks only " * 4)

from undersigned.commands import set_up_django  # noqa: E402

set_up_django()

from django.core.management import call_command  # noqa: E402
from hypothesis import HealthCheck, Phase, Verbosity, given, settings  # noqa: E402

from attack import forms, openapi, parsers, served, values  # noqa: E402

# A parser that takes longer over a small file could be held by a few of them.
SLOW_SECONDS = 2.0


@dataclass
class Figure:
    """One line of the report."""

    name: str
    cases: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    found: str = ""


def options(cases: int) -> settings:
    """How hypothesis works here: so many cases, each counted, none kept for the next run."""
    return settings(
        max_examples=cases, deadline=None, database=None, verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip


def parse_many(target: parsers.Target, cases: int) -> Figure:
    """Gives a parser invented files; what it raised that it should not is in `found`."""
    figure = Figure(target.name)

    @options(cases)
    @given(values.mutants(target.seeds, target.words))
    def run(data: bytes) -> None:
        began = time.perf_counter()
        try:
            target.call(data)
        except target.refuses:
            pass
        took = time.perf_counter() - began
        figure.cases += 1
        figure.slowest = max(figure.slowest, took)
        assert took < SLOW_SECONDS, f"{took:.1f} s for {len(data)} bytes"

    return measured(figure, run)


def measured(figure: Figure, run: Callable[[], None]) -> Figure:
    """Runs to the end or to the first fault."""
    began = time.perf_counter()
    try:
        run()
    except Exception as error:  # whatever it is, it is what was looked for
        notes = "; ".join(getattr(error, "__notes__", []))
        figure.found = f"{type(error).__name__}: {error} {notes}"[:2000]
    figure.seconds = time.perf_counter() - began
    return figure


def main() -> int:
    """Prints a table of figures, then what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--only", choices=("parsers", "server"))
    asked = parser.parse_args()
    figures = []
    if asked.only != "server":
        logging.disable(logging.CRITICAL)
        # Reports of undelivered mail are looked up.
        call_command("migrate", verbosity=0)
        share = -(-asked.cases // len(parsers.TARGETS))
        figures += [parse_many(target, share) for target in parsers.TARGETS]
    if asked.only != "parsers":
        with served.server() as site:
            figures += openapi.run(site, asked.cases // 3, options, measured, Figure)
            figures.append(forms.run(site, asked.cases - asked.cases // 3, options, measured, Figure))
            figures[-1].found = figures[-1].found or site.tracebacks()
    shutil.rmtree(_GROUND, ignore_errors=True)
    return report(figures)


def report(figures: list[Figure]) -> int:
    """The table in Markdown; 1 where something was found."""
    print("| what | cases | seconds | slowest, ms | |\n|---|---|---|---|---|")
    for one in figures:
        state = "**found**" if one.found else ""
        print(f"| {one.name} | {one.cases:,} | {one.seconds:.1f} | {one.slowest * 1000:.0f} | {state} |")
    cases, seconds = sum(one.cases for one in figures), sum(one.seconds for one in figures)
    print(f"| together | {cases:,} | {seconds:.0f} | | |")
    for one in (one for one in figures if one.found):
        print(f"\n{one.name}:\n{one.found}", file=sys.stderr)
    return 1 if any(one.found for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
