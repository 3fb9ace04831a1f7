"""Carries runs of covering letters on, to their end."""

import argparse

from undersigned.circulation import rounds
from undersigned.lib import clock

HELP = "Carry runs of covering letters and reminders on to their end, once; look what became of the mail."


def arguments(_parser: argparse.ArgumentParser) -> None:
    """The command has no options."""


def run(_options: argparse.Namespace) -> int:
    """Runs the command; what was interrupted goes on where it stopped."""
    seen = 0
    while handled := rounds.go(all_at_once=True):
        seen += handled
    rounds.learn(clock.now())
    rounds.tidy()
    print(f"carriers written to or left out: {seen}")
    return 0
