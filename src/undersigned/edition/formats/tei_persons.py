"""Who is who, as TEI lists persons: names over time, life, numbers in catalogues, what they are here."""

from __future__ import annotations

from undersigned.edition import document as d
from undersigned.edition.formats.marks import machine_date
from undersigned.edition.formats.tags import Markup, tag
from undersigned.edition.formats.tei_text import TeiWriter


def person(text: d.Text, one: d.Person) -> Markup:
    """A person, to whom names in the words refer."""
    main = d.OtherName("" if one.kind == "name" else one.kind, one.name, one.language, one.dates)
    return tag(
        "person",
        *(_name(name) for name in (main, *one.names)),
        _day("birth", one.born) if one.born else None,
        _day("death", one.died) if one.died else None,
        *(tag("idno", value, type=scheme) for scheme, value in one.identifiers),
        _note(text, one),
        xml__id=f"person-{one.id}",
        role=" ".join(one.roles) or None,
    )


def _name(name: d.OtherName) -> Markup:
    """A name with its kind, its language and script, and the time of its use."""
    since, _slash, until = name.dates.partition("/")
    first, last = machine_date(since), machine_date(until)
    # What is no plain date is kept as EDTF.
    exact = all(not end or end == ".." or machine_date(end) for end in (since, until))
    return tag(
        "persName",
        name.name,
        type=name.kind or None,
        xml__lang=name.language or None,
        from_=first,
        to=last,
        n=None if exact else name.dates,
    )


def _day(element: str, edtf: str) -> Markup:
    when = machine_date(edtf)
    return tag(element, edtf, when=when, n=None if when else edtf)


def _note(text: d.Text, one: d.Person) -> Markup | None:
    if one.told:
        return tag("note", *TeiWriter(text, prefix=f"person-{one.id}-").blocks(one.told))
    return tag("note", one.note) if one.note else None
