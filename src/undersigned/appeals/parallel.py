"""Two texts beside each other, paragraph by paragraph, also where their languages differ.

Paragraphs are paired by what they are (a quotation stays one, a note a note) and by their lengths, as
translators keep them: one for one, or one for two. After the idea of W. Gale and K. Church, A Program for
Aligning Sentences in Bilingual Corpora (1993).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Paragraphs on either side that one row may hold, and what each costs before its lengths are looked at.
_MOVES = ((1, 1, 0.0), (1, 2, 0.6), (2, 1, 0.6), (1, 0, 1.0), (0, 1, 1.0))
# What it costs to set paragraphs of two kinds beside each other: more than to leave one alone.
_UNLIKE = 1.2
# A rule, a quotation, a note, an item of a list, as plain text writes them; all else is prose.
_KIND = re.compile(r"\* \* \*$|> |\[(?=\d+\] )|(?:-|\d+\.) ")
# Above this many pairs of paragraphs they are paired by their place.
PAIRS_MAX = 250_000
# Chinese, Japanese and Korean say in one character what others say in about three letters.
DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Row:
    """Paragraphs that say the same; one side is empty where the other text has more to say."""

    left: tuple[str, ...]
    right: tuple[str, ...]


def paragraphs(plain: str) -> list[str]:
    """The paragraphs of a text, which empty lines part."""
    return [part.strip("\n") for part in plain.replace("\r\n", "\n").split("\n\n") if part.strip()]


def beside(left: Sequence[str], right: Sequence[str]) -> list[Row]:
    """The two texts in rows, nothing left out and nothing out of order."""
    alike = len(left) == len(right) and _kinds(left) == _kinds(right)
    if alike or len(left) * len(right) > PAIRS_MAX:
        most = max(len(left), len(right))
        return [Row(tuple(left[i : i + 1]), tuple(right[i : i + 1])) for i in range(most)]
    return list(_rows(left, right))


def _kinds(parts: Sequence[str]) -> list[str]:
    """What each paragraph is: the first character of its mark, or nothing for prose."""
    found = [_KIND.match(part) for part in parts]
    return ["" if mark is None else "-" if mark[0][0].isdigit() else mark[0][0] for mark in found]


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    ratio = _ratio("".join(left), "".join(right))
    kinds = _kinds(left), _kinds(right)
    best: list[list[tuple[float, int, int]]] = [
        [(0.0, 0, 0)] * (len(right) + 1) for _ in range(len(left) + 1)
    ]
    for i in reversed(range(len(left) + 1)):
        for j in reversed(range(len(right) + 1)):
            if i < len(left) or j < len(right):
                best[i][j] = min(_choices(left, right, kinds, i, j, ratio, best))
    i = j = 0
    while i < len(left) or j < len(right):
        _, a, b = best[i][j]
        yield Row(tuple(left[i : i + a]), tuple(right[j : j + b]))
        i, j = i + a, j + b


def _ratio(left: str, right: str) -> float:
    """How much longer the right text says the same: scripts that write syllables or words are shorter."""
    return _density(left) / _density(right)


def _density(text: str) -> float:
    dense = len(DENSE.findall(text)) / (len(text) or 1)
    return 1 + 2 * dense


def _choices(
    left: Sequence[str],
    right: Sequence[str],
    kinds: tuple[Sequence[str], Sequence[str]],
    i: int,
    j: int,
    ratio: float,
    best: Sequence[Sequence[tuple[float, int, int]]],
) -> Iterator[tuple[float, int, int]]:
    for a, b, cost in _MOVES:
        if i + a <= len(left) and j + b <= len(right):
            lengths = sum(map(len, left[i : i + a])) * ratio, sum(map(len, right[j : j + b]))
            apart = abs(lengths[0] - lengths[1]) / (max(lengths) or 1) if a and b else 0.0
            if a and b and len({*kinds[0][i : i + a], *kinds[1][j : j + b]}) > 1:
                apart += _UNLIKE
            yield cost + apart + best[i + a][j + b][0], a, b
