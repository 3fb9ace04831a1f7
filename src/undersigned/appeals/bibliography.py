"""References as pages show them: in the appeal's style and the text's language, as safe HTML."""

import datetime as _calendar
import html
import importlib
import json
import logging
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import nh3
from babel.dates import format_date
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from undersigned.appeals import languages
from undersigned.appeals.references.csl import DATES, NAMES
from undersigned.appeals.references.dates import CslDate
from undersigned.appeals.references.names import shown_name

Csl = Mapping[str, Any]

log = logging.getLogger(__name__)

_TAGS = {"i", "b", "sup", "sub", "bdi"}
# The processor sets data as markup: what would be markup travels as characters that no text may hold.
_HIDE = str.maketrans(
    {"<": "\ue0f1", ">": "\ue0f2", "&": "\ue0f3", **dict.fromkeys("\ue0f1\ue0f2\ue0f3\ue0f4\ue0f5")}
)
_SHOW = str.maketrans(
    {"\ue0f1": "&lt;", "\ue0f2": "&gt;", "\ue0f3": "&amp;", "\ue0f4": "<bdi>", "\ue0f5": "</bdi>"}
)
_NAME_PARTS = frozenset({"family", "given", "suffix", "dropping-particle", "non-dropping-particle"})
_UNUSED = frozenset({"id", "custom", "note", "abstract", "annote", "keyword"})


def entry(csl: Csl, *, style: str, language: str) -> SafeString:
    """The source's line in the list of references."""
    return _safe(_set(_spelled(csl), style, language, None, ""))


def citation(csl: Csl, *, style: str, language: str, label: str = "", locator: str = "") -> SafeString:
    """The source as a note cites it, with the place in it."""
    return _safe(_set(_spelled(csl), style, language, label, locator))


def _safe(text: str) -> SafeString:
    # Cleaned where it was made: tags from a short list, no attributes.
    return mark_safe(text)  # noqa: S308


def _spelled(csl: Csl) -> str:
    return json.dumps(csl, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _set(spelled: str, style: str, language: str, label: str | None, locator: str) -> str:
    csl: dict[str, Any] = json.loads(spelled)
    item = _hidden(_for_processor(csl, language), languages.direction(language))
    citing = importlib.import_module("undersigned.appeals.citing")
    locale = citing.locale_of(language)
    try:
        if label is None:
            made = citing.entry(item, style=style, locale=locale)
        else:
            place = locator.translate(_HIDE)
            made = citing.citation(item, style=style, locale=locale, label=label, locator=place)
    except Exception:
        # A style or a processor that stumbles over odd data must not take the letter's page with it.
        log.exception("a reference could not be set in the style %s", style)
        return plain(csl, language=language, locator=locator)
    cleaned: str = nh3.clean(made.translate(_SHOW), tags=_TAGS, attributes={}, link_rel=None)
    return cleaned if cleaned.strip(" .") else plain(csl, language=language, locator=locator)


def _for_processor(csl: dict[str, Any], language: str) -> dict[str, Any]:
    """What the processor sets right: vague dates as words, names with nothing but their parts."""
    item = {field: value for field, value in csl.items() if field not in _UNUSED}
    for field in DATES & item.keys():
        date = item[field]
        vague = date.get("circa") or date.get("season") or not date.get("date-parts")
        item[field] = {"literal": shown_date(date, language)} if vague else {"date-parts": date["date-parts"]}
    return item


def _hidden(value: Any, direction: str, field: str = "") -> Any:
    """The data as the processor may have them; words that run the other way are set apart by `bdi`."""
    if isinstance(value, dict):
        return {name: _hidden(item, direction, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, direction, field) for item in value]
    if not isinstance(value, str) or field in ("type", "id"):
        return value
    hidden = value.translate(_HIDE)
    # The parts of a name stay together: they are read as one.
    if field in _NAME_PARTS or not _runs_against(value, direction):
        return hidden
    return f"\ue0f4{hidden}\ue0f5"


def _runs_against(text: str, direction: str) -> bool:
    against = ("R", "AL") if direction == "ltr" else ("L",)
    return any(unicodedata.bidirectional(character) in against for character in text)


def plain(csl: Csl, *, language: str, locator: str = "") -> str:
    """The reference without any style, as safe HTML: names, title, where it stands, date, keeping place."""
    people: list[dict[str, str]] = next((csl[field] for field in ("author", "editor") if csl.get(field)), [])
    parts = [
        ", ".join(shown_name(name) for name in people),
        csl.get("title", ""),
        *(csl.get(field, "") for field in ("container-title", "volume", "publisher-place", "publisher")),
        shown_date(csl.get("issued"), language),
        *(csl.get(field, "") for field in ("archive", "archive_location", "call-number", "URL")),
        locator,
    ]
    return html.escape(", ".join(str(part) for part in parts if part) or str(csl.get("id", "")))


def shown_date(date: CslDate | None, language: str) -> str:
    """A date in words of a language; what was typed where it is more than a date."""
    if not date:
        return ""
    parts = date.get("date-parts") or []
    open_ended = ".." in str(date.get("raw", ""))
    if not parts or open_ended:
        return str(date.get("raw") or date.get("literal") or "")
    with translation.override(languages.interface_language(language)):
        shown = "–".join(_one(part, language) for part in parts)
        if date.get("season") in _SEASONS and len(parts) == 1:
            shown = _season(date["season"]) % {"year": parts[0][0]}
        return _("c. %(date)s") % {"date": shown} if date.get("circa") else shown


def _one(parts: list[int], language: str) -> str:
    known = languages.interface_language(language)
    year, month, day = [*parts, 0, 0][:3]
    if not month or year < 1:
        return str(year)
    day_of = _date(year, month, day or 1)
    if day_of is None:
        return "-".join(str(part) for part in parts)
    return str(format_date(day_of, "d MMMM y" if day else "MMMM y", locale=known))


def _date(year: int, month: int, day: int) -> Any:
    try:
        return _calendar.date(year, month, day)
    except ValueError:
        return None


_SEASONS = frozenset({1, 2, 3, 4})


def _season(number: int) -> str:
    return {
        1: pgettext("date", "spring %(year)s"),
        2: pgettext("date", "summer %(year)s"),
        3: pgettext("date", "autumn %(year)s"),
        4: pgettext("date", "winter %(year)s"),
    }[number]


def names_of(csl: Csl) -> str:
    """Whom a source is by, for a list: authors, else editors."""
    fields = [field for field in ("author", "editor", *sorted(NAMES)) if csl.get(field)]
    return ", ".join(shown_name(name) for name in csl[fields[0]]) if fields else ""
