"""States of cases over time as a picture: one bar to a case, each state with its own pattern.

It is drawn in the colour of the text around it, so that it reads on paper, in the dark and without colours,
and as the page runs: from right to left where that is the way. Whoever sees no picture has the same in words.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 320
# How wide it is shown where there is room.
SHOWN_WIDTH = 420
_SIZE, _LABEL, _BAR, _GAP = 13, 18, 14, 10
_MARGIN = 4
_MOST_TICKS = 5
_LABEL_CELLS = 42
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_LEGEND_ROW = 20
_FILLS = {
    "imprisoned": "currentColor",
    "deported": "url(#{id}-stripes)",
    "disappeared": "url(#{id}-dots)",
    "dead": "url(#{id}-cross)",
    "released": "none",
    "unknown": "none",
}
_PATTERNS = (
    '<pattern id="{id}-stripes" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="3" height="6" fill="currentColor"/></pattern>'
    '<pattern id="{id}-dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<circle cx="3" cy="3" r="1.6" fill="currentColor"/></pattern>'
    '<pattern id="{id}-cross" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<path d="M0 0L5 5M5 0L0 5" stroke="currentColor" stroke-width="1.2"/></pattern>'
)


@dataclass(frozen=True)
class Span:
    """A state from a date on, as it sorts; `words` say it: “imprisoned from October 1927”."""

    state: str
    date_key: str
    words: str
    vague: bool = False


@dataclass(frozen=True)
class Row:
    """One case: how it is called, and its dated states in their order."""

    label: str
    spans: tuple[Span, ...]


def draw(rows: Sequence[Row], *, ident: str, title: str, states: dict[str, str], rtl: bool = False) -> str:
    """The picture as an SVG element with its words; empty where nothing has a date.

    `states` has the words of each state, for the key below the bars.
    """
    dated = [row for row in rows if row.spans]
    if not dated:
        return ""
    return _Picture(dated, ident, title, states, rtl).whole()


def year(date_key: str) -> float:
    """A date as it sorts, as a number of years."""
    number, month, day = (int(part) for part in date_key.split("-"))
    return number - 10000 + max(0, month - 1) / 12 + max(0, day - 1) / 372


class _Picture:
    def __init__(
        self, rows: Sequence[Row], ident: str, title: str, states: dict[str, str], rtl: bool
    ) -> None:
        self._rows, self._ident, self._title, self._states, self._rtl = rows, ident, title, states, rtl
        years = [year(span.date_key) for row in rows for span in row.spans]
        self._first, last = min(years), max(years)
        # The last state lasts: for how long nobody says, so it runs on a little.
        self._last = last + max((last - self._first) * 0.12, 0.5)

    def whole(self) -> str:
        top, parts = float(_MARGIN), []
        for row in self._rows:
            parts.append(self._row(row, top))
            top += (_LABEL if row.label else 0) + _BAR + _GAP
        parts.append(self._axis(top))
        top += _SIZE + 14
        legend, top = self._legend(top)
        height = round(top + _MARGIN)
        shown = round(height * SHOWN_WIDTH / WIDTH)
        ident, said = self._ident, " ".join(self._said(row) for row in self._rows)
        return (
            f'<svg class="timeline" role="img" viewBox="0 0 {WIDTH} {height}" width="{SHOWN_WIDTH}" '
            f'height="{shown}" aria-labelledby="{ident}-title {ident}-desc" '
            f'direction="{"rtl" if self._rtl else "ltr"}" font-size="{_SIZE}" fill="currentColor" '
            f'xmlns="http://www.w3.org/2000/svg">'
            f'<title id="{ident}-title">{html.escape(self._title)}</title>'
            f'<desc id="{ident}-desc">{html.escape(said)}</desc>'
            f"<defs>{_PATTERNS.format(id=ident)}</defs>{''.join(parts)}{legend}</svg>"
        )

    def _said(self, row: Row) -> str:
        words = "; ".join(span.words for span in row.spans)
        return f"{row.label}: {words}." if row.label else f"{words}."

    def _x(self, moment: float) -> float:
        room = WIDTH - 2 * _MARGIN
        far = _MARGIN + room * (moment - self._first) / (self._last - self._first)
        return round(WIDTH - far if self._rtl else far, 1)

    def _text(self, x: float, y: float, words: str, anchor: str = "start") -> str:
        return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{html.escape(words)}</text>'

    def _start(self) -> float:
        return WIDTH - _MARGIN if self._rtl else _MARGIN

    def _row(self, row: Row, top: float) -> str:
        label = self._text(self._start(), top + _SIZE, _short(row.label)) if row.label else ""
        top += _LABEL if row.label else 0
        ends = [*(year(span.date_key) for span in row.spans[1:]), self._last]
        bars = [
            self._bar(span, end, top, is_last=span is row.spans[-1])
            for span, end in zip(row.spans, ends, strict=True)
        ]
        return label + "".join(bars)

    def _bar(self, span: Span, end: float, top: float, *, is_last: bool) -> str:
        start = year(span.date_key)
        if span.state == "dead" and is_last:
            # Whoever died is not dead for a time.
            end = start + (self._last - self._first) * 0.03
        x, y = sorted((self._x(start), self._x(end)))
        dashed = ' stroke-dasharray="3 2"' if span.vague or span.state == "unknown" else ""
        fill = _FILLS.get(span.state, "none").format(id=self._ident)
        return (
            f'<rect x="{x}" y="{top}" width="{max(round(y - x, 1), 2)}" height="{_BAR}" fill="{fill}" '
            f'stroke="currentColor"{dashed}/>'
        )

    def _axis(self, top: float) -> str:
        first, last = int(self._first // 1), int(self._last // 1)
        step = next((s for s in _STEPS if (last - first) / s <= _MOST_TICKS - 1), _STEPS[-1])
        marks = []
        # The first year begins at or before the picture does: its mark stands at the edge.
        for number in [first, *range((first // step + 1) * step, last + 1, step)]:
            x = self._x(max(float(number), self._first))
            marks.append((x, number))
        line = f'<path d="M{_MARGIN} {top}H{WIDTH - _MARGIN}" stroke="currentColor" fill="none"/>'
        kept = [mark for i, mark in enumerate(marks) if i == 0 or abs(mark[0] - marks[0][0]) > 36]
        return line + "".join(self._tick(x, number, top) for x, number in kept)

    def _tick(self, x: float, number: int, top: float) -> str:
        edge = min(max(x, _MARGIN + 16), WIDTH - _MARGIN - 16)
        mark = f'<path d="M{x} {top}v5" stroke="currentColor" fill="none"/>'
        return mark + self._text(edge, top + 5 + _SIZE, str(number), "middle")

    def _legend(self, top: float) -> tuple[str, float]:
        used = {span.state for row in self._rows for span in row.spans}
        parts = []
        for place, state in enumerate(state for state in _FILLS if state in used):
            column, line = place % 2, place // 2
            offset = column * WIDTH // 2
            y = top + 12 + line * _LEGEND_ROW
            x = WIDTH - _MARGIN - offset - 20 if self._rtl else _MARGIN + offset
            words = x - 6 if self._rtl else x + 26
            dashed = ' stroke-dasharray="3 2"' if state == "unknown" else ""
            fill = _FILLS[state].format(id=self._ident)
            parts.append(
                f'<rect x="{x}" y="{y}" width="20" height="12" fill="{fill}" stroke="currentColor"{dashed}/>'
                + self._text(words, y + 11, self._states.get(state, state))
            )
        return "".join(parts), top + 12 + (len(parts) + 1) // 2 * _LEGEND_ROW


def _short(label: str) -> str:
    """As much of a label as stands on one line."""
    cells = 0
    for place, char in enumerate(label):
        cells += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if cells > _LABEL_CELLS:
            return f"{label[:place].rstrip()}…"
    return label
