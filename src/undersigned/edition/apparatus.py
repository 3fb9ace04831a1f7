"""Witnesses of a text compared with the printed one, word by word and paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from undersigned.appeals import diff
from undersigned.edition import document as d

_EMPTY_LINES = re.compile(r"\s*\n\s*\n\s*")


def collate(witness: str, base: d.Blocks, other: d.Blocks) -> tuple[d.Variant, ...]:
    """Where the other words differ from the base; white space alone is no difference."""
    numbers, now = _words(base)
    _, then = _words(other)
    found: list[d.Variant] = []
    place = 0
    for paragraph in diff.word_diff(then, now):
        in_base = "".join(piece.text for piece in paragraph if piece.kind != "removed").strip()
        number = numbers[place] if in_base and place < len(numbers) else _before(numbers, place)
        if any(piece.kind != "same" and piece.text.strip() for piece in paragraph):
            found.append(d.Variant(witness, number, _pieces(paragraph), beside=bool(in_base)))
        place += bool(in_base)
    return tuple(found)


def _words(blocks: d.Blocks) -> tuple[list[int], str]:
    """Leaves with words, by number, and all their words with an empty line behind each."""
    pairs = [(leaf.number, _EMPTY_LINES.sub("\n", d.plain_leaf(leaf)).strip()) for leaf in d.leaves(blocks)]
    kept = [(number, words) for number, words in pairs if words]
    return [number for number, _ in kept], "".join(f"{words}\n\n" for _, words in kept)


def _before(numbers: Sequence[int], place: int) -> int:
    return numbers[min(place, len(numbers)) - 1] if place and numbers else 0


def _pieces(paragraph: Sequence[diff.Piece]) -> tuple[d.Piece, ...]:
    pieces = [d.Piece(piece.kind, _EMPTY_LINES.sub("", piece.text)) for piece in paragraph]
    return tuple(piece for piece in pieces if piece.text)
