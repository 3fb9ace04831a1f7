"""Writes a backup while the site stays in use."""

import argparse
from pathlib import Path

from undersigned.commands import BadInput
from undersigned.operate import backup

HELP = (
    "Write a backup of the running site: database and published ledger, with digests. "
    "Keys, mails and the journal of erasures are not in it: keep a copy of the keys folder elsewhere."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write; compressed if it ends in .gz")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(options: argparse.Namespace) -> int:
    """Writes the file whole or not at all."""
    path: Path = options.file
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name a file")
    if path.exists() and not options.force:
        raise BadInput(f"{path} exists; name another file, or add --force")
    try:
        size = backup.write(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    print(f"{path}: {size / 1e6:.1f} MB. The keys folder is not in it: keep a copy of that elsewhere.")
    return 0
