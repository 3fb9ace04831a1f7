"""What every page of an archive knows: the appeal, its document, its log; and the frame of a page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from undersigned.appeals import languages
from undersigned.appeals.models import Appeal, Version
from undersigned.edition import document as d
from undersigned.edition.archive.folder import Folder, link
from undersigned.edition.formats.tags import Child, Markup, end, joined, start, tag
from undersigned.ledger.published import Published

STYLE = "style.css"


@dataclass(frozen=True)
class Site:
    """One appeal at one moment, and the folder that its archive is written to."""

    appeal: Appeal
    edition: d.Edition
    # The versions of each text in their order, by the text's slug.
    versions: Mapping[str, list[Version]]
    log: Published | None
    out: Folder
    # Pages of the whole archive, in the order of the menu.
    menu: list[tuple[str, str | Promise]] = field(default_factory=list)

    @property
    def language(self) -> str:
        """The interface language of pages that belong to no single text: the original's."""
        return languages.interface_language(self.edition.texts[0].language)

    @property
    def all_versions(self) -> Iterator[Version]:
        """Every version of every text."""
        for text in self.edition.texts:
            yield from self.versions[text.slug]

    def text(self, slug: str) -> d.Text:
        """A text of the edition."""
        return next(text for text in self.edition.texts if text.slug == slug)


def menu(
    edition: d.Edition, *, names: bool, log: bool, delivered: bool = False
) -> list[tuple[str, str | Promise]]:
    """What there is to go to."""
    wanted: list[tuple[bool, str, str | Promise]] = [
        (True, "index.html", gettext_lazy("The appeal")),
        (len(edition.texts) > 1, "variants/index.html", gettext_lazy("Texts and variants")),
        (bool(edition.sources), "sources/index.html", gettext_lazy("Sources")),
        (bool(edition.cases), "cases.html", gettext_lazy("For whom")),
        (bool(edition.persons), "persons.html", gettext_lazy("Persons")),
        (bool(edition.correspondence), "letters.html", gettext_lazy("Correspondence")),
        (names, "names/index.html", gettext_lazy("Names")),
        (bool(edition.organisations), "organisations.html", gettext_lazy("Organisations")),
        (delivered, "delivery.html", gettext_lazy("Delivery and answer")),
        (True, "updates.html", gettext_lazy("What happened")),
        (True, "search.html", gettext_lazy("Search")),
        (True, "verify.html", gettext_lazy("Counts and verification")),
        (log, "receipts.html", gettext_lazy("Receipts")),
    ]
    return [(path, label) for there, path, label in wanted if there]


def page(
    site: Site, path: str, title: str, content: Iterable[str], *, language: str = "", script: str = ""
) -> Iterator[str]:
    """A page in its frame, in the current interface language; `language` is that of the title."""
    spoken = language or site.language
    shown = languages.interface_language(spoken)
    yield "<!DOCTYPE html>\n"
    yield start("html", lang=shown, dir=languages.direction(shown)) + "\n"
    yield _head(site, path, title, script) + "\n" + start("body") + "\n"
    yield tag("a", _("To the text"), href="#main", class_="skip") + "\n"
    yield tag("header", _menu(site, path), class_="frame") + "\n" + start("main", id="main") + "\n"
    for piece in content:
        yield piece
        yield "\n"
    yield end("main") + "\n" + _foot(site) + "\n" + end("body") + "\n" + end("html") + "\n"


def write(
    site: Site, path: str, title: str, content: Iterable[str], *, language: str = "", script: str = ""
) -> None:
    """Writes a page."""
    site.out.stream(path, page(site, path, title, content, language=language, script=script))


def _head(site: Site, path: str, title: str, script: str) -> Markup:
    whole = title if title == site.edition.title else f"{title} – {site.edition.title}"
    return tag(
        "head",
        Markup('<meta charset="utf-8">'),
        tag("title", whole),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        tag("link", rel="stylesheet", href=link(path, STYLE)),
        tag("script", "", src=link(path, script), defer="") if script else None,
    )


def _menu(site: Site, path: str) -> Markup:
    items = [
        tag("li", tag("a", str(label), href=link(path, to), aria_current="page" if to == path else None))
        for to, label in site.menu
    ]
    return tag("nav", tag("ul", *items), aria_label=_("Archive"))


def _foot(site: Site) -> Markup:
    edition = site.edition
    told = _("Archive of %(day)s, from %(address)s.") % {"day": "\0day\0", "address": "\0address\0"}
    parts = {
        "day": day(edition.changed),
        "address": tag("a", edition.url, href=edition.url, rel="noreferrer"),
    }
    pieces = (parts[piece] if i % 2 else piece for i, piece in enumerate(told.split("\0")))
    return tag("footer", tag("p", *pieces))


def section(ident: str, title: str, *content: Child) -> Markup:
    """A part of a page under its heading."""
    heading = tag("h2", title, id=f"{ident}-title")
    return tag("section", heading, *content, id=ident, aria_labelledby=f"{ident}-title")


def to(path: str, target: str, words: str, **attributes: str | None) -> Markup:
    """A link within the archive."""
    return tag("a", words, href=link(path, target), **attributes)


def table(heads: Iterable[str], rows: Iterable[Iterable[Child]], caption: str) -> Markup:
    """A table; the first cell of each row names it."""
    head = tag("tr", *(tag("th", title, scope="col") for title in heads))
    body = []
    for first, *rest in rows:
        body.append(tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest)))
    made = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    # A table that is wider than a phone is moved within its box, also by keyboard.
    return tag("div", made, class_="wide", tabindex=0, role="group", aria_label=caption)


def number(count: int) -> str:
    """A number as readers of the current language write it."""
    return str(formats.number_format(count, use_l10n=True, force_grouping=True))


def kinds(counts: d.Counts) -> str:
    """The separate counts as one run of words; empty where everybody confirmed by mail."""
    said = (
        (counts.vouched, ngettext("%(count)s vouched for", "%(count)s vouched for", counts.vouched)),
        (counts.paper, ngettext("%(count)s on paper", "%(count)s on paper", counts.paper)),
        (counts.org, ngettext("%(count)s organisation", "%(count)s organisations", counts.org)),
    )
    return ", ".join(words % {"count": number(count)} for count, words in said if count)


def signatures(count: int) -> str:
    """So many signatures, in words."""
    return ngettext("%(count)s signature", "%(count)s signatures", count) % {"count": number(count)}


def day(moment: date | datetime) -> Markup:
    """A day as readers of the current language write it."""
    iso = moment.date().isoformat() if isinstance(moment, datetime) else moment.isoformat()
    return tag("time", formats.date_format(moment, "DATE_FORMAT"), datetime=iso)


def written(moment: date | datetime) -> str:
    """The same in words alone."""
    return str(formats.date_format(moment, "DATE_FORMAT"))


def code(words: str) -> Markup:
    """What is to be taken letter by letter."""
    return tag("code", words, dir="ltr")


def block(words: str, label: str) -> Markup:
    """Lines to be taken letter by letter, such as a command."""
    return tag("pre", tag("code", words), dir="ltr", tabindex=0, role="group", aria_label=label)


def around(sentence: str, **parts: str) -> Markup:
    """A sentence with elements in it: `around(_("To %(who)s"), who=tag("bdi", name))`."""
    names = list(parts)
    said = sentence % {name: f"\0{name}\0" for name in names}
    pieces = enumerate(said.split("\0"))
    return joined(*(parts[piece] if place % 2 else piece for place, piece in pieces))


def in_language(words: str, language: str) -> Markup:
    """Words of another language than the page's."""
    return tag("span", words, lang=language, dir=languages.direction(language))
