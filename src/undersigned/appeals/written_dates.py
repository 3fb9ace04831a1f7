"""Dates as a letter's head gives them, written out as the page's language does."""

import re
from datetime import UTC, date, datetime

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from django.utils import translation

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")


def _locale(language: str) -> Locale:
    for tag in (language, language.split("-")[0], translation.get_language() or "en"):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def written_out(typed: str, language: str) -> str:
    """A day, month or year in words of the language; anything else stays as it was typed."""
    found = _DAY.match(typed.strip())
    if not found:
        return typed
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        moment = date(year, month or 1, day or 1)
    except ValueError:
        return typed
    locale = _locale(language)
    if day:
        return str(format_date(moment, "long", locale=locale))
    if month:
        return str(format_skeleton("yMMMM", datetime(year, month, 1, tzinfo=UTC), locale=locale))
    return str(year)


def machine_readable(typed: str) -> str:
    """What a `datetime` attribute may hold; empty where it is no date."""
    found = _DAY.match(typed.strip())
    if not found:
        return ""
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return ""
    return "-".join(part if len(part) == 4 else part.zfill(2) for part in found.groups() if part)
