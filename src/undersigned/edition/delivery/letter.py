"""The letter as it is handed over: its words, to whom, how many signed, the names, how to check it.

Layout keeps a whole document in memory, so long lists are set in parts, each a file of its own. Where this
machine cannot set a PDF, the same pages are given as HTML, to be printed by any browser.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from undersigned.appeals import languages
from undersigned.edition import document as d
from undersigned.edition.formats import Unavailable, html
from undersigned.edition.formats import html_matter as matter
from undersigned.edition.formats.direction import apart
from undersigned.edition.formats.notes_at_foot import FootWriter
from undersigned.edition.formats.tags import Markup, end, escape, joined, start, tag
from undersigned.lib.fields import country_names
from undersigned.signing.delivery.names import Line

# Layout takes about 60 kB for each name: so many in a part need some hundred megabytes.
NAMES_IN_A_PART = 5_000
# A list that nobody would print: the table has them all.
NAMES_SET = 50_000


@dataclass(frozen=True)
class Facts:
    """What the letter says of its delivery."""

    recipient: str
    day: Any
    signatures: int
    names: int
    # More than one text or version was signed: each name says which.
    several: bool


@dataclass(frozen=True)
class File:
    """A finished part."""

    name: str
    data: bytes


def files(edition: d.Edition, facts: Facts, lines: Iterable[Line]) -> Iterator[File]:
    """The letter with the first names, then a file for each further part of the list."""
    text = edition.texts[0]
    setter, suffix = _setter()
    listed = iter(lines) if facts.names <= NAMES_SET else iter(())
    first = list(islice(listed, NAMES_IN_A_PART))
    with translation.override(languages.interface_language(text.language)):
        page = _frame(edition, text, suffix, [
            *html.letter(edition, text, FootWriter(text, matter.references(edition, text))),
            _handed(text, facts),
            *_sources(edition, text),
            *_names(text, facts, first, 0),
            _check(edition, text),
        ])  # fmt: skip
    yield File(f"letter{suffix}", setter(page))
    done = len(first)
    while part := list(islice(listed, NAMES_IN_A_PART)):
        with translation.override(languages.interface_language(text.language)):
            page = _frame(edition, text, suffix, _names(text, facts, part, done))
        yield File(f"names-{done + 1:06}{suffix}", setter(page))
        done += len(part)


def _setter() -> tuple[Any, str]:
    """What makes a file of a page, and how the file's name ends."""
    try:
        pdf = importlib.import_module("undersigned.edition.formats.pdf")
    except (Unavailable, ImportError, OSError):
        return (lambda page: page.encode("utf-8")), ".html"
    return partial(_set, pdf), ".pdf"


def _set(pdf: Any, page: str) -> bytes:
    out = io.BytesIO()
    pdf.typeset(page, out)
    return out.getvalue()


def _frame(edition: d.Edition, text: d.Text, suffix: str, content: Iterable[str]) -> str:
    head = tag(
        "head",
        Markup('<meta charset="utf-8">') if suffix == ".html" else None,
        tag("title", text.title),
        *(
            tag("meta", name="author", content=name.strip())
            for name in text.author.split(";")
            if name.strip()
        ),
        tag("meta", name="generator", content="Undersigned"),
        tag("meta", name="dcterms.created", content=text.version.published.isoformat()),
        tag("meta", name="dcterms.modified", content=f"{edition.changed:%Y-%m-%dT%H:%M:%SZ}"),
        tag("style", Markup(html.style())) if suffix == ".html" else None,
    )
    body = start("body") + "".join(content) + _foot(edition, text) + end("body")
    page = start("html", lang=text.language, dir=text.direction) + head + body + end("html")
    return f"<!DOCTYPE html>\n{page}\n" if suffix == ".html" else page


def _handed(text: d.Text, facts: Facts) -> Markup:
    day = formats.date_format(facts.day, "DATE_FORMAT")
    number = formats.number_format(facts.signatures, use_l10n=True, force_grouping=True)
    counted = ngettext(
        "%(n)s signature was recorded at that moment.",
        "%(n)s signatures were recorded at that moment.",
        facts.signatures,
    ) % {"n": number}
    rows = [
        tag("dt", _("To")), tag("dd", facts.recipient, dir="auto"),
        tag("dt", _("State of")), tag("dd", day),
        tag("dt", _("Signatures")), tag("dd", counted),
    ]  # fmt: skip
    return tag("section", tag("h2", _("Delivery")), tag("dl", *rows), id="delivery")


def _check(edition: d.Edition, text: d.Text) -> Markup:
    """How the addressee checks words and count, with what lies beside this file."""
    log = edition.log
    rows = [
        (_("SHA-256 of the signed words (words.txt)"), text.version.sha256),
        (_("Log"), log.origin if log else ""),
        (_("Entries"), str(log.size) if log else ""),
        (_("Root"), log.root if log else ""),
        (_("Key"), log.vkey if log else ""),
    ]
    listed = [
        part
        for name, value in rows
        if value
        for part in (tag("dt", name), tag("dd", tag("code", value, dir="ltr")))
    ]
    told = _(
        "The whole log lies beside this letter, with a program that counts it again; it needs Python and no "
        "network. It proves that this number of signatures belongs to exactly these words, not that each "
        "signature is a distinct person."
    )
    command = tag("pre", tag("code", "python3 data/verifier/verify.py"), dir="ltr")
    return tag(
        "section", tag("h2", _("How to verify")), tag("p", told), command, tag("dl", *listed), id="verify"
    )


def _foot(edition: d.Edition, text: d.Text) -> Markup:
    """Who sends it, and where it stands."""
    address = tag("a", text.url, href=text.url)
    return tag("footer", tag("p", joined(edition.publisher, address, separator=", ")))


def _sources(edition: d.Edition, text: d.Text) -> Iterator[str]:
    found = matter.sources(edition, text)
    if found:
        yield found


def _names(text: d.Text, facts: Facts, lines: list[Line], before: int) -> Iterator[str]:
    if before:
        title = _("Signatories %(first)s to %(last)s") % {"first": before + 1, "last": before + len(lines)}
    else:
        title = _("Signatories")
    yield start("section", id="signatories") + tag("h2", title)
    if not before:
        yield tag("p", _(
            "%(named)s of %(count)s signatures are named here: those whose signers agreed that their name is "
            "given to the addressee."
        ) % {"named": facts.names, "count": facts.signatures})  # fmt: skip
        yield tag("p", _("Affiliations are for identification only."))
    if facts.names > NAMES_SET:
        yield tag("p", _("These are too many names to be printed: they stand in the table signatories.csv."))
    current: bool | None = None
    for line in lines:
        if line.first != current:
            yield end("ul") if current is not None else ""
            yield tag("h3", _("First signatories")) if line.first else ""
            yield start("ul", class_="names")
            current = line.first
        yield _line(text, facts, line)
    yield (end("ul") if current is not None else "") + end("section")


def _line(text: d.Text, facts: Facts, line: Line) -> str:
    """One run of words: each element more would cost as much as the whole line."""
    country = country_names(text.language).get(line.country, line.country)
    parts = [line.name, line.role, line.affiliation, line.place, country]
    parts += [_("pseudonym")] if line.pseudonym else []
    version = _("version %(n)s") % {"n": line.version}
    parts += [f"{line.text}, {version}"] if facts.several else []
    said = ", ".join(apart(part, text.direction) for part in parts if part)
    return f"<li>{escape(said)}</li>\n"
