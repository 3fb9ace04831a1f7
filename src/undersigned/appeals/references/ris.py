"""RIS as CSL; what CSL has no place for is kept under “custom”."""

from __future__ import annotations

import re
from typing import Any

import rispy
from rispy.config import TAG_KEY_MAPPING

from undersigned.appeals.references.dates import read_date
from undersigned.appeals.references.found import Raw, RawParsed
from undersigned.appeals.references.names import Name, read_name
from undersigned.appeals.references.problems import BadReference, ReferenceProblem

TYPES = {
    "BOOK": "book",
    "EDBOOK": "book",
    "EBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "NEWS": "article-newspaper",
    "MGZN": "article-magazine",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "RPRT": "report",
    "GOVDOC": "report",
    "THES": "thesis",
    "ELEC": "webpage",
    "WEB": "webpage",
    "BLOG": "post-weblog",
    "PCOMM": "personal_communication",
    "MANSCPT": "manuscript",
    "UNPB": "manuscript",
    "UNPD": "manuscript",
    "PAMP": "pamphlet",
    "MAP": "map",
    "CASE": "legal_case",
    "STAT": "legislation",
    "BILL": "bill",
    "HEAR": "hearing",
    "SOUND": "song",
    "VIDEO": "motion_picture",
    "MPCT": "motion_picture",
    "DATA": "dataset",
    "COMP": "software",
    "ENCYC": "entry-encyclopedia",
    "DICT": "entry-dictionary",
    "GEN": "document",
}
TEXTS = {
    "TI": "title",
    "T1": "title",
    "ST": "title-short",
    "T2": "container-title",
    "JO": "container-title",
    "JF": "container-title",
    "BT": "container-title",
    "T3": "collection-title",
    "PB": "publisher",
    "CY": "publisher-place",
    "PP": "publisher-place",
    "VL": "volume",
    "IS": "issue",
    "ET": "edition",
    "NV": "number-of-volumes",
    "UR": "URL",
    "DO": "DOI",
    "SN": "ISSN",
    "AB": "abstract",
    "N2": "abstract",
    "N1": "note",
    "LA": "language",
    "CN": "call-number",
    "DB": "source",
    "M3": "genre",
    "SE": "section",
}
PERSONS = {"AU": "author", "A1": "author", "A2": "editor", "ED": "editor", "A4": "translator"}
_DATES = {"DA": "issued", "PY": "issued", "Y1": "issued", "Y2": "accessed"}
_LINE = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?$")
_PLACED = frozenset({*TEXTS, *PERSONS, *_DATES, "TY", "ER", "SP", "EP", "ID", "KW"})


def read(text: str) -> RawParsed:
    """The references in their order; lines outside of any, and records never closed, with their lines."""
    starts, problems = _records(text)
    if problems:
        return RawParsed(problems=problems)
    tags = {*TAG_KEY_MAPPING, *re.findall(r"^([A-Z][A-Z0-9])  -", text, re.MULTILINE)}
    records = rispy.loads(
        text,
        mapping={tag: tag for tag in tags},
        list_tags=sorted(tags - {"TY", "ER"}),
        delimiter_tags_mapping={},
    )
    found = RawParsed()
    for line, record in zip(starts, records, strict=True):
        key = " ".join(record.get("ID", [])[:1])
        found.items.append(Raw(line, key, _item(record)))
    return found


def _records(text: str) -> tuple[list[int], list[ReferenceProblem]]:
    """Where each reference begins, and what the reader would pass over in silence."""
    starts: list[int] = []
    problems: list[ReferenceProblem] = []
    opened = 0
    for number, line in enumerate(text.split("\n"), 1):
        tag = found[1] if (found := _LINE.match(line.rstrip())) else ""
        if tag == "TY":
            if opened:
                problems.append(ReferenceProblem(opened, "ris-unclosed"))
            opened = number
            starts.append(number)
        elif tag == "ER" and opened:
            opened = 0
        elif line.strip() and not opened:
            problems.append(ReferenceProblem(number, "ris-outside"))
    if opened:
        problems.append(ReferenceProblem(opened, "ris-unclosed"))
    return starts, problems


def _item(record: dict[str, Any]) -> dict[str, Any]:
    kind = str(record.get("TY", "")).strip().upper()
    item: dict[str, Any] = {"type": TYPES.get(kind, "document")}
    custom: dict[str, Any] = {} if kind in TYPES else {"ris:TY": kind}
    for tag, values in record.items():
        if tag in PERSONS:
            item.setdefault(PERSONS[tag], []).extend(filter(None, map(_name, values)))
        elif tag in TEXTS:
            _place(tag, values, item, custom)
        elif tag not in _PLACED:
            custom[f"ris:{tag}"] = values if len(values) > 1 else values[0]
    _place_dates(record, item, custom)
    if pages := "–".join(value for tag in ("SP", "EP") for value in record.get(tag, [])[:1] if value):
        item["page"] = pages
    if keywords := record.get("KW"):
        item["keyword"] = ", ".join(keywords)
    if item["type"] in ("book", "chapter", "report") and "ISSN" in item:
        item["ISBN"] = item.pop("ISSN")
    if custom:
        item["custom"] = custom
    return item


def _place(tag: str, values: list[str], item: dict[str, Any], custom: dict[str, Any]) -> None:
    target = TEXTS[tag]
    if target in item:
        custom[f"ris:{tag}"] = values
        return
    item[target] = values[0]
    if len(values) > 1:
        custom[f"ris:{tag}"] = values[1:]


def _place_dates(record: dict[str, Any], item: dict[str, Any], custom: dict[str, Any]) -> None:
    for tag, target in _DATES.items():
        for value in record.get(tag, []):
            if target in item:
                custom.setdefault(f"ris:{tag}", value)
            elif value.strip("/ "):
                item[target] = _date(value)


def _date(value: str) -> dict[str, Any]:
    """“1936/07/06/spring” as RIS writes dates; anything else as people do."""
    parts = value.strip().split("/")
    numbers = [part for part in parts[:3] if part.strip().isdecimal()]
    remark = parts[3].strip() if len(parts) > 3 else ""
    shaped = "-".join(f"{int(n):04}" if i == 0 else f"{int(n):02}" for i, n in enumerate(numbers))
    try:
        if remark:
            return read_date(f"{remark} {numbers[0]}" if len(numbers) == 1 else remark) or {"literal": value}
        return read_date(shaped if len(parts) > 1 and numbers else value.strip()) or {"literal": value}
    except BadReference:
        return {"literal": value}


def _name(value: str) -> Name | None:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) == 3 and all(parts):
        return {"family": parts[0], "given": parts[1], "suffix": parts[2]}
    return read_name(value)
