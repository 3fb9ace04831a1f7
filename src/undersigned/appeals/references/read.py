"""A file of references in any of three formats becomes checked items, or line-numbered problems."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from undersigned.appeals.references import bibtex, csljson, ris
from undersigned.appeals.references.csl import RESERVED_KEYS, Csl, clean, key_from
from undersigned.appeals.references.found import FILE_MAX, ITEMS_MAX, Item, Parsed, Raw, RawParsed
from undersigned.appeals.references.problems import BadReference, ReferenceProblem
from undersigned.lib import canonical

_RIS = re.compile(r"^\s*TY  -", re.MULTILINE)
_BIBTEX = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)


def read_references(data: bytes) -> Parsed:
    """Every reference of a file; where anything is wrong, `problems` say what and on which line."""
    if len(data) > FILE_MAX:
        return _refused("too-large", limit=str(FILE_MAX // 1000))
    try:
        text = canonical.canonical_text(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _refused("encoding")
    except canonical.CanonicalError as error:
        return _refused("control", error.line, character=f"U+{error.codepoint:04X}")
    if not text.strip():
        return _refused("empty")
    raw = _read(text)
    if raw is None:
        return _refused("unknown-format")
    if len(raw.items) > ITEMS_MAX:
        return _refused("too-many", limit=str(ITEMS_MAX))
    if not raw.items and not raw.problems:
        return _refused("empty")
    return _checked(raw)


def read_apart(data: bytes) -> dict[str, Any]:
    """The same as plain values, for the process that reads large files."""
    parsed = read_references(data)
    return {
        "items": [asdict(item) for item in parsed.items],
        "problems": [
            {"line": problem.line, "code": problem.code, "params": dict(problem.params)}
            for problem in parsed.problems
        ],
    }


def _read(text: str) -> RawParsed | None:
    if text.lstrip().startswith(("[", "{")):
        return csljson.read(text)
    if _RIS.search(text):
        return ris.read(text)
    return bibtex.read(text) if _BIBTEX.search(text) else None


def _refused(code: str, line: int = 0, **params: str) -> Parsed:
    return Parsed(problems=[ReferenceProblem(line, code, params)])


def _checked(raw: RawParsed) -> Parsed:
    parsed = Parsed(problems=list(raw.problems))
    seen: dict[str, int] = {}
    for entry in raw.items:
        try:
            item = _item(entry, seen)
        except BadReference as error:
            parsed.problems.append(replace(error.problem, line=error.problem.line or entry.line))
            continue
        if item.key in seen:
            parsed.problems.append(ReferenceProblem(entry.line, "key-twice", {"key": item.key}))
        seen[item.key] = entry.line
        parsed.items.append(item)
    parsed.problems.sort(key=lambda problem: problem.line)
    return parsed


def _item(entry: Raw, seen: dict[str, int]) -> Item:
    key = key_from(entry.key)
    raw = dict(entry.item)
    if entry.key and key != entry.key:
        custom = raw.get("custom")
        raw["custom"] = {**(custom if isinstance(custom, dict) else {}), "citation-key": entry.key}
    if not key or key in RESERVED_KEYS:
        # Whatever key it gets is part of no digest before it is kept.
        key = free_key(clean("x", raw), set(seen))
    return Item(entry.line, key, clean(key, raw))


def free_key(csl: Csl, taken: set[str]) -> str:
    """A key from the first name and the year, as people would write it, that nothing else has."""
    names = csl.get("author") or csl.get("editor") or [{}]
    name = names[0].get("family") or names[0].get("literal") or csl.get("title") or "source"
    parts = (csl.get("issued") or {}).get("date-parts") or [[""]]
    base = key_from("".join(name.lower().split()[:1]) + str(parts[0][0])) or "source"
    if base not in taken and base not in RESERVED_KEYS:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
