"""For whom the appeal speaks: a page with the picture over time, and the same as data."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.appeals import case_reading, languages
from undersigned.edition import document as d
from undersigned.edition.archive import site as s
from undersigned.edition.archive.folder import link
from undersigned.edition.archive.site import Site
from undersigned.edition.archive.sources import PATH as SOURCES
from undersigned.edition.formats import html_cases
from undersigned.edition.formats.tags import Markup, tag

PATH = "cases.html"
DATA = "cases.json"
# A picture of more is a wall.
_DRAWN_MOST = 100


def write(site: Site) -> None:
    """Writes the page and the data, where there is any case."""
    if not site.edition.cases:
        return
    found = [one.as_json() for one in case_reading.everybody(site.appeal)]
    site.out.write(DATA, json.dumps({"cases": found}, ensure_ascii=False, indent=1) + "\n")
    s.write(site, PATH, _("For whom"), _content(site))


def _content(site: Site) -> Iterator[str]:
    first = site.edition.texts[0]
    yield tag("h1", _("For whom"))
    yield tag("p", s.in_language(site.edition.title, first.language))
    if len(site.edition.cases) <= _DRAWN_MOST:
        shown = case_reading.everybody(site.appeal)
        rtl = languages.direction(site.language) == "rtl"
        # Written with every word escaped.
        yield Markup(case_reading.picture(shown, language=first.language, rtl=rtl))
    known = {source.key: source for source in site.edition.sources}
    links = {
        source.key: f"{link(PATH, SOURCES)}#source-{number}"
        for number, source in enumerate(site.edition.sources, 1)
    }
    for case in site.edition.cases:
        yield tag("section", html_cases.case(first, case, known, links, level="h2"))
    yield tag("p", s.to(PATH, DATA, DATA))


def entries(site: Site) -> Iterator[tuple[str, str, str]]:
    """What the search knows of cases: title, address and words of each that has a name."""
    for case in site.edition.cases:
        yield _title(site.edition.texts[0], case), f"{PATH}#case-{case.id}", _words(case)


def _title(text: d.Text, case: d.Case) -> str:
    return case.name or text.say("case-group-withheld" if case.kind == "group" else "case-withheld")


def _words(case: d.Case) -> str:
    history = [word for event in case.history for word in (event.place, event.note)]
    words = [*(name.name for name in case.names), case.note, *history, *(one.text for one in case.updates)]
    return "\n".join(word for word in words if word)
