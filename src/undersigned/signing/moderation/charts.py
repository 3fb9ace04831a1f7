"""Pictures drawn by the server: no script, and the same stands beside each in a table."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WIDE, _HIGH = 600, 140
_ROW, _NAME = 26, 265
_LONGEST = 20
# One bar alone is no wall.
_WIDEST = 60


def rows(values: Sequence[tuple[str, int]], *, label: str) -> SafeString:
    """A bar beside each name, the longest for the largest number."""
    most = max((number for _name, number in values), default=0) or 1
    room = _WIDE - _NAME - 60
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
        '<text x="{}" y="{}">{}</text>',
        (
            (
                _NAME - 8, place * _ROW + 17, _short(name),
                _NAME, place * _ROW + 4, f"{room * number / most:.1f}", _ROW - 8, name, number,
                f"{_NAME + room * number / most + 6:.1f}", place * _ROW + 17, number,
            )
            for place, (name, number) in enumerate(values)
        ),
    )  # fmt: skip
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        _WIDE,
        len(values) * _ROW,
        label,
        drawn,
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def times(values: Sequence[tuple[str, int]], *, label: str) -> SafeString:
    """A bar for each stretch of time, with the first and the last beneath."""
    most = max((number for _at, number in values), default=0) or 1
    step = min(_WIDEST, _WIDE / max(1, len(values)))
    drawn = format_html_join(
        "",
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
        (
            (
                f"{place * step:.1f}", f"{_HIGH - _HIGH * number / most:.1f}", f"{max(step * 0.85, 0.6):.1f}",
                f"{_HIGH * number / most:.1f}", at, number,
            )
            for place, (at, number) in enumerate(values)
        ),
    )  # fmt: skip
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}<path class="axis" d="M0 {} H{}"/></svg>',
        _WIDE, _HIGH + 2, label, drawn, _HIGH + 1, _WIDE,
    )  # fmt: skip


def curve(values: Sequence[tuple[str, int]], *, label: str) -> SafeString:
    """A line that grows from nothing: the sum at the end of each step."""
    values = [("", 0), *values]
    most = max((number for _at, number in values), default=0) or 1
    step = _WIDE / max(1, len(values) - 1)
    points = " ".join(
        f"{place * step:.1f},{_HIGH - (_HIGH - 6) * number / most:.1f}"
        for place, (_at, number) in enumerate(values)
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><polyline class="line" points="{}"/>'
        '<path class="axis" d="M0 {} H{}"/></svg>',
        _WIDE, _HIGH + 4, label, points, _HIGH + 1, _WIDE,
    )  # fmt: skip
