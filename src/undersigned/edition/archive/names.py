"""The names: pages of five hundred in the order of the roll, with an index of letters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from undersigned.edition.archive import roll
from undersigned.edition.archive import site as s
from undersigned.edition.archive.roll import Line
from undersigned.edition.archive.search import Index
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, escape, joined, tag
from undersigned.lib.fields import country_names

PATH = "names/index.html"
PER_PAGE = 500


def path(number: int, total: int) -> str:
    """Where a page of the names lies, by their total."""
    pages = -(-total // PER_PAGE)
    return f"names/{number:0{max(4, len(str(pages)))}d}.html"


@dataclass
class _Book:
    """What the index needs to know of the pages; it holds no more than a line for each page."""

    total: int
    # The page on which a letter begins.
    letters: dict[str, int] = field(default_factory=dict)
    # The first name of each page.
    heads: list[str] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PER_PAGE)

    def path(self, number: int) -> str:
        """Where a page lies."""
        return path(number, self.total)


def write(site: Site, total: int, index: Index) -> None:
    """Writes the pages and enters each name into the search; memory does not grow with the names."""
    if not total:
        return
    book = _Book(total)
    label = _Labels(site)
    lines = roll.lines(site.appeal)
    while chunk := list(islice(lines, PER_PAGE)):
        number = len(book.heads) + 1
        book.heads.append(chunk[0].name)
        for row, line in enumerate(chunk, 1):
            index.name(line.name, number, row)
        title = _("Names, page %(page)s of %(pages)s") % {"page": number, "pages": book.pages}
        s.write(site, book.path(number), title, _page(book, number, title, chunk, label))
    s.write(site, PATH, _("Names"), _index(site, book))


class _Labels:
    """What stands behind a name, in the language of the page."""

    def __init__(self, site: Site) -> None:
        self._countries = country_names(site.language)
        self._pseudonym = _("pseudonym")
        self._vouched = _("vouched for by %(name)s")
        self._carrier = _("vouched for by a carrier of this letter")
        versions = list(site.all_versions)
        self._signed = {
            version.pk: f"{version.text.slug}, {_('Version %(n)s') % {'n': version.number}}"
            for version in versions
            if len(versions) > 1
        }

    def line(self, row: int, line: Line) -> str:
        """One name as an item of the list."""
        details = [line.role, line.affiliation, line.place, self._countries.get(line.country, "")]
        if line.pseudonym:
            details.append(self._pseudonym)
        if line.vouched_by is not None:
            details.append(self._vouched % {"name": line.vouched_by} if line.vouched_by else self._carrier)
        details.append(self._signed.get(line.version, ""))
        shown = "".join(f", {escape(detail)}" for detail in details if detail)
        rest = f'<span class="soft">{shown}</span>' if shown else ""
        return f'<li id="n{row}"><bdi>{escape(line.name)}</bdi>{rest}</li>'


def _page(book: _Book, number: int, title: str, lines: list[Line], label: _Labels) -> Iterator[str]:
    yield tag("h1", title)
    yield tag("p", _("Affiliations are for identification only."), class_="soft")
    around = _around(book, number)
    yield around
    current: tuple[bool, str] | None = None
    for row, line in enumerate(lines, 1):
        group = (line.first, "" if line.first else line.letter)
        if group != current:
            yield "</ul>" if current is not None else ""
            yield _group(book, number, group)
            current = group
        yield label.line(row, line)
    yield "</ul>"
    yield around


def _group(book: _Book, number: int, group: tuple[bool, str]) -> str:
    first, letter = group
    if first:
        return tag("h2", _("First signatories")) + '<ul class="names">'
    book.letters.setdefault(letter, number)
    return tag("h2", letter or "#", id=_anchor(letter)) + '<ul class="names">'


def _anchor(letter: str) -> str:
    return "letter" + "".join(f"-{ord(char):x}" for char in letter)


def _around(book: _Book, number: int) -> Markup:
    here = book.path(number)
    links = [s.to(here, PATH, _("All letters"))]
    if number > 1:
        links.append(s.to(here, book.path(number - 1), _("Previous page"), rel="prev"))
    if number < book.pages:
        links.append(s.to(here, book.path(number + 1), _("Next page"), rel="next"))
    return tag("p", joined(*links, separator=" · "), class_="pages")


def _index(site: Site, book: _Book) -> Iterator[str]:
    yield tag("h1", _("Names"))
    told = _("%(named)s of %(count)s signatures are named here: those whose signers asked to be kept.") % {
        "named": s.number(book.total), "count": s.number(site.edition.counts.people),
    }  # fmt: skip
    yield tag("p", told)
    yield tag("p", s.to(PATH, "search.html", _("Search for a name")))
    letters = [
        tag("li", s.to(PATH, f"{book.path(number)}#{_anchor(letter)}", letter or "#"))
        for letter, number in book.letters.items()
    ]
    if letters:
        yield s.section("letters", _("By letter"), tag("ul", *letters, class_="letters"))
    pages = [
        tag("li", s.to(PATH, book.path(number), s.number(number)), " ", tag("bdi", name))
        for number, name in enumerate(book.heads, 1)
    ]
    yield s.section("pages", _("By page"), tag("ul", *pages, class_="names"))
