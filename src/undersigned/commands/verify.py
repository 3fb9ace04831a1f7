"""`undersigned verify`: the offline verifier within the whole program; it needs no database and no Django."""

import argparse

from undersigned.commands import BadInput
from undersigned.tlog import verify

DJANGO = False
HELP = verify.HELP


def arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    verify.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """0 only when everything held, 1 when something did not. Raises BadInput."""
    try:
        return verify.run(options)
    except verify.BadInput as error:
        raise BadInput(str(error)) from error
