"""Writes an edition into a folder: a file for each text and format, and the manifest last.

A file appears whole under its name or not at all. No clock is read: the same appeal gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from undersigned.edition import formats
from undersigned.edition.document import Edition, Text
from undersigned.edition.formats import FORMATS, Format, Unavailable, cmif, data, letters, organisations
from undersigned.edition.manifest import NAME, Missing, Written, as_bytes, manifest

# Called before each file: how many are done, of how many, and which is next; once more at the end with "".
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Built:
    """What a folder holds now."""

    files: tuple[Written, ...]
    missing: tuple[Missing, ...]
    # Files that are there and lack something.
    lacking: tuple[Missing, ...] = ()


def build(
    edition: Edition,
    folder: Path,
    *,
    only: Sequence[str] = (),
    around: bool = False,
    progress: Progress = lambda *_: None,
) -> Built:
    """Writes the edition in these formats (all by default) and its manifest; raises OSError.

    What belongs to no single text is written with all formats, and with `around` beside some of them.
    A format that cannot be had here is listed as missing, and its file of an earlier edition is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [row for row in FORMATS if not only or row.name in only]
    jobs = [(text, row) for text in edition.texts for row in wanted]
    written: list[tuple[Text, Written]] = []
    missing: list[Missing] = []
    lacking: list[Missing] = []
    for done, (text, row) in enumerate(jobs):
        name = text.slug + row.suffix
        progress(done, len(jobs), name)
        try:
            with formats.listening() as told:
                written.append((text, _write(edition, text, row, folder / name)))
            lacking += (Missing(name, row.name, reason) for reason in told)
        except Unavailable as error:
            (folder / name).unlink(missing_ok=True)
            missing.append(Missing(name, row.name, str(error)))
    whole = around or not only
    beside = list(_around(edition, folder)) if whole else []
    known = list(_data(edition, folder)) if whole else []
    listed = as_bytes(manifest(edition, written, missing, beside, known))
    _replace(folder / NAME, lambda out: _all(out, listed))
    progress(len(jobs), len(jobs), "")
    return Built(tuple(file for _, file in written), tuple(missing), tuple(lacking))


def _around(edition: Edition, folder: Path) -> Iterator[Written]:
    """What belongs to no single text: letters around the appeal, the list of all letters, organisations."""
    names = {
        "letters": f"{edition.slug}.letters.md",
        "organisations": f"{edition.slug}.organisations.md",
        "cmif": cmif_name(edition),
    }
    made = {}
    if edition.organisations:
        made["organisations"] = (organisations.render(edition), "text/markdown")
    if edition.correspondence:
        made["letters"] = (letters.render(edition), "text/markdown")
    if cmif.has_letters(edition):
        address = f"{edition.url}correspondence.xml"
        made["cmif"] = (cmif.render(edition, address), cmif.MEDIA_TYPE)
    for kind, name in names.items():
        if kind not in made:
            (folder / name).unlink(missing_ok=True)
            continue
        whole = made[kind][0].encode("utf-8")
        digest = _replace(folder / name, partial(_all, data=whole))
        yield Written(name, kind, made[kind][1], len(whole), digest)


def _data(edition: Edition, folder: Path) -> Iterator[Written]:
    """Persons and cases as the desk reads them again, whatever their number."""
    for kind, found in (("persons", data.persons(edition)), ("cases", data.cases(edition))):
        path = folder / f"{edition.slug}.{kind}.json"
        if not found:
            path.unlink(missing_ok=True)
            continue
        whole = data.as_bytes(kind, found)
        yield Written(
            path.name, kind, "application/json", len(whole), _replace(path, partial(_all, data=whole))
        )


def cmif_name(edition: Edition) -> str:
    """What the list of letters is called; no text's files end so."""
    return f"{edition.slug}.cmif.xml"


def _all(out: BinaryIO, data: bytes) -> None:
    out.write(data)


def _write(edition: Edition, text: Text, row: Format, path: Path) -> Written:
    writer = formats.load(row)
    digest = _replace(path, lambda out: writer(edition, text, out))
    return Written(path.name, row.name, row.media_type, path.stat().st_size, digest)


def _replace(path: Path, write: Callable[[BinaryIO], None]) -> str:
    """Writes beside the path and renames; the SHA-256 of what was written, in hexadecimal."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w+b") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
            out.seek(0)
            digest = hashlib.file_digest(out, "sha256").hexdigest()
        # A temporary file is for its owner alone; an edition is for everybody.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    return digest
