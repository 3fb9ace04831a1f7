"""Who is who, with an index of where each is mentioned; EPUB, PDF and archive are made of the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from undersigned.edition import document as d
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.marks import note_id
from undersigned.edition.formats.tags import Markup, joined, tag

_ADDRESSES = {
    "viaf": "https://viaf.org/viaf/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
    "orcid": "https://orcid.org/{}",
}
_LABELS = {"viaf": "VIAF", "wikidata": "Wikidata", "orcid": "ORCID"}
_SAY = {"authorial": "note", "editorial": "editor-note"}


def section(
    edition: d.Edition, text: d.Text, elsewhere: Callable[[d.Text], str] | None = None
) -> Markup | None:
    """The section of all persons; None where there is none.

    `elsewhere` gives the page of each text where the index leads to other pages; else to this one's words.
    """
    if not edition.persons:
        return None
    texts = edition.texts if elsewhere else (text,)
    index: dict[str, list[Markup]] = {}
    for one in texts:
        for person, label, ident in mentioned(one):
            page = elsewhere(one) if elsewhere else ""
            shown = f"{one.title}: {label}" if elsewhere and len(texts) > 1 else label
            # The page in a printed edition, which only its style sheet knows.
            sheet = text.say("pages", pages="").strip()
            link = tag("a", shown, href=f"{page}#{ident}", data_page=sheet, dir="auto")
            index.setdefault(person, []).append(link)
    heading = tag("h2", text.say("persons"), id="persons-title")
    listed = (_person(text, one, index.get(one.id, [])) for one in edition.persons)
    return tag("section", heading, tag("dl", *listed), id="persons", aria_labelledby="persons-title")


def mentioned(text: d.Text) -> Iterator[tuple[str, str, str]]:
    """Person, place in words and its id, once for each paragraph and note in which somebody is named."""
    for leaf in d.leaves(text.blocks):
        for person in dict.fromkeys(_in_leaf(leaf)):
            yield person, text.say("paragraph", number=leaf.number), f"p{leaf.number}"
    for note in (*text.notes, *text.editor_notes):
        found = (person for leaf in d.leaves(note.blocks) for person in _in_leaf(leaf))
        for person in dict.fromkeys(found):
            mark = d.NoteMark(note.kind, note.number)
            yield person, text.say(_SAY.get(note.kind, "note"), number=note.number), note_id(mark)


def _in_leaf(leaf: d.Paragraph | d.Heading | d.Verse | d.Preformatted) -> Iterator[str]:
    match leaf:
        case d.Verse(lines):
            for line in lines:
                yield from _in_words(line)
        case d.Preformatted():
            pass
        case _:
            yield from _in_words(leaf.content)


def _in_words(content: d.Inlines) -> Iterator[str]:
    for node in content:
        match node:
            case d.Mention(inner, person):
                yield person
                yield from _in_words(inner)
            case d.Emph(inner) | d.Strong(inner) | d.Link(inner):
                yield from _in_words(inner)


def _person(text: d.Text, person: d.Person, places: list[Markup]) -> Markup:
    facts = [
        person.life.get(text.language, "") or _span(person.born, person.died),
        *(_name(text, name) for name in person.names),
        ", ".join(text.say(f"role-{role}") for role in person.roles if f"role-{role}" in text.words),
        *(_identifier(scheme, value) for scheme, value in person.identifiers),
    ]
    told = joined(*(fact for fact in facts if fact), separator="; ")
    note = list(TextWriter(text).blocks(person.told)) if person.told else []
    if person.note and not note:
        note = [tag("p", person.note, dir="auto")]
    index = joined(text.say("mentioned-in"), ": ", joined(*places, separator=", ")) if places else None
    return joined(
        tag("dt", tag("bdi", person.name, lang=person.language or None), id=f"person-{person.id}"),
        tag(
            "dd",
            tag("p", told) if told else None,
            *note,
            tag("p", index, class_="mentioned") if index else None,
        ),
    )


def _span(first: str, last: str) -> str:
    return f"{first}–{last}" if first or last else ""


def _name(text: d.Text, name: d.OtherName) -> Markup:
    kind = text.say(f"name-{name.kind}") if f"name-{name.kind}" in text.words else ""
    used = name.dates.replace("/", "–").replace("..", "")
    about = ", ".join(part for part in (kind, used) if part)
    return joined(tag("bdi", name.name, lang=name.language or None), f" ({about})" if about else "")


def _identifier(scheme: str, value: str) -> Markup:
    shown = tag("bdi", value)
    if scheme in _ADDRESSES:
        shown = tag("a", value, href=_ADDRESSES[scheme].format(value), rel="noopener")
    return joined(_LABELS.get(scheme, scheme), " ", shown)
