"""Pictures drawn by the server, each beside the same in words: the tree, a count over time, a QR code."""

import importlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from undersigned.circulation.collected import Day
from undersigned.circulation.tree import Node, Picture

_COLUMN, _ROW, _BOX, _HIGH = 210, 44, 180, 34
_NAME_MAX = 20
_CHART_WIDE, _CHART_HIGH = 600, 120


@dataclass(frozen=True)
class _Placed:
    node: Node
    x: int
    y: int
    from_x: int
    from_y: int


def tree(picture: Picture, *, author: str, label: str, rtl: bool = False) -> SafeString:
    """The tree from the author outwards: left to right, or mirrored for scripts that run the other way."""
    rows = list(_rows(picture.nodes, 1))
    placed = _place(rows)
    deepest = max((depth for _node, depth, _parent in rows), default=0)
    wide, high = (deepest + 1) * _COLUMN, max(1, len(rows)) * _ROW + 10
    parts = [_box_of_author(picture.root.name if picture.root else author, wide, rtl)]
    parts += [_branch(one, wide, rtl) for one in placed]
    return format_html(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}" class="tree">{}</svg>',
        wide, high, wide, high, label, format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def _rows(nodes: Sequence[Node], depth: int, parent: int = -1) -> Iterator[tuple[Node, int, int]]:
    for node in nodes:
        yield node, depth, parent
        yield from _rows(node.children, depth + 1, node.pk)


def _place(rows: Sequence[tuple[Node, int, int]]) -> list[_Placed]:
    """One row each, parents above their children; lines leave a box at its far side."""
    spots: dict[int, tuple[int, int]] = {-1: (0, 5)}
    placed = []
    for number, (node, depth, parent) in enumerate(rows):
        spots[node.pk] = (depth * _COLUMN, number * _ROW + 5)
        from_x, from_y = spots[parent]
        x, y = spots[node.pk]
        placed.append(_Placed(node, x, y, from_x + _BOX, from_y + _HIGH // 2))
    return placed


def _flip(x: int, wide: int, rtl: bool, size: int = 0) -> int:
    return wide - x - size if rtl else x


def _box_of_author(name: str, wide: int, rtl: bool) -> SafeString:
    return _box(name, "", _flip(0, wide, rtl, _BOX), 5, "author")


def _branch(one: _Placed, wide: int, rtl: bool) -> SafeString:
    middle = one.y + _HIGH // 2
    bend = (one.from_x + one.x) // 2
    line = format_html(
        '<path class="branch" d="M{} {} H{} V{} H{}"/>',
        _flip(one.from_x, wide, rtl), one.from_y, _flip(bend, wide, rtl), middle, _flip(one.x, wide, rtl),
    )  # fmt: skip
    note = f"{one.node.state_name} · {one.node.signatures}"
    if one.node.others:
        note += f" · +{one.node.others}"
    box = _box(one.node.name, note, _flip(one.x, wide, rtl, _BOX), one.y, one.node.state)
    return format_html("{}{}", line, box)


def _box(name: str, note: str, x: int, y: int, kind: str) -> SafeString:
    shown = name if len(name) <= _NAME_MAX else name[: _NAME_MAX - 1] + "…"
    middle = x + _BOX // 2
    words = format_html(
        '<text x="{}" y="{}" text-anchor="middle">{}</text>', middle, y + (14 if note else 22), shown
    )
    if note:
        words = format_html(
            '{}<text x="{}" y="{}" text-anchor="middle" class="note">{}</text>', words, middle, y + 28, note
        )
    return format_html(
        '<g class="carrier {}"><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>{}</g>',
        kind, f"{name} {note}".strip(), x, y, _BOX, _HIGH, words,
    )  # fmt: skip


def bars(days: Sequence[Day], *, label: str) -> SafeString:
    """A count over time, a bar for each day."""
    most = max((day.count for day in days), default=0) or 1
    step = _CHART_WIDE / max(1, len(days))
    drawn = format_html_join(
        "",
        '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
        (
            (
                f"{number * step:.1f}",
                f"{_CHART_HIGH - _CHART_HIGH * day.count / most:.1f}",
                f"{step * 0.8:.1f}",
                f"{_CHART_HIGH * day.count / most:.1f}",
                day.day.isoformat(),
                day.count,
            )
            for number, day in enumerate(days)
        ),
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}<path class="axis" d="M0 {} H{}"/></svg>',
        _CHART_WIDE, _CHART_HIGH + 2, label, drawn, _CHART_HIGH + 1, _CHART_WIDE,
    )  # fmt: skip


def qr_svg(link: str, *, label: str) -> SafeString:
    """A QR code of a link, dark on light whatever the page's colours, with its quiet zone."""
    made = importlib.import_module("segno").make(link, error="m", micro=False)
    size = made.symbol_size(border=4)[0]
    drawn = made.svg_inline(border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None)
    # The code's own drawing holds modules of a link made here, and no word that anybody typed.
    inner = mark_safe(drawn)  # noqa: S308
    return format_html(
        '<div class="qr" role="img" aria-label="{}" data-size="{}">{}</div>', label, size, inner
    )


def qr_png(link: str) -> bytes:
    """The same code as a picture to be printed."""
    made = importlib.import_module("segno").make(link, error="m", micro=False)
    file = io.BytesIO()
    made.save(file, kind="png", scale=10, border=4)
    return file.getvalue()


def qr_picture(link: str) -> str:
    """The same code as an address that holds the picture itself, for a page that fetches nothing."""
    made = importlib.import_module("segno").make(link, error="q", micro=False)
    return str(made.svg_data_uri(border=4, light="#fff", dark="#000", omitsize=True))
