"""What a later kept copy of a source says differently from the one before, where readers may open both."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from django.utils.translation import gettext as _

from undersigned.appeals import compare_captures
from undersigned.appeals.models import Capture
from undersigned.edition.archive import site as s
from undersigned.edition.archive import texts
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, joined, tag


def path_of(later: Capture) -> str:
    """Where a copy is compared with the one before."""
    return f"sources/changes/{later.sha256}.html"


def pairs(copies: list[Capture]) -> Iterator[tuple[Capture, Capture]]:
    """Each open copy with the open one right before it."""
    for earlier, later in pairwise(copies):
        if earlier.is_open and later.is_open and earlier.sha256 != later.sha256:
            yield earlier, later


def write(site: Site, copies: Mapping[str, list[Capture]], back: str, kept_path: Mapping[int, str]) -> None:
    """Writes a page for each pair."""
    written: set[str] = set()
    for key, rows in copies.items():
        for earlier, later in pairs(rows):
            path = path_of(later)
            if path in written:
                continue
            written.add(path)
            title = _("What a later copy changed")
            sides = joined(
                *(_side(path, row, kept_path[row.pk]) for row in (earlier, later)), separator=" → "
            )
            content = [
                tag("h1", title), tag("p", s.to(path, back, key, dir="auto")), tag("p", sides),
                *_said(compare_captures.compare(earlier, later)),
            ]  # fmt: skip
            s.write(site, path, title, content)


def _side(path: str, row: Capture, target: str) -> Markup:
    shown = s.to(path, target, _("Kept copy"), download="")
    return joined(shown, " ", s.day(row.captured_at), ", SHA-256 ", s.code(row.sha256))


def _said(compared: compare_captures.Compared) -> Iterator[Markup]:
    if compared.paragraphs is None:
        yield tag(
            "p",
            _(
                "The words of these files cannot be compared here: what can be said is whether they are the "
                "same file, and they are not."
            ),
        )
    elif compared.is_same:
        yield tag("p", _("No word of it changed; other parts of the file did."))
    else:
        yield texts.paragraphs(compared.changes, dir="auto")
