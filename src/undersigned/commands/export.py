"""Writes an appeal's signatures to standard output: for the operator, at the machine itself."""

import argparse
import sys

from undersigned.appeals.models import Appeal
from undersigned.commands import BadInput
from undersigned.lib.keys import KeyMissing
from undersigned.lib.vault import VaultError
from undersigned.signing import export

HELP = "Write an appeal's signatures as CSV or JSON to standard output, with personal data."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("slug", metavar="SLUG", help="the appeal's short name, as in its address")
    parser.add_argument("--format", choices=export.FORMATS, default="csv", help="csv (default) or json")
    parser.add_argument("--public", action="store_true", help="only what stands on the public roll")


def run(options: argparse.Namespace) -> int:
    """Runs the command."""
    appeal = Appeal.objects.select_related("team").filter(slug=options.slug).first()
    if appeal is None:
        raise BadInput(f"there is no appeal {options.slug}")
    write = export.public_rows if options.public else export.rows
    try:
        for piece in write(None, appeal, options.format):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except (KeyMissing, VaultError) as error:
        raise BadInput(str(error)) from error
    return 0
