"""Puts a backup back in place."""

import argparse
from pathlib import Path

from undersigned.commands import BadInput
from undersigned.lib import env
from undersigned.operate import archive, folder, restore

HELP = (
    "Put a backup back in place, after its digests were verified. People who were erased since are erased "
    "again, and the mail queue is held until you release it."
)
_NEXT = """\
Restored the backup of {when}.
What to do next:
  1. See that the keys folder ({keys}) is the one that belongs to this site.
  2. `undersigned doctor` looks at everything; if a log was published beyond this backup,
     `undersigned fsck --mend` takes its leaves over.
  3. Mail is held, so that nobody gets an old message: `undersigned send-mail --release` lets it go."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
    parser.add_argument("--force", action="store_true", help="replace the data that are here")


def run(options: argparse.Namespace) -> int:
    """Restores, or changes nothing."""
    if not options.file.is_file():
        raise BadInput(f"there is no file {options.file}")
    try:
        facts = restore.restore(options.file, force=options.force)
    except (archive.BadArchive, restore.CannotRestore, folder.FolderTrouble) as error:
        raise BadInput(str(error)) from error
    print(_NEXT.format(when=facts["created_at"], keys=env.load().keys_folder))
    return 0
