"""Dates as a letter's head gives them, written out as the page's language does."""

import re
from datetime import UTC, date, datetime

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from undersigned.appeals.references.dates import plain, read_date
from undersigned.appeals.references.problems import BadReference

SEASONS = {
    21: gettext_noop("spring %(year)s"),
    22: gettext_noop("summer %(year)s"),
    23: gettext_noop("autumn %(year)s"),
    24: gettext_noop("winter %(year)s"),
}
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


def in_words(typed: str, language: str) -> str:
    """A date, however it was typed, in words of the current language: “c. 1936”, “1936-21”, “1936/..”.

    What is no date stays as it was typed.
    """
    first, slash, second = typed.partition("/")
    if slash and ".." in (first, second) and first != second:
        word = _("until %(date)s") if first == ".." else _("since %(date)s")
        return word % {"date": in_words(second if first == ".." else first, language)}
    try:
        found = read_date(typed)
    except BadReference:
        return typed
    edtf = plain(found) if found else ""
    if not edtf:
        return typed
    ends = [_one_in_words(end, language) for end in edtf.rstrip("~").split("/")]
    shown = "–".join(ends)
    return _("around %(date)s") % {"date": shown} if edtf.endswith("~") else shown


def _one_in_words(edtf: str, language: str) -> str:
    year, _dash, season = edtf.rpartition("-")
    if season.isdecimal() and int(season) in SEASONS and len(season) == 2 and len(year) == 4:
        return _(SEASONS[int(season)]) % {"year": year}
    return written_out(edtf, language)


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
