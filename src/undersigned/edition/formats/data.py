"""Cases and persons of an edition as data: the form that the desk's files have, which it reads again."""

from __future__ import annotations

import json
from typing import Any

from undersigned.edition import document as d


def persons(edition: d.Edition) -> list[dict[str, Any]]:
    """Each person with all that readers know."""
    return [
        {
            "id": one.id,
            "shown": "named",
            "names": [
                _used(one.kind, one.name, one.language, one.dates),
                *(_used(name.kind, name.name, name.language, name.dates) for name in one.names),
            ],
            "born": one.born,
            "died": one.died,
            "roles": list(one.roles),
            "note": one.note,
            "identifiers": dict(one.identifiers),
        }
        for one in edition.persons
    ]


def _used(kind: str, text: str, language: str, dates: str) -> dict[str, str]:
    since, _slash, until = dates.partition("/")
    known = (since.replace("..", ""), until.replace("..", ""))
    return {"kind": kind, "text": text, "language": language, "since": known[0], "until": known[1]}


def cases(edition: d.Edition) -> list[dict[str, Any]]:
    """Each case with what readers know of it; a withheld one has no name, here as everywhere."""
    return [
        {
            "case": one.id,
            "kind": one.kind,
            "names": [
                {"kind": kind, "text": name, "language": language}
                for kind, name, language in (
                    (one.name_kind, one.name, one.language),
                    *((other.kind, other.name, other.language) for other in one.names),
                )
                if name
            ],
            "note": one.note,
            "history": [_event(event) for event in one.history],
            "updates": [{"on": update.on.isoformat(), "text": update.text} for update in one.updates],
        }
        for one in edition.cases
    ]


def _event(event: d.CaseEvent) -> dict[str, Any]:
    places = [*event.locators, *[""] * len(event.sources)]
    return {
        "state": event.state,
        "date": event.date,
        "place": event.place,
        "note": event.note,
        "sources": [
            f"{key}, {place}" if place else key for key, place in zip(event.sources, places, strict=False)
        ],
    }


def as_bytes(name: str, found: list[dict[str, Any]]) -> bytes:
    """A list under its name, as a file of JSON."""
    return (json.dumps({name: found}, ensure_ascii=False, indent=1) + "\n").encode()
