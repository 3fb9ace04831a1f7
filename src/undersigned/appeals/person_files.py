"""Persons as a file, CSV or JSON, or the head of an edition's Markdown: written whole, read without loss.

In CSV the first line of a person holds the person with the first name; each further name has a line of its
own with the same short name and “name” in the column “part”.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from undersigned.appeals.markup import MarkupError, split
from undersigned.appeals.person_models import Person
from undersigned.appeals.person_sealed import SCHEMES, PersonAbout, PersonName
from undersigned.lib.table import LineError, Unreadable, decoded, plain_cell, records, safe_cell

FILE_MAX = 2_000_000
RECORDS_MAX = 2000
COLUMNS = (
    "person", "part", "kind", "name", "language", "since", "until", "born", "died", "roles", "note",
    *SCHEMES, "shown",
)  # fmt: skip
_WITHHELD = Person.Level.WITHHELD.value


@dataclass(frozen=True)
class PersonRecord:
    """A person of a file; `line` is where it stands, 0 where lines say nothing."""

    ident: str
    about: PersonAbout
    level: str = _WITHHELD
    line: int = field(default=0, compare=False)


@dataclass
class Parsed:
    """What a file holds, or what is wrong with it, line by line."""

    records: list[PersonRecord] = field(default_factory=list)
    problems: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(data: bytes) -> Parsed:
    """The persons of a file, by its first signs; never raises for what a file may hold."""
    parsed = Parsed()
    try:
        text = decoded(data, parsed.notes, most=FILE_MAX)
        if text.startswith("---\n"):
            _read_listed(split(text)[0].extra.get("persons", "[]"), parsed)
        elif text.lstrip()[:1] in ("{", "["):
            _read_listed(text, parsed)
        else:
            _read_csv(text, parsed)
    except (Unreadable, MarkupError) as error:
        parsed.problems.append(LineError(0, str(error)))
    if len(parsed.records) > RECORDS_MAX:
        parsed.problems.append(
            LineError(0, _("At most %(most)d persons in one file.") % {"most": RECORDS_MAX})
        )
    elif not parsed.records and not parsed.problems:
        parsed.problems.append(LineError(0, _("The file holds no person.")))
    return parsed


def _read_csv(text: str, parsed: Parsed) -> None:
    hint = _("The first line must name the columns: “person” and “name” at least, of %(columns)s.")
    rows = records(
        text,
        {name: name for name in COLUMNS},
        needed=["person", "name"],
        hint=hint % {"columns": ", ".join(COLUMNS)},
    )
    found: dict[str, PersonRecord] = {}
    for line, cells in rows:
        row = {name: plain_cell(cells.get(name, "")) for name in COLUMNS}
        try:
            _take(found, line, row)
        except ValueError as error:
            parsed.problems.append(LineError(line, str(error)))
    parsed.records = list(found.values())


def _take(found: dict[str, PersonRecord], line: int, row: Mapping[str, str]) -> None:
    ident = row["person"]
    name = PersonName(row["kind"] or "name", row["name"], row["language"], row["since"], row["until"])
    if not ident:
        raise ValueError(_("The column “person” is empty: it tells which lines belong together."))
    if row["part"] == "name":
        if ident not in found:
            raise ValueError(
                _("The line of the person “%(ident)s” must stand before.") % {"ident": ident[:60]}
            )
        known = found[ident]
        found[ident] = replace(known, about=replace(known.about, names=(*known.about.names, name)))
        return
    if row["part"] not in ("", "person"):
        raise ValueError(_("There is no such part: “%(part)s”.") % {"part": row["part"][:40]})
    if ident in found:
        raise ValueError(_twice(ident))
    about = PersonAbout(
        names=(name,),
        born=row["born"],
        died=row["died"],
        note=row["note"],
        roles=tuple(role.strip() for role in row["roles"].split(";") if role.strip()),
        identifiers=tuple((scheme, row[scheme]) for scheme in SCHEMES if row[scheme]),
    )
    found[ident] = PersonRecord(ident, about, row["shown"] or _WITHHELD, line)


def _twice(ident: str) -> str:
    return _("The person “%(ident)s” stands in the file twice.") % {"ident": ident[:60]}


def _read_listed(text: str, parsed: Parsed) -> None:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        parsed.problems.append(LineError(line, _("This is not JSON that can be read.")))
        return
    listed = whole.get("persons") if isinstance(whole, dict) else whole
    if not isinstance(listed, list):
        parsed.problems.append(LineError(0, _("The file must hold a list “persons”.")))
        return
    seen: set[str] = set()
    for number, item in enumerate(listed, 1):
        try:
            record = _from_json(item)
        except (AttributeError, KeyError, TypeError, ValueError):
            parsed.problems.append(LineError(0, in_person(number, _("It is not of the form of a person."))))
            continue
        if record.ident in seen:
            parsed.problems.append(LineError(0, in_person(number, _twice(record.ident))))
        seen.add(record.ident)
        parsed.records.append(record)


def in_person(number: int, problem: str) -> str:
    """A problem of a person of a file whose lines say nothing."""
    return _("Person %(number)d: %(problem)s") % {"number": number, "problem": problem}


def _from_json(item: Mapping[str, Any]) -> PersonRecord:
    names = tuple(
        PersonName(
            _str(one.get("kind", "name")),
            _str(one["text"]),
            *(_str(one.get(part, "")) for part in ("language", "since", "until")),
        )
        for one in item["names"]
    )
    about = PersonAbout(
        names=names,
        born=_str(item.get("born", "")),
        died=_str(item.get("died", "")),
        note=_str(item.get("note", "")),
        roles=tuple(_str(role) for role in item.get("roles", [])),
        identifiers=tuple((_str(key), _str(value)) for key, value in item.get("identifiers", {}).items()),
    )
    return PersonRecord(_str(item["id"]), about, _str(item.get("shown", _WITHHELD)) or _WITHHELD)


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def as_json(found: Iterable[PersonRecord]) -> bytes:
    """The persons as JSON."""
    whole = {"persons": [plain(record) for record in found]}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def plain(record: PersonRecord) -> dict[str, Any]:
    """A person as JSON and YAML hold it; `from_plain` reads it back."""
    about = record.about
    return {
        "id": record.ident,
        "shown": record.level,
        "names": [
            {
                "kind": name.kind, "text": name.text, "language": name.language,
                "since": name.since, "until": name.until,
            }
            for name in about.names
        ],
        "born": about.born,
        "died": about.died,
        "roles": list(about.roles),
        "note": about.note,
        "identifiers": dict(about.identifiers),
    }  # fmt: skip


def from_plain(found: Mapping[str, Any]) -> PersonRecord:
    """The same again; raises KeyError, TypeError for another form."""
    return _from_json(found)


def as_csv(found: Iterable[PersonRecord], *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """The persons as CSV in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for record in found:
        for row in _lines(record):
            writer.writerow([safe_cell(row.get(name, "")) for name in columns])
    # The mark tells spreadsheets that this is UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(record: PersonRecord) -> Iterator[dict[str, str]]:
    about = record.about
    whole = {
        "born": about.born, "died": about.died, "roles": "; ".join(about.roles), "note": about.note,
        "shown": record.level, **dict(about.identifiers),
    }  # fmt: skip
    for place, name in enumerate(about.names):
        yield {
            "person": record.ident, "part": "name" if place else "person", "kind": name.kind,
            "name": name.text, "language": name.language, "since": name.since, "until": name.until,
            **({} if place else whole),
        }  # fmt: skip
