"""CSL-JSON: a list of items, as reference managers export them."""

from __future__ import annotations

import json
import re
from typing import Any

from undersigned.appeals.references.found import Raw, RawParsed
from undersigned.appeals.references.problems import ReferenceProblem

_SPACE = re.compile(r"[\s,]*")
# CSL itself needs five; whoever walks through the values later goes deeper with each.
_DEPTH_MAX = 50


def read(text: str) -> RawParsed:
    """The items in their order, each with the line on which it begins."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        return RawParsed(problems=[ReferenceProblem(error.lineno, "json-broken", {"reason": error.msg})])
    except RecursionError:
        return _too_deep(0)
    except ValueError:
        # Python reads no number of more than 4,300 digits.
        return RawParsed(problems=[ReferenceProblem(0, "json-broken", {"reason": "a number is too long"})])
    if _depth(whole) > _DEPTH_MAX:
        return _too_deep(0)
    if isinstance(whole, dict) and isinstance(whole.get("items"), list):
        whole = whole["items"]
        lines: list[int] = [0] * len(whole)
    elif isinstance(whole, dict):
        whole, lines = [whole], [1]
    elif isinstance(whole, list):
        lines = _lines(text)
    else:
        return RawParsed(problems=[ReferenceProblem(1, "json-shape")])
    found = RawParsed()
    for line, item in zip(lines, whole, strict=True):
        if isinstance(item, dict):
            found.items.append(_raw(line, item))
        else:
            found.problems.append(ReferenceProblem(line, "json-shape"))
    return found


def _too_deep(line: int) -> RawParsed:
    return RawParsed(problems=[ReferenceProblem(line, "json-broken", {"reason": "nested too deeply"})])


def _depth(value: Any) -> int:
    """How deep lists and objects lie in each other, layer by layer."""
    depth, layer = 0, [value]
    while layer := [one for one in layer if isinstance(one, list | dict)]:
        depth += 1
        layer = [inner for one in layer for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _raw(line: int, item: dict[str, Any]) -> Raw:
    key = item.get("id") or item.get("citation-key") or item.get("citation-label") or ""
    return Raw(line, str(key), {name: value for name, value in item.items() if name != "id"})


def _lines(text: str) -> list[int]:
    """The line of each element of the list."""
    decoder = json.JSONDecoder()
    place = text.index("[") + 1
    lines: list[int] = []
    while True:
        space = _SPACE.match(text, place)
        place = space.end() if space else place
        if text[place] == "]":
            return lines
        lines.append(text.count("\n", 0, place) + 1)
        _value, place = decoder.raw_decode(text, place)
