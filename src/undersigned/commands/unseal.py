"""`undersigned unseal`: opens an export of a sealed appeal, off line; needs no database and no settings."""

import argparse
import sys
from pathlib import Path

from undersigned.commands import BadInput
from undersigned.lib import agebox, mailmerge, unsealing

DJANGO = False
HELP = "Open an export of a sealed appeal with your team's key, on a machine of your own, off line."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("export", metavar="EXPORT", type=Path, help="the export, CSV or JSON")
    parser.add_argument(
        "--identity",
        required=True,
        metavar="FILE",
        type=Path,
        help="the private key, as age-keygen writes it",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="a new CSV file for what was sealed (default: standard output)",
    )


def run(options: argparse.Namespace) -> int:
    """Opens every line, or none. Raises BadInput."""
    try:
        keys = agebox.identities(options.identity.read_text(encoding="utf-8"))
        lines = unsealing.open_lines(unsealing.read(options.export.read_bytes()), keys)
        if options.out is None:
            sys.stdout.buffer.write(unsealing.table(lines))
            sys.stdout.buffer.flush()
            return 0
        mailmerge.put(options.out, unsealing.table(lines))
    except (agebox.NotAnIdentity, unsealing.Unreadable) as error:
        raise BadInput(str(error)) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{options.identity} is not a file of private keys of age") from error
    except FileExistsError as error:
        raise BadInput(f"{error.filename} is there already: nothing is overwritten") from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error
    print(f"opened {len(lines)} signatures into {options.out}; it is readable by you alone: keep it so")
    return 0
