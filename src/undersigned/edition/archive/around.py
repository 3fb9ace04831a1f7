"""Who is who, and the letters around the appeal, each on a page where there is any."""

from django.utils.translation import gettext as _

from undersigned.edition import document as d
from undersigned.edition.archive import site as s
from undersigned.edition.archive import texts
from undersigned.edition.archive.folder import link
from undersigned.edition.archive.site import Site
from undersigned.edition.build import cmif_name
from undersigned.edition.formats import data, html_matter, html_persons
from undersigned.edition.formats.tags import Markup, tag

LETTERS = "letters.html"
PERSONS, PERSONS_DATA = "persons.html", "persons.json"


def write(site: Site) -> None:
    """Writes the pages; their words are those of the original's edition."""
    first = site.edition.texts[0]
    if site.edition.persons:
        site.out.write(PERSONS_DATA, data.as_bytes("persons", data.persons(site.edition)))
    parts = (
        (PERSONS, _("Persons"), html_persons.section(site.edition, first, _page)),
        (LETTERS, _("Correspondence"), html_matter.correspondence(site.edition, first)),
    )
    for path, title, content in parts:
        if content:
            heading = tag("h1", s.in_language(site.edition.title, first.language))
            more = _list(site, path) if path == LETTERS else None
            s.write(site, path, title, [heading, content, *([more] if more else [])])


def _page(text: d.Text) -> str:
    """The letter of a text, as the page of persons reaches it."""
    return link(PERSONS, texts.letter(text.slug, text.version.number))


def _list(site: Site, path: str) -> Markup:
    """The same letters as a list that services for correspondence search read."""
    name = cmif_name(site.edition)
    return tag(
        "p", s.to(path, f"edition/{name}", _("List of these letters for correspondence search (CMIF)"))
    )
