"""What stands in the way of publishing a body, with line numbers."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from markdown_it.token import Token

from undersigned.appeals.markup.citations import Cluster
from undersigned.appeals.markup.parse import parser, too_much
from undersigned.appeals.markup.persons import ident_of
from undersigned.appeals.markup.problems import Problem
from undersigned.lib.canonical import CanonicalError, canonical_text

SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto"}
INLINE_NOTE = re.compile(r"\^\[")
_PARSER = parser(strict=True)


def check(
    body: str, keys: Container[str] | None = None, persons: Container[str] | None = None
) -> list[Problem]:
    """Everything in a body that may not be published, in the order of its lines.

    With `keys`, a citation of a source that is none of them is such a thing too; with `persons`, words that
    lead to somebody else.
    """
    try:
        canonical_text(body)
    except CanonicalError as error:
        return [Problem(error.line, "control", {"character": f"U+{error.codepoint:04X}"})]
    heavy = too_much(body)
    if heavy:
        return [heavy]
    tokens = _PARSER.parse(body)
    found = [*_marked(tokens), *_notes(tokens)]
    if keys is not None:
        cited = [(line, cite.key) for line, cluster in _citations(tokens) for cite in cluster.cites]
        found += [Problem(line, "cite-unknown", {"key": key}) for line, key in cited if key not in keys]
    if persons is not None:
        named = _persons(tokens)
        found += [
            Problem(line, "person-unknown", {"ident": who}) for line, who in named if who not in persons
        ]
    return sorted(found, key=lambda problem: (problem.line, problem.code))


def _inline(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Each inline token with its line."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        for child in token.children or []:
            yield line, child
            line += child.type in ("softbreak", "hardbreak") or child.content.count("\n")


def _marked(tokens: Sequence[Token]) -> Iterator[Problem]:
    for token in tokens:
        if token.type == "html_block":
            yield Problem(token.map[0] + 1 if token.map else 0, "raw-html", {"what": _short(token.content)})
    for line, token in _inline(tokens):
        if token.type == "html_inline":
            yield Problem(line, "raw-html", {"what": _short(token.content)})
        elif token.type == "image":
            yield Problem(line, "image")
        elif token.type == "link_open":
            target = str(token.attrs.get("href", ""))
            scheme = SCHEME.match(target)
            if scheme and scheme.group(1).lower() not in SCHEMES and not ident_of(target):
                yield Problem(line, "link", {"what": _short(target)})
        elif token.type == "text" and INLINE_NOTE.search(token.content):
            yield Problem(line, "note-inline")


def _citations(tokens: Sequence[Token]) -> Iterator[tuple[int, Cluster]]:
    for line, token in _inline(tokens):
        if token.type == "citation":
            yield line, token.meta["cluster"]


def cited_keys(body: str) -> list[str]:
    """The keys that a body cites, in the order in which they first stand there."""
    if too_much(body):
        return []
    cited = (cite.key for _line, cluster in _citations(_PARSER.parse(body)) for cite in cluster.cites)
    return list(dict.fromkeys(cited))


def _persons(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    for line, token in _inline(tokens):
        if token.type == "link_open" and (ident := ident_of(str(token.attrs.get("href", "")))):
            yield line, ident


def person_idents(body: str) -> list[str]:
    """The persons to whom words of a body lead, in the order in which they first stand there."""
    if "person:" not in body or too_much(body):
        return []
    return list(dict.fromkeys(ident for _line, ident in _persons(_PARSER.parse(body))))


def link_targets(body: str) -> list[tuple[int, str]]:
    """Where the links of a body lead, each with its line."""
    if ("](" not in body and "]:" not in body and "<" not in body) or too_much(body):
        return []
    links = ((line, token) for line, token in _inline(_PARSER.parse(body)) if token.type == "link_open")
    return [(line, str(token.attrs.get("href", ""))) for line, token in links]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _notes(tokens: Sequence[Token]) -> Iterator[Problem]:
    defined: dict[str, int] = {}
    for token in tokens:
        if token.type == "footnote_reference_open":
            mark, line = token.meta["label"], (token.map or [0])[0] + 1
            if mark in defined:
                yield Problem(line, "note-twice", {"mark": mark})
            defined.setdefault(mark, line)
    used: dict[str, int] = {}
    for line, token in _inline(tokens):
        if token.type == "footnote_ref":
            used.setdefault(token.meta["label"], line)
    for mark in used.keys() - defined.keys():
        yield Problem(used[mark], "note-undefined", {"mark": mark})
    for mark in defined.keys() - used.keys():
        yield Problem(defined[mark], "note-unused", {"mark": mark})
