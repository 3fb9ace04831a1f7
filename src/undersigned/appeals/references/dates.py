"""Dates of sources: EDTF, and what people write: spring 1936, c. 1936, 6 July 1936, 1930s, 1936–38."""

from __future__ import annotations

import calendar
import re
from typing import Any

from undersigned.appeals.references.problems import BadReference
from undersigned.lib.lazily import Library

# The reader of letters, for its dates alone.
letter_dates = Library("undersigned.appeals.letter.dates")

CslDate = dict[str, Any]
Parts = list[int]

_EDTF = re.compile(
    r"(?P<year>-?\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?(?P<doubt>[~?%])?"
)
_CIRCA = re.compile(
    r"^(?:circa|cca\.?|ca\.?|c\.|about|around|hacia|h\.|vers|env\.|um|intorno al|حوالي|около|[~≈])\s*(?=\S)",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?:the\s+)?(\d{3})0s", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})\s*[-–—/]\s*(\d{4}|\d{2})")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_SEASON_NAMES = """
spring summer autumn winter
- - fall -
primavera verano otoño invierno
printemps été automne hiver
frühling sommer herbst winter
frühjahr - - -
primavera estate autunno inverno
primavera estiu tardor hivern
primavera verão outono inverno
ربيع صيف خريف شتاء
весна лето осень зима
άνοιξη καλοκαίρι φθινόπωρο χειμώνας
"""
SEASONS = {
    name: number
    for line in _SEASON_NAMES.strip().splitlines()
    for number, name in enumerate(line.split(), 1)
    if name != "-"
}
_SEASON = re.compile(
    rf"(?:in the|en el|au|en|im|nel)?\s*(?P<name>{'|'.join(SEASONS)})"
    r"\s+(?:of\s+|de[l]?\s+|d['’]\s*|\s)?(?P<year>\d{4})",
    re.IGNORECASE,
)
_SHAPED = re.compile(r"-?\d{4}-\d{2}(-\d{2})?[~?%]?")
# The middle of what a season may mean in the north: enough to stand between other dates of a year.
_SEASON_MONTH = {1: 3, 2: 6, 3: 9, 4: 12}


def read_date(typed: str) -> CslDate | None:
    """A CSL date of what was typed, with the typing kept; None for nothing, BadReference for 1936-02-31."""
    text = " ".join(typed.split())
    if not text:
        return None
    found = _edtf(text) or _written(text)
    if found is None:
        if _SHAPED.fullmatch(text):
            raise BadReference("date", value=text)
        return {"literal": text}
    if plain(found) != text:
        found["raw"] = text
    return found


def _edtf(text: str) -> CslDate | None:
    first, slash, second = text.partition("/")
    if slash and (".." in (first, second) or not first or not second):
        known = _one(second if first in ("", "..") else first)
        return known and {**known, "circa": True}
    start, end = _one(first), _one(second) if slash else None
    if start is None or (slash and end is None):
        return None
    if end is None:
        return start
    ends = [start["date-parts"][0], end["date-parts"][-1]]
    doubt = {"circa": True} if start.get("circa") or end.get("circa") else {}
    return {"date-parts": ends, **doubt}


def _one(text: str) -> CslDate | None:
    found = _EDTF.fullmatch(text)
    if not found:
        return None
    year, month, day = found["year"], found["month"], found["day"]
    if "X" in year:
        if month:
            return None
        return {"date-parts": [[int(year.replace("X", "0"))], [int(year.replace("X", "9"))]], "circa": True}
    date: CslDate = {"date-parts": [[int(year)]]}
    if month and 21 <= int(month) <= 24 and not day:
        date["season"] = int(month) - 20
    elif month:
        parts = _day(int(year), int(month), int(day) if day else None)
        if parts is None:
            return None
        date["date-parts"] = [parts]
    if found["doubt"]:
        date["circa"] = True
    return date


def _day(year: int, month: int, day: int | None) -> Parts | None:
    if not 1 <= month <= 12:
        return None
    if day is None:
        return [year, month]
    # Years before our calendar have the lengths of its months all the same.
    return [year, month, day] if 1 <= day <= calendar.monthrange(max(year, 1), month)[1] else None


def _written(text: str) -> CslDate | None:
    circa = _CIRCA.match(text)
    rest = text[circa.end() :] if circa else text
    found = _season(rest) or _decade(rest) or _years(rest) or _edtf(rest) or _letter_date(rest)
    if found and circa:
        found["circa"] = True
    return found


def _season(text: str) -> CslDate | None:
    found = _SEASON.fullmatch(text)
    if not found:
        return None
    return {"date-parts": [[int(found["year"])]], "season": SEASONS[found["name"].lower()]}


def _decade(text: str) -> CslDate | None:
    found = _DECADE.fullmatch(text)
    return {"date-parts": [[int(found[1] + "0")], [int(found[1] + "9")]], "circa": True} if found else None


def _years(text: str) -> CslDate | None:
    found = _YEARS.fullmatch(text)
    if not found or 1 <= int(found[2]) <= 12:
        return None
    end = found[2] if len(found[2]) == 4 else found[1][:2] + found[2]
    return {"date-parts": [[int(found[1])], [int(end)]]} if int(end) > int(found[1]) else None


def _letter_date(text: str) -> CslDate | None:
    line = letter_dates.date_line(text)
    return _edtf(line.iso) if line and not line.place and not line.ambiguous else None


def plain(date: CslDate) -> str:
    """The date as EDTF, without what was typed; empty for a literal."""
    parts = date.get("date-parts") or []
    if not parts:
        return ""
    shown = "/".join(
        "-".join(f"{part:04}" if i == 0 else f"{part:02}" for i, part in enumerate(p)) for p in parts
    )
    if date.get("season") in (1, 2, 3, 4) and len(parts) == 1:
        shown += f"-{20 + date['season']}"
    return shown + ("~" if date.get("circa") else "")


def typed(date: CslDate | None) -> str:
    """What a form shows: the date as it was typed, else as EDTF."""
    return "" if not date else str(date.get("raw") or date.get("literal") or plain(date))


def date_key(date: CslDate | None) -> str:
    """Sorts as time runs: what is vague stands before what is exact in it; empty where no year is known."""
    if not date:
        return ""
    parts = (date.get("date-parts") or [[]])[0]
    if not parts:
        year = _YEAR.search(str(date.get("literal", "")))
        return f"{int(year[1]) + 10000:05}-00-00" if year else ""
    month = parts[1] if len(parts) > 1 else _SEASON_MONTH.get(date.get("season", 0), 0)
    day = parts[2] if len(parts) > 2 else 0
    return f"{parts[0] + 10000:05}-{month:02}-{day:02}"
