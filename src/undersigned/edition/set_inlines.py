"""A reference as a CSL processor set it, with its few tags, as inline nodes."""

from __future__ import annotations

import html
import re

from undersigned.edition import document as d

_TAG = re.compile(r"(</?(?:i|b|sup|sub)>)")


def inlines_of(made: str) -> d.Inlines:
    """Italics become emphasis, bold strong; raised and lowered signs stay as they are."""
    stack: list[list[d.Inline]] = [[]]
    for piece in _TAG.split(made):
        if piece in ("<i>", "<b>"):
            stack.append([])
        elif piece in ("</i>", "</b>") and len(stack) > 1:
            inner = tuple(stack.pop())
            if inner:
                stack[-1].append(d.Emph(inner) if piece == "</i>" else d.Strong(inner))
        elif piece and not _TAG.fullmatch(piece):
            stack[-1].append(d.Str(html.unescape(piece)))
    return tuple(node for level in stack for node in level)
