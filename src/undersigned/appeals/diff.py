"""What changed between two versions, word by word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from undersigned.appeals.markup.words import tokens
from undersigned.lib.lazily import Library

rapidfuzz = Library("rapidfuzz.distance")

Kind = Literal["same", "added", "removed"]
PARAGRAPH = re.compile(r".*?\n\s*\n+|.+", re.DOTALL)
# Not before a list item, a quotation, a heading, a note or a line of the head; not after a hard break.
_SOFT_BREAK = re.compile(r"(?<!  )(?<!\\)\n[ \t]*(?=\S)(?![-*+]\s|[>#|]|\d{1,9}[.)]\s|\[\^|[a-z-]+:\s)")
ALIKE = 0.4
# The alignment keeps one bit per pair of tokens in memory: 25 MB at most.
PAIRS_MAX = 200_000_000
CHOICES_MAX = 2_500


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came or went."""

    kind: Kind
    text: str


Paragraph = list[Piece]
Cut = tuple[str, int, int, int, int]


def word_diff(old: str, new: str) -> list[Paragraph]:
    """Same and removed pieces joined give the old text, same and added pieces the new one."""
    before, after = PARAGRAPH.findall(old), PARAGRAPH.findall(new)
    result: list[Paragraph] = []
    for tag, i1, i2, j1, j2 in _runs(cuts(before, after), before):
        if tag == "equal":
            result += [[Piece("same", text)] for text in before[i1:i2]]
        else:
            result += _changed(before[i1:i2], after[j1:j2])
    return result


def flowing(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """The same for a page: lines run on as they do in the letter, save where a break means something."""
    return [[_flow(piece, after) for piece, after in _with_next(found)] for found in paragraphs]


def _with_next(pieces: Paragraph) -> Iterator[tuple[Piece, str]]:
    for place, piece in enumerate(pieces, 1):
        yield piece, pieces[place].text if place < len(pieces) else ""


def _flow(piece: Piece, after: str) -> Piece:
    # What follows the last break may stand in the next piece.
    ahead = after.lstrip(" \t").partition("\n")[0]
    text = _SOFT_BREAK.sub(" ", (piece.text if after else piece.text.rstrip("\n")) + ahead)
    return replace(piece, text=text[: len(text) - len(ahead)])


def cuts(old: Sequence[str], new: Sequence[str]) -> list[Cut]:
    """Stretches of two sequences that are equal or replaced; what is huge and different is one stretch."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_end, new_end = len(old) - end, len(new) - end
    found: list[Cut] = [("equal", 0, start, 0, start)] if start else []
    if (old_end - start) * (new_end - start) > PAIRS_MAX:
        found.append(("replace", start, old_end, start, new_end))
    else:
        middle = rapidfuzz.Indel.opcodes(old[start:old_end], new[start:new_end])
        found += _merged([(o.tag, o.src_start, o.src_end, o.dest_start, o.dest_end) for o in middle], start)
    if end:
        found.append(("equal", old_end, len(old), new_end, len(new)))
    return found


def _merged(raw: list[Cut], shift: int) -> list[Cut]:
    joined: list[Cut] = []
    for kind, i1, i2, j1, j2 in raw:
        tag = "equal" if kind == "equal" else "replace"
        if joined and joined[-1][0] == tag:
            _, a1, _, b1, _ = joined.pop()
            joined.append((tag, a1, i2 + shift, b1, j2 + shift))
        else:
            joined.append((tag, i1 + shift, i2 + shift, j1 + shift, j2 + shift))
    return joined


def _changed(old: list[str], new: list[str]) -> list[Paragraph]:
    result: list[Paragraph] = []
    i = j = 0
    for left, right in [*_partners(old, new), (len(old), len(new))]:
        result += [[Piece("removed", text)] for text in old[i:left]]
        result += [[Piece("added", text)] for text in new[j:right]]
        if left < len(old):
            result.append(_words(old[left], new[right]))
        i, j = left + 1, right + 1
    return result


def _partners(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Which old paragraph became which new one: the best total likeness, order kept."""
    if len(old) * len(new) > CHOICES_MAX:
        return [(k, k) for k in range(min(len(old), len(new)))]
    left, right = [tokens(text) for text in old], [tokens(text) for text in new]
    likeness = [[_likeness(a, b) for b in right] for a in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] + best[i + 1][j + 1])
    return list(_walk(best, lambda i, j: likeness[i][j]))


def _likeness(old: list[str], new: list[str]) -> float:
    if len(old) * len(new) > PAIRS_MAX:
        return 0.0
    likeness = rapidfuzz.Indel.normalized_similarity(old, new)
    return likeness if likeness >= ALIKE else 0.0


def _walk(best: list[list[float]], likeness: Callable[[int, int], float]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(best) - 1 and j < len(best[0]) - 1:
        if likeness(i, j) and best[i][j] == likeness(i, j) + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _runs(found: list[Cut], before: Sequence[str]) -> list[Cut]:
    """Changes that only white space parts are one change: “one boat” became “two boats”, not word by word."""
    joined: list[Cut] = []
    for place, (tag, i1, i2, j1, j2) in enumerate(found):
        between = tag == "equal" and 0 < place < len(found) - 1 and not "".join(before[i1:i2]).strip()
        if joined and joined[-1][0] == "replace" and (between or tag == "replace"):
            _, a1, _, b1, _ = joined.pop()
            joined.append(("replace", a1, i2, b1, j2))
        else:
            joined.append((tag, i1, i2, j1, j2))
    return joined


def _words(old: str, new: str) -> Paragraph:
    before, after = tokens(old), tokens(new)
    pieces: Paragraph = []
    for tag, i1, i2, j1, j2 in _runs(cuts(before, after), before):
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return pieces
