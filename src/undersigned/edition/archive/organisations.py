"""The organisations, apart from people: pages of some hundreds, each entered into the search."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.edition import document as d
from undersigned.edition.archive import site as s
from undersigned.edition.archive.search import Index
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, joined, tag
from undersigned.lib.fields import country_names

PATH = "organisations.html"
PER_PAGE = 200


def path(number: int) -> str:
    """Where a page lies; the first is the one of the menu."""
    return PATH if number == 1 else f"organisations-{number}.html"


def write(site: Site, index: Index) -> None:
    """Writes the pages; none where no organisation asked to be kept."""
    every = site.edition.organisations
    pages = -(-len(every) // PER_PAGE)
    for number in range(1, pages + 1):
        before = (number - 1) * PER_PAGE
        some = every[before : before + PER_PAGE]
        title = _("Organisations")
        if pages > 1:
            title = _("Organisations, page %(page)s of %(pages)s") % {"page": number, "pages": pages}
        s.write(site, path(number), title, _page(site, title, number, pages, some))
        for row, one in enumerate(some, 1):
            index.text(one.name, f"{path(number)}#o{row}", f"{one.place} {one.domain}")


def _page(
    site: Site, title: str, number: int, pages: int, some: tuple[d.Organisation, ...]
) -> Iterator[Markup]:
    edition = site.edition
    yield tag("h1", title)
    yield tag("p", _(
        "These organisations signed by their officers, and their web domains were checked. "
        "They are counted apart from people."
    ))  # fmt: skip
    told = _("%(named)s of %(count)s organisations are named here: those that asked to be kept.") % {
        "named": s.number(len(edition.organisations)), "count": s.number(edition.counts.org),
    }  # fmt: skip
    yield tag("p", told)
    yield tag("ul", *(_line(site, row, one) for row, one in enumerate(some, 1)), class_="names")
    links = []
    if number > 1:
        links.append(s.to(path(number), path(number - 1), _("Previous page"), rel="prev"))
    if number < pages:
        links.append(s.to(path(number), path(number + 1), _("Next page"), rel="next"))
    if links:
        yield tag("p", joined(*links, separator=" · "), class_="pages")


def _line(site: Site, row: int, one: d.Organisation) -> Markup:
    checked = _("domain checked by mail") if one.check == "mail" else _("domain checked by DNS record")
    country = country_names(site.language).get(one.country, one.country)
    found = [one.place, country, one.domain, checked]
    found += [_("resolution of %(day)s") % {"day": one.resolved_on.isoformat()}, *one.officers]
    if len(list(site.all_versions)) > 1:
        found.append(f"{one.text}, {_('Version %(n)s') % {'n': one.version}}")
    shown = joined(*(tag("bdi", part) for part in found if part), separator=", ")
    return tag("li", tag("bdi", one.name), tag("span", ", ", shown, class_="soft"), id=f"o{row}")
