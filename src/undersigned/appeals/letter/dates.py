"""Dates as letters write them, in seven languages and Arabic."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

NAMES = """
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
jan feb mar apr - jun jul aug sep oct nov dec
ene fevr mrz abr - - juil ago sept okt - dic
jänner fevrier - avr - - - aout setiembre - - déc
"""
MONTHS = {
    name: number
    for line in NAMES.strip().splitlines()
    for number, name in enumerate(line.split(), 1)
    if name != "-"
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY = r"(?P<day>\d{1,2})(?:º|°|ª|er|st|nd|rd|th|\.)?"
YEAR = r"(?P<year>\d{4})"
OF = r"(?:de[l]?\s+|d['’]\s*|of\s+|,\s*)?"
FORMS = [
    re.compile(rf"{DAY}\s+{OF}(?P<month>{MONTH})\b\.?,?\s+{OF}{YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{MONTH})\b\.?\s+{DAY},?\s+{YEAR}\b", re.IGNORECASE),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})\b"),
    re.compile(rf"\b(?P<month>{MONTH})\b\.?\s+{OF}{YEAR}\b", re.IGNORECASE),
]
NUMBERS = FORMS[3]
WEEKDAY_NAMES = """
lunes martes miércoles jueves viernes sábado domingo
lundi mardi mercredi jeudi vendredi samedi dimanche
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lunedì martedì mercoledì giovedì venerdì sabato domenica
dilluns dimarts dimecres dijous divendres dissabte diumenge
"""
WEEKDAYS = set(WEEKDAY_NAMES.split())
EDGES = " .,;:،()[]*_"
LEADS = re.compile(r"^(?:a|à|le|el|il|den|the|am|em|on|ce|els?)$", re.IGNORECASE)


def is_iso(date: str) -> bool:
    """Whether a head's date is a year, a month of a year, or a day that the calendar has."""
    if not re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", date, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat((date + "-01-01")[:10])
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class DateLine:
    """A line that holds a date and nothing else but, perhaps, a place."""

    iso: str
    written: str
    place: str = ""
    ambiguous: bool = False


def find_date(text: str) -> tuple[str, int, int, bool] | None:
    """The first date in a text: ISO form, where it stands, and whether day and month could be swapped."""
    for form in FORMS:
        for found in form.finditer(text):
            iso = _iso(found)
            if iso:
                numbers = form is NUMBERS and int(found["day"]) <= 12 and found["day"] != found["month"]
                return iso, found.start(), found.end(), numbers
    return None


def _iso(found: re.Match[str]) -> str:
    parts = found.groupdict()
    year, month = int(parts["year"]), MONTHS.get(parts["month"].lower()) or 0
    if not month and parts["month"].isdecimal():
        month = int(parts["month"])
    if year < 1 or not 1 <= month <= 12:
        return ""
    if parts.get("day") is None:
        return f"{year:04}-{month:02}"
    day = int(parts["day"])
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= calendar.monthrange(year, month)[1] else ""


def date_line(line: str) -> DateLine | None:
    """Reads "Paris, 3 mars 1951" or "6 de julio de 1936"; None when the line says anything more."""
    written = line.strip(" \t*_")
    if len(written) > 90:
        return None
    found = find_date(written)
    if not found or written[found[2] :].strip(EDGES):
        return None
    before = written[: found[1]].strip(EDGES)
    words = [word.strip(",.،") for word in before.split()]
    while words and (LEADS.match(words[-1]) or words[-1].lower() in WEEKDAYS):
        words.pop()
    if len(words) > 5 or any(word.isdigit() for word in words) or (words and words[0][:1].islower()):
        return None
    return DateLine(found[0], written, " ".join(words), found[3])
