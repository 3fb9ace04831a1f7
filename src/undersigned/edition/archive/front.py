"""The first page, the counts and how to check them, the receipts, the search."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.edition.archive import ledger, texts, variants
from undersigned.edition.archive import site as s
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.tags import Markup, joined, tag

INDEX, VERIFY, RECEIPTS, SEARCH = "index.html", "verify.html", "receipts.html", "search.html"
SCRIPT = "search.js"


def write(site: Site) -> None:
    """Writes the pages of the archive as a whole."""
    first = site.edition.texts[0]
    s.write(site, INDEX, site.edition.title, _index(site), language=first.language)
    s.write(site, VERIFY, _("Counts and verification"), _verify(site))
    if site.edition.log:
        s.write(site, RECEIPTS, _("Receipts"), _receipts(site))
    s.write(site, SEARCH, _("Search"), _search(), script=SCRIPT)


def start_page(site: Site) -> str:
    """The page above the bag's payload, which leads into it."""
    edition = site.edition
    spoken = languages.interface_language(edition.texts[0].language)
    head = joined(
        Markup('<meta charset="utf-8">'),
        tag("title", edition.title),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta http-equiv="refresh" content="0; url=data/index.html">'),
    )
    main = tag(
        "main", tag("h1", edition.title), tag("p", tag("a", _("To the archive"), href="data/index.html"))
    )
    whole = tag("html", tag("head", head), tag("body", main), lang=spoken, dir=languages.direction(spoken))
    return f"<!DOCTYPE html>\n{whole}\n"


def _index(site: Site) -> Iterator[str]:
    edition = site.edition
    first = edition.texts[0]
    yield tag("h1", s.in_language(edition.title, first.language))
    yield tag("p", tag("strong", s.signatures(edition.counts.signatures)), class_="count")
    if kinds := s.kinds(edition.counts):
        yield tag("p", _("of them: %(kinds)s") % {"kinds": kinds}, class_="soft")
    yield tag("dl", *_facts(site))
    yield s.section("texts", _("Texts"), tag("ul", *(_text(text.slug, site) for text in edition.texts)))
    yield s.section("contents", _("What this archive holds"), _contents(site))


def _facts(site: Site) -> Iterator[Markup]:
    appeal = site.appeal
    rows: list[tuple[str, str]] = [
        (_("Published by"), site.edition.publisher),
        (_("Opened"), s.day(appeal.opened_at) if appeal.opened_at else ""),
        (_("Closed"), s.day(appeal.closed_at) if appeal.closed_at else ""),
        (_("Address"), tag("a", site.edition.url, href=site.edition.url, rel="noreferrer")),
        (_("State of the archive"), s.day(site.edition.changed)),
    ]
    for name, value in rows:
        if value:
            yield joined(tag("dt", name), tag("dd", value))


def _text(slug: str, site: Site) -> Markup:
    text = site.text(slug)
    newest = texts.letter(slug, text.version.number)
    title = tag("a", text.title, href=newest, lang=text.language, dir=text.direction)
    more = s.to(INDEX, texts.home(slug), _("versions and editions"))
    known = (
        variants.relation(text.relation),
        tag("bdi", text.language_name),
        s.signatures(text.signatures),
        more,
    )
    told = joined(*known, separator=", ")
    return tag("li", title, tag("span", " ", told, class_="soft"))


def _contents(site: Site) -> Markup:
    told = {
        "variants/index.html": _("where each text comes from, and how it differs"),
        "sources/index.html": _("what the appeal leans on, with kept copies"),
        "cases.html": _("the people and groups for whom the appeal speaks, as far as they may be named"),
        "persons.html": _("who is who, with the places where each is named"),
        "names/index.html": _("who asked to be kept in the permanent archive"),
        "organisations.html": _("which organisations signed, apart from people"),
        "delivery.html": _("what was handed to the addressee, the proof, and the answer"),
        "updates.html": _("every step, day by day"),
        "search.html": _("texts and names, without a server"),
        "verify.html": _("every count, and how to check it without believing anybody"),
        "receipts.html": _("how to check that a signature was counted"),
    }
    items = [
        tag("li", s.to(INDEX, path, str(label)), f": {told[path]}" if path in told else "")
        for path, label in site.menu
        if path != INDEX
    ]
    return tag("ul", *items)


def _verify(site: Site) -> Iterator[str]:
    edition = site.edition
    yield tag("h1", _("Counts and verification"))
    yield s.section("counts", _("Counts"), _family(site))
    for text in edition.texts:
        title = s.in_language(text.title, text.language)
        yield tag("h3", title)
        yield texts.versions(site, VERIFY, text)
    yield s.section("check", _("How to check"), *_check(site))


def _family(site: Site) -> Markup:
    counts = site.edition.counts
    rows = [
        [s.in_language(text.title, text.language), text.language_name, s.number(text.signatures)]
        for text in site.edition.texts
    ]
    rows.append([_("All texts together"), "", tag("strong", s.number(counts.signatures))])
    made = s.table([_("Text"), _("Language"), _("Signatures")], rows, _("Signatures of the whole family"))
    undone = _(
        "Undone: %(own)s withdrawn, %(struck)s struck out by moderators, %(moved)s moved to another text."
    )
    told = undone % {
        "own": s.number(counts.own), "struck": s.number(counts.struck), "moved": s.number(counts.moved),
    }  # fmt: skip
    kinds = s.kinds(counts)
    said = tag("p", _("of them: %(kinds)s") % {"kinds": kinds}) if kinds else None
    return joined(made, said, tag("p", told))


def _check(site: Site) -> Iterator[Markup]:
    log = site.edition.log
    if log is None:
        yield tag("p", _("The appeal was never opened for signature: there is no log, and nothing to count."))
    else:
        folder = ledger.folder(site.appeal)
        yield tag("p", _("Every signature is a leaf of the appeal's log, which this archive holds whole:"))
        rows = [
            (_("Log"), s.code(log.origin)),
            (_("Entries"), s.number(log.size)),
            (_("Root"), s.code(log.root)),
            (_("Key"), s.code(log.vkey)),
            (_("Files"), s.to(VERIFY, f"{folder}/checkpoint", f"{folder}/checkpoint")),
        ]
        yield tag("dl", *(joined(tag("dt", name), tag("dd", value)) for name, value in rows))
    yield tag("p", _("The verifier lies beside it. It needs Python 3.11 and nothing else, and no network:"))
    yield s.block("python3 data/verifier/verify.py", _("Command"))
    told = _(
        "It counts all leaves again, compares every file with its checksum, and says what it could not prove."
    )
    yield tag("p", told, " ", s.to(VERIFY, ledger.README, "README.txt"))
    if log is not None:
        yield tag("p", _("Where Undersigned is installed, this does the same for the log:"))
        yield s.block("undersigned verify .", _("Command"))
        proved = _(
            "This proves that the published count belongs to exactly these words. It does not prove that "
            "each signature is a distinct person, nor that everybody who confirmed was recorded."
        )
        yield tag("p", proved)


def _receipts(site: Site) -> Iterator[str]:
    log = site.edition.log
    assert log is not None
    yield tag("h1", _("Receipts"))
    yield tag("p", _(
        "Whoever signed could keep a receipt: a small file that ends with .tlog-proof. It shows, without any "
        "help of the site, that one signature stands in the log."
    ))  # fmt: skip
    yield tag("p", _("To check one against this archive, in the archive's folder:"))
    yield s.block("python3 data/verifier/verify.py receipt.tlog-proof", _("Command"))
    yield tag("p", _(
        "The verifier checks the proof under the key of this log, and looks the leaf up among the entries "
        "that the archive holds. A receipt that was kept in its full form also shows the name that it stands "
        "for; the short form shows nobody."
    ))  # fmt: skip
    yield tag("p", _("Where Undersigned is installed, with the key of this log:"))
    yield s.block(f"undersigned verify receipt.tlog-proof --key {log.vkey}", _("Command"))
    yield tag("p", s.to(RECEIPTS, VERIFY, _("Counts and verification")))


def _search() -> Iterator[str]:
    yield tag("h1", _("Search"))
    yield tag(
        "noscript", tag("p", _("The search needs script. The names are listed by letter all the same."))
    )
    field = tag("input", type="search", id="q", name="q", autocomplete="off")
    yield tag(
        "form",
        tag("label", _("Words of a text, or of a name"), for_="q"),
        Markup(field.removesuffix("</input>")),
        " ",
        tag("button", _("Search"), type="submit"),
        id="search",
        role="search",
        hidden="",
        data_searching=_("Searching…"),
        data_found=_("{n} found"),
        data_more=_("More than {n} found; these are the first."),
        data_failed=_("The files of the search could not be read."),
    )
    yield tag("p", "", id="status", role="status")
    yield tag("ul", "", id="results")
