"""Which way words run, for a layout that does not find it out by itself."""

from __future__ import annotations

import unicodedata
from typing import Any

_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
# First strong isolate, and its end.
_LEFT_TO_RIGHT = "\u2066"
_ISOLATE, _END = "\u2068", "\u2069"


def of(words: str) -> str | None:
    """The direction of the first letter; None for words without any."""
    return next(
        (_STRONG[kind] for sign in words if (kind := unicodedata.bidirectional(sign)) in _STRONG), None
    )


def apart(words: str, around: str) -> str:
    """Words of the other direction kept apart from what stands around them."""
    if words.isascii() and around == "ltr":
        return words
    return words if of(words) in (None, around) else f"{_ISOLATE}{words}{_END}"


def day(written: str, around: str) -> str:
    """A day as digits, which behind letters that run to the left would be read from its end."""
    return written if around == "ltr" else f"{_LEFT_TO_RIGHT}{written}{_END}"


def resolve(root: Any) -> None:
    """Elements with `dir="auto"`, and `bdi`, get the direction of their words; without words, none."""
    for element in root.iter():
        if element.get("dir") == "auto" or (element.tag == "bdi" and not element.get("dir")):
            found = of("".join(element.itertext()))
            if found:
                element.set("dir", found)
            else:
                element.attrib.pop("dir", None)
