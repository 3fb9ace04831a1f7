"""Makes the editions and archives that were asked for on the web, one at a time, beside everything else."""

import logging
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from django.db import DatabaseError

from undersigned.appeals.models import Appeal
from undersigned.edition.archive.ledger import LogIncomplete
from undersigned.edition.archive.sources import CopyMissing
from undersigned.edition.archive.write import archive
from undersigned.edition.build import build
from undersigned.edition.delivery.packed import Counted
from undersigned.edition.formats import FORMATS
from undersigned.edition.gather import NothingPublished, gather
from undersigned.edition.manifest import NAME as MANIFEST
from undersigned.edition.manifest import Missing
from undersigned.edition.moment import one_moment
from undersigned.lib import clock
from undersigned.signing.editions import kept, making
from undersigned.signing.editions.making import Entry, Made
from undersigned.signing.models import EditionBuild

log = logging.getLogger(__name__)

Tell = Callable[[EditionBuild, str, int, int], None]
ZIP = "application/zip"
_CHUNK = 1 << 20
# The oldest moment that a ZIP file can name.
_OLDEST = (1980, 1, 1, 0, 0, 0)
# What is packed in itself does not get smaller.
_STORED = (".epub", ".pdf", ".png", ".jpg", ".gz", ".zip")
_BY_SUFFIX = {
    **{row.suffix: (row.name, row.media_type) for row in FORMATS},
    ".letters.md": ("letters", "text/markdown"),
    ".organisations.md": ("organisations", "text/markdown"),
    ".cmif.xml": ("cmif", "application/tei+xml"),
    ".persons.json": ("persons", "application/json"),
    ".cases.json": ("cases", "application/json"),
}


def make(number: int, *, tell: Tell = lambda *_: None) -> bool:
    """One try to make an edition or archive; whether it is there now.

    A try that breaks off, or during which somebody took a name back, leaves it to be tried again.
    """
    with making.taken(number) as row:
        if row is None:
            return False
        with kept.being_made(row.public_id) as path:
            moment = clock.now()
            plain = path / "plain"
            with one_moment():
                if row.kind == EditionBuild.Kind.EDITION:
                    lacking = _edition(row, plain, tell)
                else:
                    lacking = _archive(row, plain, tell)
            tell(row, "pack", 0, 0)
            sealed = path / "sealed"
            sealed.mkdir()
            files = tuple(_sealed(row, plain, sealed))
            told = tuple((gap.name, gap.reason) for gap in lacking)
            return making.finish(row, Made(moment, sealed, files, told))


def _edition(row: EditionBuild, out: Path, tell: Tell) -> tuple[Missing, ...]:
    appeal = Appeal.objects.select_related("team").get(pk=row.appeal_id)
    done = build(gather(appeal), out, progress=lambda i, n, _name: tell(row, "edition", i, n))
    return done.missing + done.lacking


def _archive(row: EditionBuild, out: Path, tell: Tell) -> tuple[Missing, ...]:
    def progress(word: str) -> None:
        step = word.split(" ")[0]
        if step:
            tell(row, step if step in making.STEPS else "archive", 0, 0)

    appeal = Appeal.objects.select_related("team").get(pk=row.appeal_id)
    done = archive(appeal, out, progress=progress)
    return done.missing + done.lacking


def _sealed(row: EditionBuild, plain: Path, out: Path) -> Iterator[Entry]:
    """Each file of the edition and all of them packed; of an archive, all of it packed."""
    number = 0
    if row.kind == EditionBuild.Kind.EDITION:
        for path in sorted(plain.iterdir()):
            if path.name.startswith("."):
                continue
            with kept.sealing(out, row.public_id, number) as file:
                counted = Counted(file)
                _copy(path, counted)
            name, media = kind_of(path.name)
            yield Entry(path.name, name, media, counted.size, counted.digest.hexdigest())
            number += 1
    root = f"{row.appeal.slug}-{row.kind}"
    with kept.sealing(out, row.public_id, number) as file:
        counted = Counted(file)
        pack(plain, root, counted)
    yield Entry(f"{root}.zip", "zip", ZIP, counted.size, counted.digest.hexdigest())


def kind_of(name: str) -> tuple[str, str]:
    """What a file of an edition is, by the longest ending that is known: its format and media type."""
    if name == MANIFEST:
        return "manifest", "application/json"
    known = [suffix for suffix in _BY_SUFFIX if name.endswith(suffix)]
    return _BY_SUFFIX[max(known, key=len)] if known else ("", "application/octet-stream")


def _copy(path: Path, out: Counted) -> None:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            out.write(piece)


def pack(folder: Path, root: str, out: Counted) -> None:
    """Packs a folder in the order of its names, below `root`; a piece at a time, and with no clock."""
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            entry = zipfile.ZipInfo(f"{root}/{path.relative_to(folder).as_posix()}", _OLDEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            stored = path.name.endswith(_STORED)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            with path.open("rb") as file, packed.open(entry, "w", force_zip64=True) as into:
                while piece := file.read(_CHUNK):
                    into.write(piece)


def make_all(*, tell: Tell = lambda *_: None) -> int:
    """Makes what waits, to its end or its failure; how many are there now."""
    kept.sweep()
    return sum(_made(number, tell) for number in making.waiting())


def _made(number: int, tell: Tell) -> bool:
    for _turn in range(making.TRIES_MAX + 1):
        try:
            if make(number, tell=tell):
                return True
        except (NothingPublished, CopyMissing) as error:
            log.error("edition %d: %s", number, error)
            making.fail(EditionBuild.objects.get(pk=number), making.FAILED)
        except (LogIncomplete, OSError, DatabaseError) as error:
            log.error("edition %d: %s", number, error)
            time.sleep(0.2)
        if number not in making.waiting():
            break
    return False
