"""Words of a body that lead to a person of the appeal: `[Anna Kell](person:anna-kell)`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markdown_it.token import Token

PERSON = re.compile(r"person:(?P<ident>[a-z0-9]+(?:-[a-z0-9]+)*)")


def ident_of(target: str) -> str:
    """Whom a link leads to; empty for a link that leads to no person."""
    found = PERSON.fullmatch(target)
    return found["ident"] if found else ""


def set_persons(tokens: Sequence[Token], persons: Mapping[str, str]) -> None:
    """Links to known persons lead to their pages; of all others the words stay."""
    for token in tokens:
        opened: list[str | None] = []
        for child in token.children or []:
            if child.type == "link_open":
                ident = ident_of(str(child.attrs.get("href", "")))
                opened.append(persons.get(ident, "") if ident else None)
                if ident:
                    child.attrs = {}
                    child.type = "person_gone"
                if opened[-1]:
                    child.type = "mention_open"
                    child.attrs = {"href": opened[-1], "class": "mention"}
            elif child.type == "link_close":
                address = opened.pop() if opened else None
                if address is not None:
                    child.type = "mention_close" if address else "person_gone"
