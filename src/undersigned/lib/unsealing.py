"""Exports of sealed appeals, opened off line: needs the file and the team's key, and no server."""

import base64
import binascii
import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from undersigned.lib import agebox
from undersigned.lib.cells import cell, plain

COLUMN = "sealed"
_BEGIN = "age:"
# Shown fields stand in the export already; what the signer typed comes from the sealed file.
_PERSON = ("name", "email", "pseudonym", "affiliation", "role", "place", "country")


class Unreadable(Exception):
    """The file is no export of a sealed appeal, or a line of it does not open; the message says which."""


def written(sealed: bytes) -> str:
    """A sealed value as an export holds it."""
    return _BEGIN + base64.b64encode(sealed).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(_BEGIN), validate=True)
    except (binascii.Error, ValueError) as error:
        raise agebox.CannotOpen("what is sealed is damaged") from error


def read(data: bytes) -> list[dict[str, str]]:
    """The lines of an export, CSV or JSON; raises Unreadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("this is not an export: it is not UTF-8") from error
    if text.lstrip().startswith("{"):
        return _json(text)
    try:
        found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"this is not a table: {error}") from error
    if not found or None in found[0]:
        raise Unreadable("this is not an export: there is no line in it")
    return [{name: plain(value or "") for name, value in line.items() if name} for line in found]


def _json(text: str) -> list[dict[str, str]]:
    try:
        found = json.loads(text)["signatures"]
        return [{name: _said(value) for name, value in line.items()} for line in found]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("this is not an export of signatures") from error


def _said(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def open_lines(lines: Sequence[dict[str, str]], identities: Sequence[Any]) -> list[dict[str, str]]:
    """The lines with their people readable; raises Unreadable for the first that does not open."""
    if lines and COLUMN not in lines[0]:
        raise Unreadable(f"this export holds nothing sealed: it has no column “{COLUMN}”")
    appeals: set[str] = set()
    return [_open(number, line, identities, appeals) for number, line in enumerate(lines, start=1)]


def _open(number: int, line: dict[str, str], identities: Sequence[Any], appeals: set[str]) -> dict[str, str]:
    known = {name: value for name, value in line.items() if name != COLUMN}
    known.setdefault("pseudonym", "")
    if not line[COLUMN]:
        return known
    try:
        person = agebox.open_all(_bytes(line[COLUMN]), identities)
    except agebox.CannotOpen as error:
        raise Unreadable(f"signature {number}: {error}") from error
    appeals.add(person.get("appeal", ""))
    if len(appeals) > 1:
        raise Unreadable(f"signature {number} was sealed for another appeal: the export was tampered with")
    return known | {name: person.get(name) or known.get(name, "") for name in _PERSON}


def table(lines: Sequence[dict[str, str]]) -> bytes:
    """The lines as CSV in UTF-8, with its mark for spreadsheets; formulas defused."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    columns = list(lines[0]) if lines else []
    writer.writerow(columns)
    writer.writerows([[cell(line.get(name, "")) for name in columns] for line in lines])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
