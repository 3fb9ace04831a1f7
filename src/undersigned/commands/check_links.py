"""Looks whether the web addresses of sources still answer."""

import argparse
import time

from undersigned.appeals import dead_links
from undersigned.lib import clock

HELP = "Look whether the web addresses of sources still answer, and note since when one does not."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--all", action="store_true", help="look at every address, not only at those due")
    parser.add_argument(
        "--pause", type=float, default=1.0, metavar="SECONDS", help="time between two addresses (default 1)"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the command; says what every address answered."""
    looked = 0
    for row in dead_links.check_all(now=clock.now(), everything=options.all):
        looked += 1
        print(f"{row.outcome} {row.detail} {row.source.appeal.slug}/{row.source.key} {row.url}", flush=True)
        time.sleep(max(0.0, options.pause))
    print(f"addresses looked at: {looked}")
    return 0
