"""For whom the appeal speaks: names, states over time with their sources, updates."""

from __future__ import annotations

from undersigned.edition import document as d
from undersigned.edition.formats.marks import machine_date, with_place
from undersigned.edition.formats.tags import Child, Markup, escape, joined, tag


def section(edition: d.Edition, text: d.Text) -> Markup | None:
    """The section of all cases; None where there is none."""
    if not edition.cases:
        return None
    heading = tag("h2", text.say("cases"), id="cases-title")
    known = {source.key: source for source in edition.sources}
    ids = {source.key: f"#source-{number}" for number, source in enumerate(edition.sources_of(text), 1)}
    listed = (case(text, one, known, ids) for one in edition.cases)
    return tag("section", heading, *listed, id="cases", aria_labelledby="cases-title")


def case(
    text: d.Text, one: d.Case, known: dict[str, d.Source], links: dict[str, str], level: str = "h3"
) -> Markup:
    """One case; `links` says where each source stands on this page or another."""
    history = [tag("li", _event(text, event, known, links)) for event in one.history]
    updates = [
        tag("li", tag("time", update.on.isoformat()), ": ", tag("span", update.text, dir="auto"))
        for update in one.updates
    ]
    told = _about(text, one)
    return joined(
        tag(level, name(text, one), id=f"case-{one.id}"),
        tag("p", told) if told else None,
        tag("p", one.note, dir="auto") if one.note else None,
        tag("ul", *history, class_="history") if history else None,
        tag("ul", *updates, class_="updates") if updates else None,
    )


def name(text: d.Text, one: d.Case) -> Markup:
    """What a case is called."""
    if one.name:
        return tag("bdi", one.name, lang=one.language or None)
    return escape(text.say("case-group-withheld" if one.kind == "group" else "case-withheld"))


def state(text: d.Text, code: str, shown: str = "") -> str:
    """A state in words of the text's language."""
    return shown or (text.say(f"case-{code}") if f"case-{code}" in text.words else code)


def _about(text: d.Text, one: d.Case) -> Markup:
    others = [
        joined(
            tag("bdi", other.name, lang=other.language or None),
            f" ({text.say(f'name-{other.kind}')})" if f"name-{other.kind}" in text.words else "",
        )
        for other in one.names
    ]
    place = tag("bdi", one.place) if one.place else None
    return joined(*others, state(text, one.state, one.shown) if one.state else None, place, separator="; ")


def _event(text: d.Text, event: d.CaseEvent, known: dict[str, d.Source], links: dict[str, str]) -> Markup:
    when, words = machine_date(event.date), event.when(text.language)
    dated: Child = tag("time", words, datetime=when) if when else escape(words)
    parts = (
        dated if words else None,
        state(text, event.state, event.shown) if event.state else None,
        tag("bdi", event.place) if event.place else None,
        tag("span", event.note, dir="auto") if event.note else None,
    )
    cites = [_cite(known[key], place, links) for key, place in _cited(event) if key in known]
    return joined(joined(*parts, separator=", "), tag("span", *cites, class_="sources") if cites else None)


def _cited(event: d.CaseEvent) -> list[tuple[str, str]]:
    places = [*event.locators, *[""] * len(event.sources)]
    return list(zip(event.sources, places, strict=False))


def _cite(source: d.Source, place: str, links: dict[str, str]) -> Markup:
    shown, place = with_place(source.reference or source.key, place)
    linked = tag("a", shown, href=links[source.key]) if source.key in links else escape(shown)
    return joined(" [", joined(linked, place, separator=", "), "]")
