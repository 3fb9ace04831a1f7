"""Prepares the database, and brings it up to date after an upgrade."""

import argparse

from django.core.management import call_command

from undersigned.commands import BadInput
from undersigned.operate import folder, schema

HELP = "Prepare the database, or bring it up to date after an upgrade. Make a backup before an upgrade."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if there is work")


def run(options: argparse.Namespace) -> int:
    """Applies what is missing; refuses a database that a newer version wrote."""
    try:
        folder.prepare()
    except folder.FolderTrouble as error:
        raise BadInput(str(error)) from error
    stands = schema.standing()
    if stands.unknown:
        raise BadInput(stands.problem)
    if not stands.unapplied:
        if not options.quiet:
            print("The database is up to date.")
        return 0
    if options.check:
        print(f"{len(stands.unapplied)} migrations are to be applied.")
        return 1
    print(f"Preparing the database ({len(stands.unapplied)} steps) …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    print("The database is up to date.")
    return 0
