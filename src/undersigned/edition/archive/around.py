"""Who is who, and the letters around the appeal, each on a page where there is any."""

from django.utils.translation import gettext as _

from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.formats import html_matter
from undersigned.edition.formats.tags import tag


def write(site: Site) -> None:
    """Writes the pages; their words are those of the original's edition."""
    first = site.edition.texts[0]
    parts = (
        ("persons.html", _("Persons"), html_matter.persons(site.edition, first)),
        ("letters.html", _("Correspondence"), html_matter.correspondence(site.edition, first)),
    )
    for path, title, content in parts:
        if content:
            heading = tag("h1", s.in_language(site.edition.title, first.language))
            s.write(site, path, title, [heading, content])
