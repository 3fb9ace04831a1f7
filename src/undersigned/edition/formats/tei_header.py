"""The TEI header: what the file is, where its words come from, who wrote to whom, and the versions."""

from __future__ import annotations

from undersigned import __version__
from undersigned.edition import document as d
from undersigned.edition.formats import tei_cases, tei_persons
from undersigned.edition.formats.marks import machine_date
from undersigned.edition.formats.tags import Child, Markup, empty, tag
from undersigned.edition.formats.tei_text import TeiWriter, witness_id


def header(edition: d.Edition, text: d.Text) -> Markup:
    """The whole header."""
    return tag(
        "teiHeader", _file(edition, text), _encoding(text), _profile(edition, text), _revisions(text),
    )  # fmt: skip


def _file(edition: d.Edition, text: d.Text) -> Markup:
    return tag(
        "fileDesc",
        _titles(edition, text),
        tag("editionStmt", tag("edition", text.say("version", version=text.version.number))),
        _publication(edition, text),
        _series(text),
        _editorial_note(text),
        _sources(text),
    )


def _titles(edition: d.Edition, text: d.Text) -> Markup:
    known = text.provenance
    return tag(
        "titleStmt",
        tag("title", text.title, type="supplied" if known.title_supplied else None),
        *(tag("author", name, ref=_ref(edition, name)) for name in _names(text.author)),
        *(_responsible(edition, "translator", name) for name in _names(known.translator)),
        _responsible(edition, "editor", known.edition.editor) if known.edition.editor else None,
    )


def _names(written: str) -> list[str]:
    return [name.strip() for name in written.split(";") if name.strip()]


def _responsible(edition: d.Edition, role: str, name: str) -> Markup:
    return tag("respStmt", tag("resp", role), tag("name", name, ref=_ref(edition, name)))


def _ref(edition: d.Edition, name: str) -> str | None:
    """Who of the list of persons is meant."""
    found = edition.person_called(name)
    return f"#person-{found}" if found else None


def _publication(edition: d.Edition, text: d.Text) -> Markup:
    day = edition.changed.date().isoformat()
    return tag(
        "publicationStmt",
        tag("publisher", edition.publisher or edition.site),
        tag("date", day, when=day),
        tag("idno", text.url, type="URI"),
        tag("idno", text.version.sha256, type="SHA-256"),
        tag("idno", edition.log.origin, type="log") if edition.log else None,
        tag("availability", tag("p", text.say("verify-words", digest=text.version.sha256))),
    )


def _series(text: d.Text) -> Markup | None:
    known = text.provenance
    if not known.series:
        return None
    order = tag("biblScope", known.series_order, unit="volume") if known.series_order else None
    return tag("seriesStmt", tag("title", known.series, level="s"), order)


def _editorial_note(text: d.Text) -> Markup | None:
    if not text.provenance.note:
        return None
    inner = TeiWriter(text, prefix="en-").blocks(text.provenance.note)
    return tag("notesStmt", tag("note", *inner, type="editorial"))


def _sources(text: d.Text) -> Markup:
    """Printed source, manuscript, and witnesses; words that were born here say so."""
    known = text.provenance
    parts: list[Child] = [_printed(text), _manuscript(known), _witnesses(text)]
    if not any(parts):
        parts = [tag("p", text.url)]
    return tag("sourceDesc", *parts)


def _printed(text: d.Text) -> Markup | None:
    known = text.provenance.edition
    if not known:
        return None
    if not known.title:
        return tag("bibl", known.written)
    foreign = text.provenance.translated_from
    language = empty("textLang", mainLang=foreign) if foreign else None
    part = known.part and tag(
        "analytic",
        tag("author", known.author) if known.author else None,
        tag("title", known.part, level="a", xml__lang=foreign or None),
        language,
    )
    return tag("biblStruct", part or None, _monograph(known, None if part else language))


def _monograph(known: d.SourceEdition, language: Markup | None) -> Markup:
    imprint: list[Child] = [
        known.publisher and tag("publisher", known.publisher),
        known.place and tag("pubPlace", known.place),
        known.year and tag("date", known.year, when=machine_date(known.year)),
    ]
    scopes = (("volume", known.volume), ("period", known.period), ("page", known.pages))
    return tag(
        "monogr",
        tag("author", known.author) if known.author and not known.part else None,
        tag("title", known.title, level="m"),
        language,
        tag("editor", known.editor) if known.editor else None,
        tag("imprint", *(imprint if any(imprint) else [tag("date")])),
        *(tag("biblScope", value, unit=unit) for unit, value in scopes if value),
    )


def _manuscript(known: d.Provenance) -> Markup | None:
    if not (known.archive or known.fonds or known.shelfmark):
        return None
    identifier = tag(
        "msIdentifier",
        tag("repository", known.archive) if known.archive else None,
        tag("collection", known.fonds) if known.fonds else None,
        tag("idno", known.shelfmark, type="shelfmark") if known.shelfmark else None,
    )
    return tag("msDesc", identifier)


def _witnesses(text: d.Text) -> Markup | None:
    known = text.apparatus
    if not known.witnesses:
        return None
    return tag("listWit", *(_witness(text, witness) for witness in known.witnesses))


def _witness(text: d.Text, witness: d.Witness) -> Markup:
    day = witness.published.isoformat()
    said = text.say("witness", text=witness.text, version=witness.version, day=day)
    idno = tag("idno", witness.digest, type="SHA-256-base64url")
    language = empty("textLang", mainLang=witness.language)
    return tag("witness", tag("bibl", said, " ", tag("date", day, when=day), idno, language),
               xml__id=witness_id(witness.sigil), n=witness.sigil)  # fmt: skip


def _encoding(text: d.Text) -> Markup:
    label = tag("label", "Undersigned")
    application = tag(
        "application", label, empty("ptr", target=text.url), ident="undersigned", version=__version__
    )
    method = empty("variantEncoding", method="location-referenced", location="external")
    return tag("encodingDesc", method, tag("appInfo", application))


def _profile(edition: d.Edition, text: d.Text) -> Markup:
    known = text.provenance
    languages = [tag("language", text.language_name, ident=text.language)]
    if known.translated_from and known.translated_from != text.language:
        shown = known.translated_from_name or known.translated_from
        languages.append(tag("language", shown, ident=known.translated_from))
    return tag(
        "profileDesc",
        tag("creation", _date(text)) if text.date or text.date_written else None,
        tag("langUsage", *languages),
        _correspondence(edition, text),
        *map(_letter, edition.correspondence),
        _participants(edition, text),
    )


def _date(text: d.Text) -> Markup:
    when = machine_date(text.date)
    return tag(
        "date", text.date_written or text.date, when=when, n=text.date if text.date and not when else None
    )


def _correspondence(edition: d.Edition, text: d.Text) -> Markup | None:
    """Who wrote when and where, and to whom: only a text with an addressee is a letter."""
    if not text.addressee:
        return None
    dated = text.date or text.date_written
    sent = tag(
        "correspAction",
        *(tag("persName", name, ref=_ref(edition, name)) for name in _names(text.author)),
        tag("placeName", text.place) if text.place else None,
        _date(text) if dated else None,
        type="sent",
    )
    received = tag("correspAction", *_addressee(text.addressee), type="received")
    return tag(
        "correspDesc",
        sent if text.author or dated or text.place else None,
        received,
        _neighbours(text.provenance.series_texts),
    )


def _neighbours(pieces: tuple[d.SeriesText, ...]) -> Markup | None:
    """The letters before and after this one in its series."""
    here = next((place for place, piece in enumerate(pieces) if piece.here), None)
    if here is None:
        return None
    beside = (("prev", here - 1), ("next", here + 1))
    refs = [
        tag("ref", pieces[place].title, type=kind, target=pieces[place].url)
        for kind, place in beside
        if 0 <= place < len(pieces)
    ]
    return tag("correspContext", *refs)


def _letter(letter: d.Letter) -> Markup:
    """A letter that stands in the back matter, where `n` names it."""
    when = machine_date(letter.date)
    uncertain = letter.date if letter.date and not when else None
    sent = tag(
        "correspAction",
        tag("persName", letter.sender.name) if letter.sender else None,
        tag("placeName", letter.place) if letter.place else None,
        tag("date", letter.date_written or letter.date, when=when, n=uncertain) if letter.date else None,
        type="sent",
    )
    known = letter.addressee.name
    received = tag("correspAction", tag("persName", known), type="received") if known else None
    return tag("correspDesc", sent, received, n=letter.id)


def _addressee(known: d.Named) -> list[Child]:
    ref = f"#person-{known.person}" if known.person else "#addressee" if _has_life(known) else None
    return [tag("persName", known.name or known.pseudonym or known.civil_name, ref=ref)]


def _has_life(known: d.Named) -> bool:
    return bool(known.civil_name or known.note or known.pseudonym) and not known.person


def _participants(edition: d.Edition, text: d.Text) -> Markup | None:
    """Persons of the edition, the addressee, and those for whom the appeal speaks."""
    people: list[Child] = [tei_persons.person(text, person) for person in edition.persons]
    if _has_life(text.addressee):
        people.append(_named(text.addressee))
    cases = [tei_cases.case(edition, text, case) for case in edition.cases]
    lists = [
        tag("listPerson", *people) if people else None,
        tag("listPerson", *cases, type="cases") if cases else None,
    ]
    return tag("particDesc", *lists) if any(lists) else None


def _named(known: d.Named) -> Markup:
    names = (("pseudonym", known.pseudonym), ("civil", known.civil_name))
    found = [tag("persName", name, type=kind) for kind, name in names if name]
    if known.name and known.name not in (known.pseudonym, known.civil_name):
        found.insert(0, tag("persName", known.name))
    return tag("person", *found, tag("note", known.note) if known.note else None, xml__id="addressee")


def _revisions(text: d.Text) -> Markup:
    """The versions, the newest first, as TEI wants them."""
    changes = [
        tag(
            "change",
            text.say("version", version=version.number),
            " ",
            tag("idno", version.sha256, type="SHA-256"),
            n=version.number,
            when=version.published.isoformat(),
        )
        for version in reversed(text.versions)
    ]
    return tag("revisionDesc", tag("listChange", *changes))
