"""What stands around the text on a page: origin, sources, variants, persons, versions, verification."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from undersigned.edition import document as d
from undersigned.edition.formats import direction
from undersigned.edition.formats import html_cases as cases
from undersigned.edition.formats import html_persons as persons
from undersigned.edition.formats import html_signed as signed
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.marks import machine_date, source_parts
from undersigned.edition.formats.tags import Child, Markup, escape, joined, tag

_CHANGES = {"same": "span", "added": "ins", "removed": "del"}


def sections(edition: d.Edition, text: d.Text) -> Iterator[Markup]:
    """Every section that has something to say."""
    found = (
        note(text), provenance(text), sources(edition, text), variants(text), persons.section(edition, text),
        cases.section(edition, text), correspondence(edition, text), signed.organisations(text),
    )  # fmt: skip
    yield from (section for section in found if section)


def references(edition: d.Edition, text: d.Text) -> dict[str, str]:
    """The id under which each source stands on the page."""
    return {source.key: f"source-{number}" for number, source in enumerate(edition.sources_of(text), 1)}


def addressee(text: d.Text) -> Markup | None:
    """To whom, and who that was."""
    known = text.addressee
    if not known:
        return None
    explained: list[Child] = []
    if known.civil_name and known.civil_name != known.name:
        explained.append(_phrase(text.say("pseudonym-of", name="\0"), "civil-name", known.civil_name))
    if known.pseudonym and known.pseudonym != known.name:
        explained.append(_phrase(text.say("known-as", name="\0"), "pseudonym", known.pseudonym))
    if known.note:
        explained.append(tag("span", known.note, class_="life"))
    kind = "name pseudonym" if known.pseudonym and known.pseudonym == known.name else "name"
    shown = known.name or known.pseudonym or known.civil_name
    rest = joined(" (", joined(*explained, separator=", "), ")") if explained else None
    said = _phrase(text.say("to", name="\0"), kind, shown, known.person)
    return tag("p", said, tag("span", rest, class_="explained") if rest else None, class_="addressee")


def _phrase(sentence: str, kind: str, name: str, person: str = "") -> Markup:
    """A sentence in which a name has its own element, and leads to its person where there is one."""
    before, _, after = sentence.partition("\0")
    shown: Child = tag("a", name, href=f"#person-{person}", class_="person") if person else name
    return joined(before, tag("span", shown, class_=kind, dir="auto"), after)


def _exact(text: d.Text, word: str, **values: object) -> Markup:
    """A sentence in which values that are to be taken letter by letter stand apart."""
    said = text.say(word, **{name: f"\0{value}\0" for name, value in values.items()})
    pieces = enumerate(said.split("\0"))
    return joined(*(tag("code", piece, dir="ltr") if i % 2 else piece for i, piece in pieces))


def _section(ident: str, title: str, *content: Child) -> Markup:
    heading = tag("h2", title, id=f"{ident}-title")
    return tag("section", heading, *content, id=ident, aria_labelledby=f"{ident}-title")


def note(text: d.Text) -> Markup | None:
    """The editors' note."""
    if not text.provenance.note:
        return None
    inner = TextWriter(text, prefix="en-").blocks(text.provenance.note)
    return _section("editorial-note", text.say("editorial-note"), *inner)


def provenance(text: d.Text) -> Markup | None:
    """Where the words come from, part by part."""
    known = text.provenance
    series = known.series
    if series and known.series_order:
        series = text.say("series-order", series=known.series, order=known.series_order)
    source = joined(*(_part(name, words) for name, words in source_parts(text)), separator=", ")
    if series and known.series_texts:
        series = joined(series, tag("ul", *map(_piece, known.series_texts), class_="series"))
    rows: list[tuple[str, str]] = [
        ("source", source),
        ("archive", known.archive),
        ("fonds", known.fonds),
        ("shelfmark", known.shelfmark),
        ("translator", known.translator),
        ("translated-from", known.translated_from_name or known.translated_from),
        ("series", series),
        ("published-by", known.publisher),
        ("derived-from", _derived(text)),
    ]
    found = [
        joined(tag("dt", text.say(name)), tag("dd", value, class_=name)) for name, value in rows if value
    ]
    if not found:
        return None
    supplied = tag("p", text.say("title-supplied"), class_="soft") if known.title_supplied else None
    return _section("provenance", text.say("provenance"), tag("dl", *found), supplied)


def _piece(piece: d.SeriesText) -> Markup:
    named = tag("span", piece.title, lang=piece.language, dir="auto")
    shown = tag("strong", named) if piece.here else tag("a", named, href=piece.url)
    return tag("li", f"{piece.order} " if piece.order else None, shown)


def _part(name: str, words: str) -> Markup:
    return tag("cite" if name == "source-title" else "span", words, class_=name, dir="auto")


def _derived(text: d.Text) -> Markup | str:
    if text.derived_from is None:
        return ""
    known = text.derived_from
    word = "adaptation-of" if text.relation == "adaptation" else "translation-of"
    parts = [
        text.say(word, text=known.text, version=known.version),
        known.reason,
        known.made_by and f"{text.say('made-by')}: {known.made_by}",
        known.attested_by and f"{text.say('attested-by')}: {known.attested_by}",
    ]
    return joined(*parts, separator="; ")


def sources(edition: d.Edition, text: d.Text) -> Markup | None:
    """The cited works, with the digests of what is kept of them."""
    ids = references(edition, text)
    items = [_source(text, source, ids[source.key]) for source in edition.sources_of(text)]
    return _section("sources", text.say("sources"), tag("ul", *items)) if items else None


def _source(text: d.Text, source: d.Source, ident: str) -> Markup:
    copies = [
        tag("p", text.say("kept-copy", day=_day(text, copy.captured), digest=copy.sha256), class_="digest")
        for copy in source.copies
    ]
    shown = TextWriter(text).inlines(source.shown) if source.shown else source.reference or source.key
    return tag("li", shown, *copies, id=ident)


def variants(text: d.Text) -> Markup | None:
    """Witnesses, and where they differ from the words printed here."""
    known = text.apparatus
    if len(known.witnesses) < 2:
        return None
    listed = [_witness(text, witness) for witness in known.witnesses]
    parts: list[Child] = [tag("h3", text.say("witnesses")), tag("ul", *listed, class_="witnesses")]
    for witness in known.witnesses:
        own = [variant for variant in known.variants if variant.witness == witness.sigil]
        if own:
            title = f"{witness.sigil}: {_named(text, witness)}"
            places = [
                (place, list(group)) for place, group in groupby(own, key=lambda one: _place(text, one))
            ]
            parts += [tag("h3", title), tag("dl", *(_variants_at(place, group) for place, group in places))]
    return _section("variants", text.say("variants"), *parts)


def _witness(text: d.Text, witness: d.Witness) -> Markup:
    base = text.say("base") if witness.sigil == text.apparatus.base else ""
    listed = "" if base or witness.collated else text.say("witness-listed")
    shown = joined(tag("b", witness.sigil), _named(text, witness), base, listed, separator=", ")
    return tag("li", shown, lang=text.language)


def _named(text: d.Text, witness: d.Witness) -> str:
    day = _day(text, witness.published)
    return text.say("witness", text=witness.text, version=witness.version, day=day)


def _day(text: d.Text, day: date) -> str:
    return direction.day(day.isoformat(), text.direction)


def _place(text: d.Text, variant: d.Variant) -> Markup:
    if variant.beside:
        place = text.say("paragraph", number=variant.number)
    elif variant.number:
        place = text.say("after-paragraph", number=variant.number)
    else:
        place = text.say("before-first")
    return tag("a", place, href=f"#p{variant.number}") if variant.number else Markup(escape(place))


def _variants_at(place: Markup, variants: list[d.Variant]) -> Markup:
    """A place is named once, however many readings follow it."""
    read = (
        tag("dd", *(tag(_CHANGES[piece.kind], piece.text) for piece in one.pieces), dir="auto")
        for one in variants
    )
    return joined(tag("dt", place), *read)


def correspondence(edition: d.Edition, text: d.Text) -> Markup | None:
    """The letters around the appeal, each in its own language."""
    if not edition.correspondence:
        return None
    letters = (_letter(text, letter) for letter in edition.correspondence)
    return _section("correspondence", text.say("correspondence"), *letters)


def _letter(text: d.Text, letter: d.Letter) -> Markup:
    names = " → ".join(name for name in (letter.sender.name, letter.addressee.name) if name)
    when = machine_date(letter.date)
    said = letter.date_written or letter.date
    dated: Child = tag("time", said, datetime=when) if when else said
    head = joined(letter.place, dated, separator=", ")
    inner = TextWriter(text, prefix=f"{letter.id}-").blocks(letter.blocks)
    heading = tag("h3", letter.title or names)
    facts = tag("p", joined(names if letter.title else None, head, separator=" · "), class_="soft")
    return tag(
        "article",
        heading,
        facts,
        *inner,
        lang=letter.language,
        dir=letter.direction,
        id=letter.id,
        class_="letter",
    )


def versions(text: d.Text) -> Markup:
    """Every version with its count, and its digest in a line of its own."""
    words = ("version", "published-on", "signatures")
    titles = (text.say(word, version="", number="").strip(" :") for word in words)
    head = tag("tr", *(tag("th", title, scope="col") for title in titles))
    rows = (row for version in text.versions for row in _version(version))
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return _section("versions", text.say("versions"), table)


def _version(version: d.VersionLine) -> tuple[Markup, Markup]:
    day = tag("time", version.published.isoformat())
    return (
        tag("tr", tag("td", str(version.number)), tag("td", day), tag("td", str(version.signatures))),
        tag("tr", tag("td", "SHA-256 ", tag("code", version.sha256, class_="digest", dir="ltr"), colspan=3)),
    )


def verification(edition: d.Edition, text: d.Text) -> Markup:
    """How anybody can check the words and the count."""
    parts: list[Child] = [tag("p", _exact(text, "verify-words", digest=text.version.sha256))]
    if edition.log:
        log = edition.log
        said = _exact(text, "verify-log", origin=log.origin, size=log.size, root=log.root, vkey=log.vkey)
        command = tag("pre", tag("code", f"undersigned verify {edition.url}"), dir="ltr")
        parts += [tag("p", said), tag("p", text.say("verify-command")), command]
    return _section("verify", text.say("verify"), *parts)
