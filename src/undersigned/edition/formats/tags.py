"""Tags written as text, well-formed and escaped by construction: for HTML, XHTML and TEI."""

from __future__ import annotations

import re
from typing import TypeAlias

# Characters that no XML file may hold, even escaped.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_HTML_VOID = frozenset({"br", "hr", "meta", "link", "img"})


class Markup(str):
    """Text that is escaped already."""

    __slots__ = ()


Child: TypeAlias = str | None
Attribute: TypeAlias = str | int | None


def escape(text: str) -> Markup:
    """Plain text as element content; Markup stays as it is."""
    if isinstance(text, Markup):
        return text
    return Markup(_IMPOSSIBLE.sub("\ufffd", text).translate(_SPECIAL))


def start(name: str, /, **attributes: Attribute) -> Markup:
    """A start tag: `class_` is class, `xml__id` is xml:id, `aria_label` is aria-label; None is left out."""
    written = "".join(
        f' {_attribute(key)}="{_IMPOSSIBLE.sub(chr(0xFFFD), str(value)).translate(_QUOTED)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>")


def end(name: str) -> Markup:
    """An end tag."""
    return Markup(f"</{name}>")


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element with its content; None among the children is left out."""
    content = "".join(escape(child) for child in children if child is not None)
    opened = start(name, **attributes)
    if not content and name in _HTML_VOID:
        return Markup(f"{opened[:-1]}>")
    return Markup(f"{opened}{content}</{name}>")


def empty(name: str, /, **attributes: Attribute) -> Markup:
    """An XML element without content."""
    return Markup(f"{start(name, **attributes)[:-1]}/>")


def joined(*parts: Child, separator: str = "") -> Markup:
    """Parts behind each other, empty ones left out."""
    return Markup(escape(separator).join(escape(part) for part in parts if part))


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("__", ":").replace("_", "-") if "_" in name else name
