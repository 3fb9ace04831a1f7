"""Writes the archive of an appeal: beside the folder first, renamed when all of it is there."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from django.utils import translation

from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition import family, formats
from undersigned.edition.archive import (
    around,
    bag,
    cases,
    delivered,
    front,
    ledger,
    names,
    organisations,
    roll,
    search,
    sources,
    texts,
    updates,
    variants,
)
from undersigned.edition.archive.folder import Folder
from undersigned.edition.archive.site import STYLE, Site, menu
from undersigned.edition.build import Built, build
from undersigned.edition.formats import html
from undersigned.edition.gather import gather
from undersigned.edition.manifest import Missing
from undersigned.ledger.published import published

# These hold the whole document in memory; with more names they are left out, and the archive says so.
WHOLE = ("pdf", "epub")
WHOLE_MOST = 20_000

# Called with what is being written; an empty word at the end.
Progress = Callable[[str], None]


class FolderInUse(Exception):
    """Where the archive should go there is something already."""


@dataclass(frozen=True)
class Archived:
    """What was written: files of the payload, and names among them."""

    files: int
    names: int
    missing: tuple[Missing, ...]
    lacking: tuple[Missing, ...] = ()


def archive(appeal: Appeal, folder: Path, *, progress: Progress = lambda _word: None) -> Archived:
    """Writes the archive of an appeal of any state, in `one_moment`.

    Raises NothingPublished, FolderInUse, CopyMissing, LogIncomplete, OSError; then there is no folder.
    """
    edition = gather(appeal)
    with _beside(folder) as root:
        done = _fill(appeal, edition, root, progress)
    progress("")
    return done


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A new folder next to the one that is meant, which it becomes at the end."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    root = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield root
        # A temporary folder is for its owner alone; an archive is for everybody.
        root.chmod(0o755)
        root.rename(folder)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise


def _fill(appeal: Appeal, edition: d.Edition, root: Path, progress: Progress) -> Archived:
    payload = Folder(root / bag.PAYLOAD)
    edition = replace(edition, sources=sources.published(appeal, edition))
    total = roll.count(appeal)
    rows = family.versions(reading.public_texts(appeal))
    log = published([appeal.public_id]).get(appeal.public_id)
    site = Site(
        appeal,
        edition,
        {some[0].text.slug: some for some in rows.values()},
        log,
        payload,
        menu(edition, names=bool(total), log=edition.log is not None, delivered=bool(delivered.of(appeal))),
    )
    built = _editions(edition, payload, progress)
    texts.write(site, built.files, built.missing)
    with translation.override(site.language):
        _pages(site, total, progress)
        start = front.start_page(site)
    progress("ledger")
    ledger.write(appeal, log, payload)
    progress("bag")
    outer = Folder(root)
    outer.write(front.INDEX, start)
    return Archived(bag.write(edition, outer, tags=[front.INDEX]), total, built.missing, built.lacking)


def _editions(edition: d.Edition, payload: Folder, progress: Progress) -> Built:
    """The edition of each text; formats that need all names in memory only where they are few."""
    most = max(text.signatories.count for text in edition.texts)
    only = [row.name for row in formats.FORMATS if most <= WHOLE_MOST or row.name not in WHOLE]
    made = build(
        edition,
        payload.root / "edition",
        only=only,
        around=True,
        progress=lambda _i, _n, name: progress(f"edition {name}"),
    )
    left = tuple(
        Missing(text.slug + row.suffix, row.name, f"more than {WHOLE_MOST} names")
        for text in edition.texts
        for row in formats.FORMATS
        if row.name not in only
    )
    return Built(made.files, made.missing + left, made.lacking)


def _pages(site: Site, total: int, progress: Progress) -> None:
    """Everything that belongs to no single text, and the search over all of it."""
    here = files(__package__)
    site.out.write(STYLE, html.style() + here.joinpath("archive.css").read_text(encoding="utf-8"))
    site.out.write(front.SCRIPT, here.joinpath("search.js").read_bytes())
    variants.write(site)
    sources.write(site)
    cases.write(site)
    around.write(site)
    delivered.write(site)
    updates.write(site)
    front.write(site)
    with tempfile.TemporaryDirectory(dir=site.out.root.parent, prefix=".search.") as scratch:
        index = search.Index(site.out, Path(scratch))
        _enter(site, index)
        progress("names")
        names.write(site, total, index)
        organisations.write(site, index)
        progress("search")
        index.write(names.path(0, total))


def _enter(site: Site, index: search.Index) -> None:
    """The words of the newest versions, and the references, for the search."""
    for text in site.edition.texts:
        title = f"{text.title} ({text.language_name})"
        plain = "\n".join(d.plain_leaf(leaf) for leaf in d.leaves(text.blocks))
        index.text(title, texts.letter(text.slug, text.version.number), plain)
    for title, path, plain in cases.entries(site):
        index.text(title, path, plain)
    for person in site.edition.persons:
        names = "\n".join([*(name.name for name in person.names), person.note])
        index.text(person.name, f"{around.PERSONS}#person-{person.id}", names)
    for number, source in enumerate(site.edition.sources, 1):
        index.text(source.reference or source.key, f"{sources.PATH}#source-{number}", source.key)
