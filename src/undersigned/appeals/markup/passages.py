"""The words of a body as they are read, without any marks: what a passage is quoted from and found in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

BLOCKS = {"fence", "code_block"}
_WORDS = {"text", "code_inline", "text_special", "image"}
_MARKS = {"citation", "footnote_ref", "evidence"}


@dataclass(frozen=True)
class Span:
    """Where a token's words stand among all words."""

    start: int
    end: int
    inline: Token
    child: Token


def read_words(tokens: Sequence[Token]) -> tuple[str, list[Span]]:
    """The words, a blank line between blocks, and where each piece of them comes from.

    Footnote marks and citations are left out, with the space before a citation: setting one moves nothing.
    """
    parts: list[str] = []
    spans: list[Span] = []
    size = 0
    for token in tokens:
        if token.type in BLOCKS:
            pieces = [(token, token.content.rstrip("\n"))]
        elif token.type == "inline":
            pieces = _pieces(token.children or [])
        else:
            continue
        if parts:
            parts.append("\n\n")
            size += 2
        for child, words in pieces:
            if words:
                spans.append(Span(size, size + len(words), token, child))
                parts.append(words)
                size += len(words)
    return "".join(parts), spans


def _pieces(children: Sequence[Token]) -> list[tuple[Token, str]]:
    pieces: list[tuple[Token, str]] = []
    for child in children:
        if child.type in _WORDS:
            pieces.append((child, child.content))
        elif child.type == "softbreak":
            pieces.append((child, " "))
        elif child.type == "hardbreak":
            pieces.append((child, "\n"))
        elif child.type in _MARKS and pieces:
            last, words = pieces[-1]
            pieces[-1] = last, words.rstrip(" ")
    return pieces


def set_marks(spans: Sequence[Span], marks: Iterable[tuple[int, Token]]) -> None:
    """Puts a token behind the word that ends at each position; the words around it stay as they are."""
    for place, mark in sorted(marks, key=lambda pair: -pair[0]):
        span = next((span for span in spans if span.start < place <= span.end), None)
        if span is None or span.inline.children is None:
            continue
        children = span.inline.children
        at = next((i for i, child in enumerate(children) if child is span.child), None)
        if at is None:
            continue
        inside = place - span.start
        if span.child.type == "text" and inside < len(span.child.content):
            rest = Token("text", "", 0, content=span.child.content[inside:])
            span.child.content = span.child.content[:inside]
            children[at + 1 : at + 1] = [mark, rest]
        else:
            children.insert(at + 1, mark)
