"""Loads the demonstration appeal."""

import argparse

from undersigned.lib import env
from undersigned.operate.demonstration import load as demonstration

HELP = "Load the demonstration appeal if it is absent: an invented letter, open for signature and marked."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--quiet", action="store_true", help="say nothing when it is there already")


def run(options: argparse.Namespace) -> int:
    """Loads it once; later runs change nothing."""
    loaded = demonstration.load()
    if loaded:
        print(f"Loaded the demonstration appeal: {env.load().base_url}/appeals/{loaded.slug}/")
    elif not options.quiet:
        print("The demonstration appeal is there already.")
    return 0
