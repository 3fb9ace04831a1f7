"""What a file of references was found to hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from undersigned.appeals.references.csl import Csl
from undersigned.appeals.references.problems import ReferenceProblem

FILE_MAX = 1_000_000
ITEMS_MAX = 1_000


@dataclass(frozen=True)
class Raw:
    """An entry as one format gives it, in CSL's words but not yet checked."""

    line: int
    key: str
    item: dict[str, Any]


@dataclass(frozen=True)
class Item:
    """A source that can be taken: its key, its clean CSL, and the line where it stood."""

    line: int
    key: str
    csl: Csl


@dataclass
class Parsed:
    """Everything that a file holds; nothing is to be taken while there are problems."""

    items: list[Item] = field(default_factory=list)
    problems: list[ReferenceProblem] = field(default_factory=list)


@dataclass
class RawParsed:
    """The same before checking."""

    items: list[Raw] = field(default_factory=list)
    problems: list[ReferenceProblem] = field(default_factory=list)
