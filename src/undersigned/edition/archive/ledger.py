"""The log's public files as they stand under its checkpoint, and the verifier that reads them."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

from undersigned.appeals.models import Appeal
from undersigned.ledger.published import Published
from undersigned.ledger.store import CHECKPOINT, VKEY, LogFiles
from undersigned.tlog.tile import Level, iter_tiles, tile_path

VERIFIER = "verifier"
README = f"{VERIFIER}/README.txt"

_READ_ME = """\
The verifier of this archive
============================

It needs Python 3.11 or newer, nothing else, and no network.

  python3 data/verifier/verify.py                      the whole archive, from the archive's folder
  python3 data/verifier/verify.py FILE.tlog-proof      a receipt, against the log kept here
  python3 data/verifier/verify.py --key VKEY           the same under a key that you know from elsewhere
  python3 data/verifier/verify.py --json               the answer for programs

It compares every file with the checksums of the bag (BagIt 1.0, RFC 8493), rebuilds the tree of the log from
its entries, checks the signature of the checkpoint, and counts the signatures of each version again. It ends
with 0 only when everything holds. Without --key the key is the one kept beside the log, and the answer is
"consistent with itself".

The log's formats are those of C2SP (tlog-tiles, tlog-checkpoint, signed-note, tlog-proof): any other
implementation may be used in its place. To run the log's part alone, without writing caches into the bag:

  cd data/verifier && python3 -B -m undersigned.tlog verify ../ledger
"""


class Out(Protocol):
    """Where files are written to: a folder, or a ZIP file."""

    def write(self, name: str, data: str | bytes) -> None:
        """Writes a whole file."""


class LogIncomplete(Exception):
    """Public files of the log that are missing or damaged."""


def folder(appeal: Appeal) -> str:
    """Where the log lies in the archive."""
    return f"ledger/{appeal.public_id}"


def write(appeal: Appeal, log: Published | None, out: Out) -> None:
    """Copies what a verifier asks for at the checkpoint's size, nothing older and nothing newer."""
    _verifier(out)
    if log is None or log.checkpoint is None:
        return
    own, below = LogFiles(appeal.public_id), folder(appeal)
    for level, number, width in iter_tiles(log.checkpoint.size):
        _tile(own, out, below, level, number, width)
        if level == 0:
            _tile(own, out, below, "entries", number, width)
    out.write(f"{below}/{VKEY}", f"{log.log.vkey}\n")
    out.write(f"{below}/{CHECKPOINT}", log.log.checkpoint)


def _tile(own: LogFiles, out: Out, below: str, level: Level, number: int, width: int) -> None:
    path = tile_path(level, number, width)
    data = own.tile(level, number, width)
    if data is None:
        raise LogIncomplete(f"{path} of the log {own.log} is missing: run `undersigned fsck --mend`")
    out.write(f"{below}/{path}", data)


def _verifier(out: Out) -> None:
    """The pure part of the program, as it is, under the script that runs it."""
    out.write(README, _READ_ME)
    out.write(f"{VERIFIER}/verify.py", files(__package__).joinpath("verify.py").read_bytes())
    package = files("undersigned")
    out.write(f"{VERIFIER}/undersigned/__init__.py", package.joinpath("__init__.py").read_bytes())
    _modules(package.joinpath("tlog"), f"{VERIFIER}/undersigned/tlog", out)


def _modules(package: Traversable, below: str, out: Out) -> None:
    for module in sorted(package.iterdir(), key=lambda file: file.name):
        if module.name.endswith(".py"):
            out.write(f"{below}/{module.name}", module.read_bytes())
