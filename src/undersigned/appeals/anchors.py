"""Passages as W3C Web Annotation names them: by their words with what stands around, and by position."""

from __future__ import annotations

import re
from dataclasses import dataclass

from undersigned.lib.lazily import Library

fuzz = Library("rapidfuzz.fuzz")

AROUND = 32
LIKE = 75.0
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Passage:
    """A stretch of a text's words; start and end count code points."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


@dataclass(frozen=True)
class Proposal:
    """Where a passage that was edited may stand now, for a person to decide."""

    passage: Passage
    likeness: float


def passage_at(words: str, start: int, end: int) -> Passage:
    """The selectors of a stretch."""
    return Passage(
        words[start:end], words[max(0, start - AROUND) : start], words[end : end + AROUND], start, end
    )


def occurrences(words: str, quoted: str) -> list[tuple[int, int]]:
    """Every place where the quoted words stand, whatever the white space between them."""
    pieces = quoted.split()
    if not pieces:
        return []
    wanted = re.compile(r"\s+".join(map(re.escape, pieces)))
    return [found.span() for found in wanted.finditer(words)]


def find(words: str, exact: str, prefix: str, suffix: str) -> tuple[int, int] | None:
    """Where the very passage stands; None where it was edited, or cannot be told from another.

    Words that stand once are found by themselves. Words that stand more than once are told apart by what
    is around them, and where that does not decide, nothing is chosen.
    """
    places = occurrences(words, exact)
    if len(places) == 1:
        return places[0]
    before, after = _flat(prefix), _flat(suffix)
    fits = [
        (start, end)
        for start, end in places
        if _flat(words[:start][-3 * AROUND :]).endswith(before)
        and _flat(words[end:][: 3 * AROUND]).startswith(after)
    ]
    return fits[0] if len(fits) == 1 else None


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def propose(words: str, exact: str) -> Proposal | None:
    """The stretch most like an edited passage, at the ends of words; a proposal, never a decision."""
    if not words.strip() or not exact.strip():
        return None
    found = fuzz.partial_ratio_alignment(exact, words, score_cutoff=LIKE)
    if found is None or found.dest_end <= found.dest_start:
        return None
    start, end = found.dest_start, found.dest_end
    while start > 0 and not words[start - 1].isspace() and not words[start].isspace():
        start -= 1
    while end < len(words) and not words[end].isspace() and not words[end - 1].isspace():
        end += 1
    while start < end and words[start].isspace():
        start += 1
    while end > start and words[end - 1].isspace():
        end -= 1
    return Proposal(passage_at(words, start, end), found.score)
