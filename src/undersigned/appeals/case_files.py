"""Cases as a file, CSV or JSON: written whole, read line by line, without loss in either direction.

In CSV each line is a part of a case: the case itself, a name, a statement, an update; they belong together by
the first column. A line of the case may also hold a name and a state, so that a plain list can be read.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.markup import MarkupError, split
from undersigned.lib.table import LineError, Unreadable, decoded, plain_cell, records, safe_cell

FILE_MAX = 2_000_000
RECORDS_MAX = 2000
COLUMNS = (
    "case", "part", "kind", "text", "language", "state", "date", "place", "note", "sources",
    "consent", "by", "consented", "basis", "published",
)  # fmt: skip
PARTS = ("case", "name", "statement", "update")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_SEPARATOR = re.compile(r"(?<!\\);")

# Frozen, and so the same for every record.
_WITHHELD = Consent()


@dataclass(frozen=True)
class StatementRecord:
    """A statement of a file."""

    state: str = ""
    date: str = ""
    place: str = ""
    note: str = ""
    sources: tuple[Cited, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class UpdateRecord:
    """An update of a file; the day as 1936-07-06."""

    on: str
    text: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Record:
    """A case of a file; `ref` is its name there, the appeal's own where it came from here."""

    ref: str
    kind: str = "person"
    names: tuple[Name, ...] = ()
    note: str = ""
    consent: Consent = _WITHHELD
    is_published: bool = False
    statements: tuple[StatementRecord, ...] = ()
    updates: tuple[UpdateRecord, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass
class Parsed:
    """What a file holds, or what is wrong with it, line by line."""

    records: list[Record] = field(default_factory=list)
    problems: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(data: bytes) -> Parsed:
    """The cases of a file, CSV or JSON by its first sign; never raises for what a file may hold."""
    parsed = Parsed()
    try:
        text = decoded(data, parsed.notes, most=FILE_MAX)
        if text.startswith("---\n"):
            _read_json(split(text)[0].extra.get("cases", "[]"), parsed)
        elif text.lstrip()[:1] in ("{", "["):
            _read_json(text, parsed)
        else:
            _read_csv(text, parsed)
    except (Unreadable, MarkupError) as error:
        parsed.problems.append(LineError(0, str(error)))
    if len(parsed.records) > RECORDS_MAX:
        parsed.problems.append(LineError(0, _("At most %(most)d cases in one file.") % {"most": RECORDS_MAX}))
    elif not parsed.records and not parsed.problems:
        parsed.problems.append(LineError(0, _("The file holds no case.")))
    return parsed


def _read_csv(text: str, parsed: Parsed) -> None:
    hint = _("The first line must name the columns: “case” at least, and what else there is of %(columns)s.")
    found: dict[str, Record] = {}
    rows = records(
        text, {name: name for name in COLUMNS}, needed=["case"], hint=hint % {"columns": ", ".join(COLUMNS)}
    )
    for line, cells in rows:
        row = {name: plain_cell(value) for name, value in cells.items()}
        try:
            _take(found, line, {name: row.get(name, "") for name in COLUMNS})
        except ValueError as error:
            parsed.problems.append(LineError(line, str(error)))
    parsed.records = list(found.values())


def _take(found: dict[str, Record], line: int, row: Mapping[str, str]) -> None:
    ref, part = row["case"], row["part"] or "case"
    if not ref:
        raise ValueError(_("The column “case” is empty: it tells which lines belong together."))
    if part not in PARTS:
        raise ValueError(_("There is no such part: “%(part)s”.") % {"part": part[:40]})
    if part == "case":
        if ref in found:
            raise ValueError(_("The case “%(case)s” stands in the file twice.") % {"case": ref[:40]})
        found[ref] = _case_line(ref, line, row)
        return
    if ref not in found:
        raise ValueError(_("The line of the case “%(case)s” itself must stand before.") % {"case": ref[:40]})
    known = found[ref]
    if part == "name":
        name = Name(row["kind"] or "name", row["text"], row["language"])
        found[ref] = replace(known, names=(*known.names, name))
    elif part == "statement":
        found[ref] = replace(known, statements=(*known.statements, _statement(line, row)))
    else:
        update = UpdateRecord(row["date"], row["note"], line)
        found[ref] = replace(known, updates=(*known.updates, update))


def _case_line(ref: str, line: int, row: Mapping[str, str]) -> Record:
    if row["published"].lower() not in _YES:
        raise ValueError(_("In the column “published” stands yes or no."))
    has_state = row["state"] or row["date"] or row["place"] or row["sources"]
    return Record(
        ref=ref,
        kind=row["kind"] or "person",
        names=(Name("name", row["text"], row["language"]),) if row["text"] else (),
        note=row["note"],
        consent=Consent(row["consent"] or "withheld", row["by"], row["consented"], row["basis"]),
        is_published=_YES[row["published"].lower()],
        statements=(replace(_statement(line, row), note=""),) if has_state else (),
        line=line,
    )


def _statement(line: int, row: Mapping[str, str]) -> StatementRecord:
    sources = tuple(_cited(one) for one in _SEPARATOR.split(row["sources"]) if one.strip())
    return StatementRecord(row["state"], row["date"], row["place"], row["note"], sources, line)


def _cited(written: str) -> Cited:
    key, _comma, locator = written.replace("\\;", ";").partition(",")
    return Cited(key.strip(), locator.strip())


def _read_json(text: str, parsed: Parsed) -> None:
    try:
        whole = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        parsed.problems.append(LineError(line, _("This is not JSON that can be read.")))
        return
    except RecursionError:
        parsed.problems.append(LineError(0, _("This is not JSON that can be read.")))
        return
    listed = whole.get("cases") if isinstance(whole, dict) else whole
    if not isinstance(listed, list):
        parsed.problems.append(LineError(0, _("The file must hold a list “cases”.")))
        return
    refs: set[str] = set()
    for number, item in enumerate(listed, 1):
        try:
            record = _from_json(item, number)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            problem = (
                error.args[0] if isinstance(error, ValueError) else _("It is not of the form of a case.")
            )
            parsed.problems.append(LineError(0, in_case(number, str(problem))))
            continue
        if record.ref in refs:
            twice = _("The case “%(case)s” stands in the file twice.") % {"case": record.ref[:40]}
            parsed.problems.append(LineError(0, in_case(number, twice)))
        refs.add(record.ref)
        parsed.records.append(record)


def in_case(number: int, problem: str) -> str:
    """A problem of a case of a file whose lines say nothing."""
    return _("Case %(number)d: %(problem)s") % {"number": number, "problem": problem}


def _from_json(item: Mapping[str, Any], number: int) -> Record:
    consent = item.get("consent", {})
    return Record(
        ref=_str(item.get("case", f"#{number}")) or f"#{number}",
        kind=_str(item.get("kind", "person")),
        names=tuple(
            Name(_str(one.get("kind", "name")), _str(one["text"]), _str(one.get("language", "")))
            for one in item.get("names", [])
        ),
        note=_str(item.get("note", "")),
        consent=Consent(
            _str(consent.get("level", "withheld")),
            *(_str(consent.get(name, "")) for name in ("by", "on", "basis")),
        ),
        is_published=item.get("published", False) is True,
        statements=tuple(_statement_json(one) for one in item.get("history", [])),
        updates=tuple(UpdateRecord(_str(one["on"]), _str(one["text"])) for one in item.get("updates", [])),
    )


def _statement_json(item: Mapping[str, Any]) -> StatementRecord:
    return StatementRecord(
        state=_str(item.get("state", "")),
        date=_str(item.get("date", "")),
        place=_str(item.get("place", "")),
        note=_str(item.get("note", "")),
        sources=tuple(
            _cited(one) if isinstance(one, str) else Cited(_str(one["key"]), _str(one.get("locator", "")))
            for one in item.get("sources", [])
        ),
    )


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def as_json(found: Iterable[Record]) -> bytes:
    """The cases as JSON."""
    whole = {"cases": [_json(record) for record in found]}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _json(record: Record) -> dict[str, Any]:
    consent = record.consent
    return {
        "case": record.ref,
        "kind": record.kind,
        "published": record.is_published,
        "consent": {
            "level": consent.level, "by": consent.by, "on": consent.on, "basis": consent.basis,
        },
        "names": [{"kind": one.kind, "text": one.text, "language": one.language} for one in record.names],
        "note": record.note,
        "history": [
            {
                "state": one.state, "date": one.date, "place": one.place, "note": one.note,
                "sources": [{"key": cited.key, "locator": cited.locator} for cited in one.sources],
            }
            for one in record.statements
        ],
        "updates": [{"on": one.on, "text": one.text} for one in record.updates],
    }  # fmt: skip


def as_csv(found: Iterable[Record], *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """The cases as CSV in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for record in found:
        for row in _lines(record):
            writer.writerow([safe_cell(row.get(name, "")) for name in columns])
    # The mark tells spreadsheets that this is UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(record: Record) -> Iterator[dict[str, str]]:
    consent, ref = record.consent, record.ref
    yield {
        "case": ref, "part": "case", "kind": record.kind, "note": record.note, "consent": consent.level,
        "by": consent.by, "consented": consent.on, "basis": consent.basis,
        "published": "yes" if record.is_published else "no",
    }  # fmt: skip
    for name in record.names:
        yield {"case": ref, "part": "name", "kind": name.kind, "text": name.text, "language": name.language}
    for one in record.statements:
        cites = "; ".join(_written(cited) for cited in one.sources)
        yield {
            "case": ref, "part": "statement", "state": one.state, "date": one.date, "place": one.place,
            "note": one.note, "sources": cites,
        }  # fmt: skip
    for update in record.updates:
        yield {"case": ref, "part": "update", "date": update.on, "note": update.text}


def _written(cited: Cited) -> str:
    place = f", {cited.locator}" if cited.locator else ""
    return f"{cited.key}{place}".replace(";", "\\;")
