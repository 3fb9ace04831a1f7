"""What happened with the appeal, day by day: opened, versions, news of cases, delivered, answered, closed."""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils.translation import gettext as _

from undersigned.appeals import case_reading
from undersigned.edition.archive import delivered, texts
from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, tag

PATH = "updates.html"


def write(site: Site) -> None:
    """Writes the page, the newest first."""
    rows = sorted(_dated(site), key=lambda row: row[0], reverse=True)
    items = [tag("li", s.day(day), " ", words) for day, words in rows]
    title = _("What happened")
    s.write(site, PATH, title, [tag("h1", title), tag("ol", *items, class_="updates")])


def _dated(site: Site) -> Iterator[tuple[date, Markup]]:
    appeal = site.appeal
    for moment, words in (
        (appeal.opened_at, _("Open for signature")),
        (appeal.closed_at, _("Closed for signature")),
    ):
        if moment:
            yield _day(moment), tag("span", words)
    for version in site.all_versions:
        facts = {"title": version.title, "number": version.number}
        said = _("%(title)s: version %(number)s published") % facts
        yield (
            _day(version.published_at),
            tag("a", said, href=texts.letter(version.text.slug, version.number), dir="auto"),
        )
    for shown in case_reading.everybody(appeal) if site.edition.cases else ():
        for day, text in shown.updates:
            said = _("%(case)s: %(update)s") % {"case": shown.title, "update": text}
            yield day, tag("a", said, href=f"cases.html#case-{shown.id}", dir="auto")
    yield from delivered.dated(site)


def _day(moment: datetime) -> date:
    return moment.date()
