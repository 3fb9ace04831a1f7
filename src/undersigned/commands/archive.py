"""`undersigned archive SLUG --out FOLDER`."""

import argparse
import sys
from pathlib import Path

from undersigned.appeals.models import Appeal
from undersigned.commands import BadInput
from undersigned.edition.archive.ledger import LogIncomplete
from undersigned.edition.archive.sources import CopyMissing
from undersigned.edition.archive.write import FolderInUse, archive
from undersigned.edition.gather import NothingPublished
from undersigned.edition.moment import one_moment

HELP = "Write the whole appeal as a folder that needs no software of ours, packed as a bag (BagIt)."


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("slug", metavar="SLUG", help="the appeal's short name, as in its address")
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        required=True,
        help="where to write: a new folder, or an empty one",
    )


def run(options: argparse.Namespace) -> int:
    """Writes the folder, tells progress on stderr, and on stdout what it holds."""
    appeal = Appeal.objects.select_related("team").filter(slug=options.slug).first()
    if appeal is None:
        raise BadInput(f"there is no appeal {options.slug}")
    if appeal.state == Appeal.State.EMBARGO:
        raise BadInput(f"the appeal {options.slug} is under embargo: nothing is written before it appears")
    out = options.out.absolute()
    try:
        with one_moment():
            done = archive(appeal, out, progress=_tell)
    except NothingPublished as error:
        raise BadInput(f"the appeal {options.slug} has no published text") from error
    except FolderInUse as error:
        raise BadInput(f"{options.out} is there already and is not an empty folder") from error
    except (CopyMissing, LogIncomplete) as error:
        raise BadInput(f"no archive was written: {error}") from error
    except OSError as error:
        raise BadInput(f"{options.out} cannot be written: {error.strerror or error}") from error
    print(f"{options.out}: {done.files} files, {done.names} names")
    for gap in done.missing:
        print(f"not written: {gap.name} ({gap.reason})", file=sys.stderr)
    for gap in done.lacking:
        print(f"{gap.name}: {gap.reason}", file=sys.stderr)
    return 0


def _tell(word: str) -> None:
    if word:
        print(word, file=sys.stderr, flush=True)
