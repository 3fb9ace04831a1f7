"""For whom the appeal speaks, as TEI lists persons: names by kind, dated states with their sources."""

from __future__ import annotations

from undersigned.edition import document as d
from undersigned.edition.formats import html_cases
from undersigned.edition.formats.marks import machine_date, with_place
from undersigned.edition.formats.tags import Markup, joined, tag


def case(edition: d.Edition, text: d.Text, one: d.Case) -> Markup:
    """A person or a group; who is withheld has no name but the words that say so."""
    events = [_state(edition, text, event) for event in one.history if event.state]
    if not events and one.state:
        events = [_state(edition, text, d.CaseEvent(one.state, one.shown, place=one.place))]
    notes = [tag("note", one.note)] if one.note else []
    notes += [
        tag("note", _told(text, event), type="statement", n=event.date or None)
        for event in one.history
        if not event.state
    ]
    notes += [tag("note", update.text, type="update", n=update.on.isoformat()) for update in one.updates]
    element = "personGrp" if one.kind == "group" else "person"
    return tag(element, *_names(text, one), *events, *notes, xml__id=f"case-{one.id}")


def _names(text: d.Text, one: d.Case) -> list[Markup]:
    if not one.name:
        said = text.say("case-group-withheld" if one.kind == "group" else "case-withheld")
        return [tag("persName", said, type="withheld")]
    return [tag("persName", one.name, xml__lang=one.language or None), *map(other_name, one.names)]


def other_name(name: d.OtherName) -> Markup:
    """A further name with its kind, its language and script, and the time in which it was used."""
    return tag(
        "persName", name.name, type=name.kind or None, xml__lang=name.language or None, n=name.dates or None
    )


def _state(edition: d.Edition, text: d.Text, event: d.CaseEvent) -> Markup:
    known = {source.key: source.reference or source.key for source in edition.sources}
    places = [*event.locators, *[""] * len(event.sources)]
    cites = [
        tag("bibl", joined(*with_place(known[key], place), separator=", "), n=key)
        for key, place in zip(event.sources, places, strict=False)
        if key in known
    ]
    when = machine_date(event.date)
    return tag(
        "state",
        tag("desc", _told(text, event)),
        *cites,
        type=event.state,
        when=when,
        n=event.date if event.date and not when else None,
    )


def _told(text: d.Text, event: d.CaseEvent) -> Markup:
    said = html_cases.state(text, event.state, event.shown) if event.state else None
    return joined(said, event.place, event.note, separator=", ")
