"""Erases contact data whose retention period has ended."""

import argparse

from undersigned.accounts import sessions
from undersigned.circulation import expire as circulation
from undersigned.commands import BadInput
from undersigned.ledger.errors import LedgerError
from undersigned.lib import clock
from undersigned.lib.keys import KeyMissing
from undersigned.signing import expire

HELP = (
    "Erase contact data, scans, notes and carriers whose retention has ended, and what was never confirmed."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command takes no options."""


def run(options: argparse.Namespace) -> int:
    """Runs the command and says what went, in numbers."""
    sessions.forget_over()
    dropped = expire.drop_stale()
    print(f"unconfirmed for 14 days: {dropped} deleted")
    carriers = circulation.erase_due(clock.now())
    print(f"carriers whose time is over: {carriers} erased")
    for early in expire.erase_early():
        print(f"{early.appeal}: {early.notes} moderators' notes and {early.scans} scans erased")
    try:
        erased = expire.erase_expired()
    except (LedgerError, KeyMissing) as error:
        raise BadInput(str(error)) from error
    for gone in erased:
        print(
            f"{gone.appeal}: {gone.contacts} contacts, {gone.lines} names, {gone.unconfirmed} unconfirmed, "
            f"{gone.scans} scans and {gone.messages} messages erased; salts and keys destroyed"
        )
    if not erased:
        print("no appeal's retention period has ended")
    return 0
