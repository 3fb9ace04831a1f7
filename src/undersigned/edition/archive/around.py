"""Who is who, and the letters around the appeal, each on a page where there is any."""

from django.utils.translation import gettext as _

from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.build import cmif_name
from undersigned.edition.formats import html_matter
from undersigned.edition.formats.tags import Markup, tag

LETTERS = "letters.html"


def write(site: Site) -> None:
    """Writes the pages; their words are those of the original's edition."""
    first = site.edition.texts[0]
    parts = (
        ("persons.html", _("Persons"), html_matter.persons(site.edition, first)),
        (LETTERS, _("Correspondence"), html_matter.correspondence(site.edition, first)),
    )
    for path, title, content in parts:
        if content:
            heading = tag("h1", s.in_language(site.edition.title, first.language))
            more = _list(site, path) if path == LETTERS else None
            s.write(site, path, title, [heading, content, *([more] if more else [])])


def _list(site: Site, path: str) -> Markup:
    """The same letters as a list that services for correspondence search read."""
    name = cmif_name(site.edition)
    return tag(
        "p", s.to(path, f"edition/{name}", _("List of these letters for correspondence search (CMIF)"))
    )
