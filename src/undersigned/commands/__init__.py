"""The commands of the console script, one module each.

A command module has `HELP`, `arguments(parser)` and `run(options) -> exit code`. It may import
models at its top: Django is set up before the module is loaded, unless it says `DJANGO = False`.
"""

import argparse
import importlib
import os
from dataclasses import dataclass
from types import ModuleType
from typing import NoReturn

PROGRAM = "undersigned"


class BadInput(Exception):
    """What was asked cannot be done; the message is the one line that the user reads (exit code 2)."""


class _Parser(argparse.ArgumentParser):
    """Wrong arguments are one line, as every other error is; the usage stands in `--help`."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{self.prog.removeprefix(PROGRAM).strip()}: {message}")


@dataclass(frozen=True)
class Command:
    """A row of the command table: enough to list the commands without loading any of them."""

    name: str
    module: str
    help: str
    django: bool = True

    @property
    def path(self) -> str:
        """The dotted name of the command's module."""
        return f"{__name__}.{self.module}"


COMMANDS = (
    Command("serve", "serve", "Run everything one server needs: web, mail sender, publisher.", django=False),
    Command("migrate", "migrate", "Prepare the database, or bring it up to date after an upgrade."),
    Command("check", "check", "Check settings and database before the server is started."),
    Command("create-organiser", "create_organiser", "Make an account and a team for an organiser."),
    Command("reset-second-factor", "reset_second_factor", "Take lost second factors off an account."),
    Command("import", "import_letter", "Read a letter from a file, and make it the text of an appeal."),
    Command("demo", "demo", "Load the demonstration appeal if it is absent."),
    Command("publish", "publish", "Record confirmed signatures in the logs and publish them."),
    Command("circulate", "circulate", "Carry runs of covering letters on, once, to their end."),
    Command("check-links", "check_links", "Look whether the web addresses of sources still answer."),
    Command("deliver", "deliver", "Make the bundles for addressees that were asked for at the desk."),
    Command("send-mail", "send_mail", "Send the mails that are due."),
    Command("verify", "verify", "Verify a site, an appeal, a log, a folder or a receipt.", django=False),
    Command("fsck", "fsck", "Compare database, published files and signer; mend what a restore left behind."),
    Command("doctor", "doctor", "Look at everything that the server depends on and say what is wrong."),
    Command("systemd", "systemd", "Print hardened units for systemd.", django=False),
    Command("backup", "backup", "Write a backup of the running site to a file."),
    Command("restore", "restore", "Put a backup back in place."),
    Command("export", "export", "Write an appeal's signatures as CSV or JSON."),
    Command("unseal", "unseal", "Open an export of a sealed appeal with your key, off line.", django=False),
    Command("write", "write", "Prepare mails from an opened export, off line.", django=False),
    Command("edition", "edition", "Write an appeal's edition in every format, with a manifest."),
    Command("archive", "archive", "Write a whole appeal as a folder that stands alone, packed as a bag."),
    Command("erase-expired", "erase_expired", "Erase contact data whose retention period has ended."),
)
BY_NAME = {command.name: command for command in COMMANDS}


def set_up_django() -> None:
    """Makes models importable in this process; raises BadInput when the keys folder cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "undersigned.settings")
    try:
        importlib.import_module("django").setup()
    except OSError as error:
        # The first start makes a secret in the keys folder.
        raise BadInput(f"the data folder cannot be used: {error.filename}: {error.strerror}") from error


def load(command: Command) -> tuple[ModuleType, argparse.ArgumentParser]:
    """A command's module and the parser of its arguments."""
    module = importlib.import_module(command.path)
    parser = _Parser(prog=f"{PROGRAM} {command.name}", description=module.HELP)
    module.arguments(parser)
    return module, parser
