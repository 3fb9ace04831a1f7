"""BibTeX and BibLaTeX as CSL; what CSL has no place for is kept under “custom”."""

from __future__ import annotations

import re
from typing import Any

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ParsingFailedBlock,
)
from pylatexenc.latex2text import LatexNodes2Text

from undersigned.appeals.references.dates import read_date
from undersigned.appeals.references.found import Raw, RawParsed
from undersigned.appeals.references.names import Name
from undersigned.appeals.references.problems import BadReference, ReferenceProblem

TYPES = {
    "article": "article-journal",
    "newspaper": "article-newspaper",
    "book": "book",
    "mvbook": "book",
    "collection": "book",
    "proceedings": "book",
    "booklet": "pamphlet",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "manual": "report",
    "techreport": "report",
    "report": "report",
    "mastersthesis": "thesis",
    "phdthesis": "thesis",
    "thesis": "thesis",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
    "unpublished": "manuscript",
    "archival": "manuscript",
    "letter": "personal_communication",
    "periodical": "periodical",
    "patent": "patent",
    "dataset": "dataset",
    "software": "software",
    "misc": "document",
}
FIELDS = {
    "title": "title",
    "shorttitle": "title-short",
    "journal": "container-title",
    "journaltitle": "container-title",
    "booktitle": "container-title",
    "maintitle": "volume-title",
    "eventtitle": "event-title",
    "publisher": "publisher",
    "institution": "publisher",
    "school": "publisher",
    "organization": "publisher",
    "address": "publisher-place",
    "location": "publisher-place",
    "volume": "volume",
    "volumes": "number-of-volumes",
    "edition": "edition",
    "series": "collection-title",
    "pages": "page",
    "pagetotal": "number-of-pages",
    "chapter": "chapter-number",
    "url": "URL",
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "note": "note",
    "abstract": "abstract",
    "keywords": "keyword",
    "language": "language",
    "langid": "language",
    "library": "call-number",
    "archive": "archive",
    "shelfmark": "archive_location",
    "type": "genre",
    "version": "version",
    "howpublished": "medium",
    "pubstate": "status",
}
NAMES = {
    "author": "author",
    "editor": "editor",
    "translator": "translator",
    "bookauthor": "container-author",
    "recipient": "recipient",
    "holder": "contributor",
}
_DATES = {"date": "issued", "urldate": "accessed", "origdate": "original-date", "eventdate": "event-date"}
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_PERCENT = re.compile(r"(?<!\\)%")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_LATEX = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True)


def read(text: str) -> RawParsed:
    """The entries in their order, and each that cannot be read with its line."""
    library = parse_string(
        text,
        parse_stack=[
            ResolveStringReferencesMiddleware(allow_inplace_modification=True),
            RemoveEnclosingMiddleware(allow_inplace_modification=True),
        ],
    )
    found = RawParsed(problems=_problems(library))
    for entry in library.entries:
        found.items.append(Raw((entry.start_line or 0) + 1, entry.key, _item(entry)))
    return found


def _problems(library: Library) -> list[ReferenceProblem]:
    problems = []
    for block in library.failed_blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, DuplicateFieldKeyBlock):
            entry = block.ignore_error_block
            key = entry.key if isinstance(entry, Entry) else ""
            fields = ", ".join(sorted(block.duplicate_keys))
            problems.append(ReferenceProblem(line, "bibtex-field-twice", {"key": key, "field": fields}))
        elif isinstance(block, DuplicateBlockKeyBlock):
            problems.append(ReferenceProblem(line, "key-twice", {"key": block.key}))
        elif isinstance(block, ParsingFailedBlock):
            problems.append(ReferenceProblem(line, "bibtex-broken"))
    return problems


def _item(entry: Entry) -> dict[str, Any]:
    values = {field.key.lower(): str(field.value) for field in entry.fields}
    item: dict[str, Any] = {"type": _type(entry.entry_type.lower(), values)}
    custom: dict[str, Any] = {}
    if entry.entry_type.lower() not in TYPES:
        custom["bibtex:type"] = entry.entry_type
    _place_dates(values, item, custom)
    _place_number(values, item)
    subtitle = decode(values.pop("subtitle", ""))
    for field, value in values.items():
        _place(field, value, item, custom)
    if subtitle:
        item["title"] = f"{item['title']}: {subtitle}" if item.get("title") else subtitle
    if custom:
        item["custom"] = custom
    return item


def _type(entry_type: str, values: dict[str, str]) -> str:
    if entry_type == "article" and values.get("entrysubtype", "").lower() in ("newspaper", "magazine"):
        return f"article-{values.pop('entrysubtype').lower()}"
    return TYPES.get(entry_type, "document")


def _place(field: str, value: str, item: dict[str, Any], custom: dict[str, Any]) -> None:
    if "\\" in value:
        custom[f"bibtex:{field}"] = value
    if field in NAMES:
        item[NAMES[field]] = names(value)
        return
    shown = decode(value, literal=field in ("url", "doi"))
    target = FIELDS.get(field)
    if target is None or target in item:
        custom.setdefault(f"bibtex:{field}", shown)
    else:
        item[target] = re.sub(r"\s*-{2,3}\s*", "–", shown) if field == "pages" else shown


def _place_number(values: dict[str, str], item: dict[str, Any]) -> None:
    issue = item["type"].startswith("article")
    for field in ("number", "issue"):
        if value := values.pop(field, ""):
            target = "issue" if issue or field == "issue" else "number"
            item[target] = f"{item[target]}, {decode(value)}" if target in item else decode(value)


def _place_dates(values: dict[str, str], item: dict[str, Any], custom: dict[str, Any]) -> None:
    for field, target in _DATES.items():
        if value := decode(values.pop(field, "")):
            item[target] = _date(value)
    year, month, day = (decode(values.pop(field, "")) for field in ("year", "month", "day"))
    if not year:
        custom.update({f"bibtex:{name}": value for name, value in (("month", month), ("day", day)) if value})
        return
    number = int(month) if month.isdecimal() else _MONTHS.get(month[:3].lower(), 0)
    exact = f"{year}-{number:02}" if year.isdecimal() and number else ""
    if exact and day.isdecimal():
        exact += f"-{int(day):02}"
    written = " ".join(part for part in (day, month, year) if part)
    if "issued" in item:
        custom["bibtex:year"] = written
    else:
        item["issued"] = _date(exact or written)


def _date(value: str) -> dict[str, Any]:
    try:
        return read_date(value) or {"literal": value}
    except BadReference:
        return {"literal": value}


def decode(value: str, *, literal: bool = False) -> str:
    """LaTeX as text: accents in their letters, braces gone; an address stays as it is."""
    value = " ".join(value.split())
    if literal:
        return value.replace("\\", "").strip("{}")
    if "\\" in value or "$" in value:
        value = _LATEX.latex_to_text(_PERCENT.sub(r"\\%", value))
    return " ".join(value.replace("{", "").replace("}", "").replace("~", " ").split())


def names(value: str) -> list[Name]:
    """The names between the “and”s; what stands in braces is one name and never cut."""
    return [name for part in _split(value) if (name := _name(part.strip()))]


def _split(value: str) -> list[str]:
    parts, depth, start = [], 0, 0
    marks = {match.start(): match.end() for match in _AND.finditer(value)}
    for place, character in enumerate(value):
        depth += (character == "{") - (character == "}")
        if depth == 0 and place in marks and place >= start:
            parts.append(value[start:place])
            start = marks[place]
    return [*parts, value[start:]]


def _name(part: str) -> Name | None:
    if part.startswith("{") and part.endswith("}") and part.count("{") == 1:
        return {"literal": decode(part)} if decode(part) else None
    pieces = [decode(piece) for piece in part.split(",")]
    if len(pieces) == 1:
        words = pieces[0].split()
        if len(words) < 2:
            return {"literal": pieces[0]} if pieces[0] else None
        # “Ana de la Ruiz”: what begins small belongs to the family name.
        small = next((i for i, word in enumerate(words[:-1]) if i and word[0].islower()), len(words) - 1)
        return {"family": " ".join(words[small:]), "given": " ".join(words[:small])}
    suffix = {"suffix": pieces[1]} if len(pieces) > 2 and pieces[1] else {}
    given = ", ".join(pieces[2:]) if len(pieces) > 2 else pieces[1]
    named = {"family": pieces[0], "given": given, **suffix}
    return {key: text for key, text in named.items() if text} or None
