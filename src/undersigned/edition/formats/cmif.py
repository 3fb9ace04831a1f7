"""CMIF, the Correspondence Metadata Interchange Format, version 1: who wrote to whom, when and where.

Services for correspondence search read such a list: a TEI header with a `correspDesc` for each letter, and
no words of any letter. CMIF wants its metadata under CC BY 4.0; the letters themselves are not in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from undersigned.edition import document as d
from undersigned.edition.formats.marks import machine_date
from undersigned.edition.formats.tags import Markup, empty, tag

MEDIA_TYPE = "application/tei+xml"
_NAMESPACE = "http://www.tei-c.org/ns/1.0"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_SPAN = 2


def has_letters(edition: d.Edition) -> bool:
    """Whether there is anything to list: a text with an addressee, or a letter around the appeal."""
    return bool(edition.correspondence) or any(text.addressee for text in edition.texts)


def render(edition: d.Edition, address: str) -> str:
    """The list as a file that lies at this address."""
    source = f"edition-{uuid.uuid5(uuid.NAMESPACE_URL, edition.url)}"
    header = tag(
        "teiHeader",
        tag("fileDesc", _titles(edition), _publication(edition, address), _source(edition, source)),
        tag("profileDesc", *_letters(edition, f"#{source}")),
    )
    whole = tag("TEI", "\n", header, tag("text", tag("body", tag("p"))), "\n", xmlns=_NAMESPACE)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}\n'


def _titles(edition: d.Edition) -> Markup:
    title = tag("title", edition.title, xml__lang=edition.texts[0].language)
    return tag("titleStmt", title, tag("editor", edition.publisher or edition.site))


def _publication(edition: d.Edition, address: str) -> Markup:
    day = edition.changed.date().isoformat()
    licence = tag("licence", "CC BY 4.0", target=_LICENCE)
    return tag(
        "publicationStmt",
        tag("publisher", tag("ref", edition.publisher or edition.site, target=edition.url)),
        tag("idno", address, type="url"),
        tag("date", day, when=day),
        tag("availability", licence),
    )


def _source(edition: d.Edition, ident: str) -> Markup:
    shown = f"{edition.title}. {edition.publisher or edition.site}. "
    bibl = tag("bibl", shown, tag("ref", edition.url, target=edition.url), type="online", xml__id=ident)
    return tag("sourceDesc", bibl)


def _letters(edition: d.Edition, source: str) -> Iterator[Markup]:
    for text in edition.texts:
        if text.addressee:
            known = text.addressee
            yield _described(
                _names(text.author), [known.name or known.pseudonym or known.civil_name],
                text.place, text.date, source, ref=text.url,
            )  # fmt: skip
    for letter in edition.correspondence:
        yield _described(
            [letter.sender.name], [letter.addressee.name], letter.place, letter.date, source, key=letter.id
        )


def _described(
    senders: list[str],
    addressees: list[str],
    place: str,
    date: str,
    source: str,
    *,
    ref: str | None = None,
    key: str | None = None,
) -> Markup:
    sent = tag(
        "correspAction",
        *(tag("persName", name) for name in senders if name),
        None if any(senders) else tag("persName", "N.N."),
        tag("placeName", place) if place else None,
        _date(date),
        type="sent",
    )
    # CMIF knows no letter without an addressee: an unnamed one is N.N.
    received = tag(
        "correspAction",
        *(tag("persName", name) for name in addressees if name),
        None if any(addressees) else tag("persName", "N.N."),
        type="received",
    )
    return tag("correspDesc", sent, received, key=key, ref=ref, source=source)


def _names(written: str) -> list[str]:
    return [name.strip() for name in written.split(";") if name.strip()]


def _date(edtf: str) -> Markup | None:
    """An exact date as `when`, a span by its ends, an uncertain one with low certainty."""
    doubtful = edtf.endswith(("~", "?", "%"))
    plain = edtf.rstrip("~?%")
    cert = "low" if doubtful else None
    if when := machine_date(plain):
        return empty("date", when=when, cert=cert)
    ends = [machine_date(end) for end in plain.split("/")]
    if len(ends) == _SPAN and all(ends):
        return empty("date", notBefore=ends[0], notAfter=ends[1], cert=cert)
    year = machine_date(plain[:4])
    return empty("date", notBefore=year, notAfter=year, cert="low") if year else None
