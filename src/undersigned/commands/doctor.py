"""Says what is wrong with an installation, and what to do."""

import argparse
import sys

from undersigned.operate import doctor

HELP = (
    "Look at everything that the server depends on: settings, folders, disk, clock, keys, database, mail, "
    "DNS records for mail, proxy, backups, logs. One line each; exit with 1 if something is wrong."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares no options."""


def run(options: argparse.Namespace) -> int:
    """Prints what was found; 1 when there is a problem."""
    problems = 0
    for finding in doctor.examine():
        problems += not finding.ok
        mark = "ok     " if finding.ok else "PROBLEM"
        print(f"{mark}  {finding.subject:<9} {finding.text}", flush=True)
    if problems:
        print(f"{problems} problem{'s' if problems > 1 else ''} found", file=sys.stderr)
    return 1 if problems else 0
