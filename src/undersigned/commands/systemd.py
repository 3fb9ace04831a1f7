"""Prints hardened units for systemd."""

import argparse
import re
import shutil
import sys
from pathlib import Path

from undersigned.commands import BadInput
from undersigned.operate import units

HELP = (
    "Print hardened units for systemd: the server (or its parts apart) and a backup each night. Nothing is "
    "installed; --out writes them into a folder such as /etc/systemd/system."
)
DJANGO = False

_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
# systemd would read these as its own.
_PLAIN = re.compile(r"[A-Za-z0-9_./+@-]+\Z")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--print", action="store_true", help="print all units")
    ways.add_argument("--out", type=Path, metavar="FOLDER", help="write each into a file of its own")
    parser.add_argument("--apart", action="store_true", help="web, mail, publisher and deliveries apart")
    parser.add_argument("--user", default="undersigned", help="user of the service (default: undersigned)")
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/undersigned/settings.toml"), help="file of settings"
    )
    parser.add_argument("--folder", type=Path, default=Path("/var/lib/undersigned"), help="data folder")
    parser.add_argument("--program", type=Path, help="the console script (default: this one)")


def run(options: argparse.Namespace) -> int:
    """Prints or writes the units."""
    place = _place(options)
    made = units.units(place, apart=options.apart)
    if options.out is None:
        print("\n".join(f"# {name}\n{text}" for name, text in made.items()), end="")
        return 0
    try:
        for name, text in made.items():
            (options.out / name).write_text(text, encoding="utf-8")
            print(options.out / name)
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be written: {error.strerror}") from error
    return 0


def _place(options: argparse.Namespace) -> units.Place:
    program = options.program or Path(shutil.which("undersigned") or sys.argv[0]).absolute()
    if not _USER.match(options.user):
        raise BadInput(f"{options.user} is no name of a user")
    for path in (program, options.config, options.folder):
        if not path.is_absolute() or not _PLAIN.match(str(path)):
            raise BadInput(f"{path}: write a whole path without spaces, as /var/lib/undersigned")
    return units.Place(program, options.config, options.folder, options.user)
