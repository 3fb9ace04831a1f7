"""Words of a body that lead to whoever they speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from undersigned.appeals.markup.passages import Span, read_words


@dataclass(frozen=True)
class Mention:
    """A stretch of the words as they are read, and the address that it leads to."""

    start: int
    end: int
    href: str


def set_mentions(tokens: Sequence[Token], mentions: Sequence[Mention]) -> None:
    """Makes links of the stretches that stand whole in plain words; others stay as they are."""
    for mention in sorted(mentions, key=lambda one: -one.start):
        span = _span(tokens, mention)
        if span is not None:
            _link(span, mention)


def stands_plain(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a stretch stands whole in plain words: within no link, across no mark."""
    return _span(tokens, Mention(start, end, "")) is not None


def _span(tokens: Sequence[Token], mention: Mention) -> Span | None:
    for span in read_words(tokens)[1]:
        if span.start <= mention.start and mention.end <= span.end:
            return span if span.child.type == "text" and not _in_link(span) else None
    return None


def _in_link(span: Span) -> bool:
    depth = 0
    for child in span.inline.children or []:
        if child is span.child:
            return depth > 0
        if child.type in ("link_open", "mention_open"):
            depth += 1
        elif child.type in ("link_close", "mention_close"):
            depth -= 1
    return True


def _link(span: Span, mention: Mention) -> None:
    children, words = span.inline.children or [], span.child.content
    at = next(i for i, child in enumerate(children) if child is span.child)
    start, end = mention.start - span.start, mention.end - span.start
    pieces = [
        Token("text", "", 0, content=words[:start]),
        Token("mention_open", "a", 1, attrs={"href": mention.href, "class": "mention"}),
        Token("text", "", 0, content=words[start:end]),
        Token("mention_close", "a", -1),
        Token("text", "", 0, content=words[end:]),
    ]
    children[at : at + 1] = [piece for piece in pieces if piece.content or piece.nesting]
