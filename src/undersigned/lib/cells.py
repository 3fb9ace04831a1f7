"""Cells of a table that no spreadsheet runs."""

from typing import Any

# What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARKS = " \u200e\u200f\u061c"


def cell(value: Any) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if text.lstrip(_MARKS).startswith(_FORMULA) else text


def plain(cell: str) -> str:
    """What stood in a cell before `cell` defused it."""
    bare = cell[1:]
    return bare if cell.startswith("'") and bare.lstrip(_MARKS).startswith(_FORMULA) else cell
