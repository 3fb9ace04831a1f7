"""Names kept out of words: found without case, accents and points, and replaced by […].

A name is found as it was entered, in any spacing. In the words about its own person each part of it that
is written large is found too, since a note soon speaks of “Veiga” alone. Bent forms are not known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SIGN = "[…]"
# A shorter part of a name is a particle or an initial, and a common word as well.
_PART = 3
_FEWEST_LETTERS = 2
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Veil:
    """What is to be found, in any of the patterns."""

    patterns: tuple[re.Pattern[str], ...] = ()

    def __add__(self, other: Veil) -> Veil:
        return Veil(self.patterns + other.patterns)

    def over(self, words: str) -> str:
        """The words with every hidden name replaced."""
        found = self._places(words)
        shown, last = [], 0
        for start, end in found:
            shown += [words[last:start], SIGN]
            last = end
        return "".join([*shown, words[last:]])

    def hides(self, words: str) -> bool:
        """Whether a hidden name stands in the words."""
        return bool(self._places(words))

    def _places(self, words: str) -> list[tuple[int, int]]:
        if not self.patterns or not words:
            return []
        plain, places = _folded(words)
        found: list[tuple[int, int]] = []
        for hit in sorted(hit.span() for pattern in self.patterns for hit in pattern.finditer(plain)):
            start, end = places[hit[0]], places[hit[1] - 1] + 1
            if found and start < found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
        return found


def veil(whole: Iterable[str], *, parts_of: Iterable[str] = (), but: Iterable[str] = ()) -> Veil:
    """Hides whole names, and of some the parts as well, but no part that stands in a name that is shown."""
    free = {word for name in but for word in _WORD.findall(fold(name))}
    wanted = {_pattern(_WORD.findall(fold(name))) for name in whole}
    for name in parts_of:
        wanted.add(_pattern(_WORD.findall(fold(name))))
        wanted |= {_pattern([fold(part)]) for part in _parts(name) if fold(part) not in free}
    wanted.discard("")
    # The longest first: what is found is replaced whole.
    ordered = sorted(wanted, key=lambda one: (-len(one), one))
    return Veil((re.compile("|".join(ordered)),)) if ordered else Veil()


def _parts(name: str) -> list[str]:
    return [
        part
        for part in _WORD.findall(name)
        if len(part) >= _PART and (part[0].isupper() or part[0].lower() == part[0].upper())
    ]


def _pattern(words: list[str]) -> str:
    if sum(map(len, words)) < _FEWEST_LETTERS:
        return ""
    # Scripts without capitals join articles and prepositions to a name: there a name may begin within a word.
    # A digit ends a name: source keys are made so, “veiga1936”.
    before = r"(?<![^\W\d_])" if _is_cased(words[0][0]) else ""
    after = r"(?![^\W\d_])" if _is_cased(words[-1][-1]) else ""
    return before + r"[\W_]*".join(map(re.escape, words)) + after


def _is_cased(char: str) -> bool:
    return char.isdigit() or char.lower() != char.upper()


def fold(words: str) -> str:
    """Words without case, accents and points: what is compared and looked for."""
    return _folded(words)[0]


def _folded(words: str) -> tuple[str, list[int]]:
    """The same with the place that each character comes from."""
    plain: list[str] = []
    places: list[int] = []
    for place, char in enumerate(words):
        for one in unicodedata.normalize("NFKD", char).casefold():
            if unicodedata.category(one) not in ("Mn", "Me", "Cf"):
                plain.append(one)
                places.append(place)
    return "".join(plain), places
