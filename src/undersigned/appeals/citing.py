"""References set by citeproc-py; loaded at the first reference that is shown, never at the start."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from citeproc import (
    LOCALES_PATH,
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    Locator,
    formatter,
)
from citeproc.source.json import CiteProcJSON

STYLES = Path(__file__).parent / "styles"
DEFAULT_LOCALE = "en-US"
_KNOWN = frozenset(path.stem.removeprefix("locales-") for path in Path(LOCALES_PATH).glob("locales-*.xml"))
# Where a language has several, the one that its own country uses.
_FIRST = {"en": "en-US", "pt": "pt-PT", "zh": "zh-CN", "fa": "fa-IR", "sv": "sv-SE", "da": "da-DK"}
# What a style is parsed into keeps state while it sets a reference.
_ONE_AT_A_TIME = threading.Lock()


def locale_of(language: str) -> str:
    """The CSL locale nearest to a language tag."""
    primary = language.split("-")[0].lower()
    for name in (language, f"{primary}-{primary.upper()}", primary, _FIRST.get(primary, "")):
        if name in _KNOWN:
            return name
    return next((name for name in sorted(_KNOWN) if name.startswith(f"{primary}-")), DEFAULT_LOCALE)


@lru_cache(maxsize=32)
def _style(name: str, locale: str) -> CitationStylesStyle:
    path = STYLES / f"{name}.csl"
    if path.parent != STYLES or not path.is_file():
        raise ValueError(f"no such style: {name!r}")
    return CitationStylesStyle(str(path), locale=locale, validate=False)


def entry(item: dict[str, Any], *, style: str, locale: str) -> str:
    """The item's line in a list of references."""
    with _ONE_AT_A_TIME:
        bibliography, key = _bibliography(item, style, locale)
        bibliography.register(Citation([CitationItem(key)]))
        return "".join(str(line) for line in bibliography.bibliography())


def citation(item: dict[str, Any], *, style: str, locale: str, label: str, locator: str) -> str:
    """The item as a text or a note cites it, with the place in it."""
    with _ONE_AT_A_TIME:
        bibliography, key = _bibliography(item, style, locale)
        place = {"locator": Locator(label or "page", locator)} if locator else {}
        cited = Citation([CitationItem(key, **place)])
        bibliography.register(cited)
        return str(bibliography.cite(cited, lambda _item: None))


def _bibliography(item: dict[str, Any], style: str, locale: str) -> tuple[CitationStylesBibliography, str]:
    source = CiteProcJSON([{**item, "id": "item"}])
    return CitationStylesBibliography(_style(style, locale), source, formatter.html), "item"
