"""Checks settings and database, as after an upgrade and before a start."""

import argparse
import sys

from django.core.checks import ERROR, WARNING, run_checks

from undersigned.operate import schema

HELP = "Check settings, models and database without starting anything; exit with 1 if something is wrong."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares no options."""


def run(options: argparse.Namespace) -> int:
    """Prints one line for each problem; 1 when there is an error."""
    found = sorted(run_checks(include_deployment_checks=False), key=lambda message: -message.level)
    for message in found:
        if message.level >= WARNING:
            hint = f" ({message.hint})" if message.hint else ""
            print(f"{message.id}: {message.msg}{hint}", file=sys.stderr)
    problem = schema.standing().problem
    if problem:
        print(problem, file=sys.stderr)
    if problem or any(message.level >= ERROR for message in found):
        return 1
    print("Settings and database are in order.")
    return 0
