"""`undersigned edition SLUG --out FOLDER [--format FORMAT]`."""

import argparse
import sys
from pathlib import Path

from undersigned.appeals.models import Appeal
from undersigned.commands import BadInput
from undersigned.edition.build import build
from undersigned.edition.formats import NAMES
from undersigned.edition.gather import NothingPublished, gather
from undersigned.edition.moment import one_moment

HELP = "Write an appeal's edition: every text with its notes, origin, variants and signatories."


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("slug", metavar="SLUG", help="the appeal's short name, as in its address")
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, required=True, help="where to write; made if it is absent"
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=NAMES,
        default=[],
        help="only this format; may be given several times (default: all)",
    )


def run(options: argparse.Namespace) -> int:
    """Writes the files, tells progress on stderr, and lists on stdout what was written."""
    appeal = Appeal.objects.select_related("team").filter(slug=options.slug).first()
    if appeal is None:
        raise BadInput(f"there is no appeal {options.slug}")
    if appeal.state == Appeal.State.EMBARGO:
        raise BadInput(f"the appeal {options.slug} is under embargo: nothing is written before it appears")
    try:
        with one_moment():
            done = build(gather(appeal), options.out, only=options.format, progress=_tell)
    except NothingPublished as error:
        raise BadInput(f"the appeal {options.slug} has no published text") from error
    except OSError as error:
        raise BadInput(f"{options.out} cannot be written: {error.strerror or error}") from error
    for file in done.files:
        print(f"{file.sha256}  {file.name}")
    for gap in done.missing:
        print(f"not written: {gap.name} ({gap.reason})", file=sys.stderr)
    for gap in done.lacking:
        print(f"{gap.name}: {gap.reason}", file=sys.stderr)
    return 0


def _tell(done: int, total: int, name: str) -> None:
    print(f"{done}/{total} {name}".rstrip(), file=sys.stderr, flush=True)
