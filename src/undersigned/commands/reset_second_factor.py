"""Takes the second factors off an account whose owner has lost them all."""

import argparse

from django.core.exceptions import ValidationError

from undersigned.accounts import closing
from undersigned.commands import BadInput

HELP = "Take passkeys, app and recovery codes off an account whose owner has lost them."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--email", metavar="ADDRESS", required=True, help="the address of the account")


def run(options: argparse.Namespace) -> int:
    """Runs the command; the person is told by mail, and the record of each of their teams says so."""
    try:
        count = closing.reset_second_factor(email=options.email)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    if not count:
        print("This account has no second factor; nothing was changed.")
        return 0
    print("Taken off; the account is signed out everywhere and signs in with its password or a code by mail.")
    return 0
