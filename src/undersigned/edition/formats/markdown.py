"""The text again as Markdown with its head: importing it gives the same canonical bytes.

Persons and cases stand in the head as lists. The desk reads them out of it; an import of the text keeps them
as keys that it does not know. Where they are too many for a head, only the files of data have them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, cast

from undersigned.appeals.markup import Head, join, split
from undersigned.appeals.markup.head import HEAD_MAX, SOURCE_MAX
from undersigned.edition.document import Edition, Text
from undersigned.edition.formats import data


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes the head, as corrected since it was published, and the body as it was signed."""
    out.write(_written(edition, text).encode("utf-8"))


def _written(edition: Edition, text: Text) -> str:
    lists = {"persons": data.persons(edition), "cases": data.cases(edition)}
    wanted: dict[str, Any] = {name: found for name, found in lists.items() if found}
    if not wanted:
        return text.markdown
    head, body = split(text.markdown)
    whole = join(_with(head, wanted), body)
    # What follows the head is the body: a head that could not be read again would lose it.
    head_size = len(whole.encode()) - len(body.encode())
    if head_size > HEAD_MAX or len(whole.encode()) > SOURCE_MAX or not _reads(whole):
        return text.markdown
    return whole


def _with(head: Head, wanted: dict[str, Any]) -> Head:
    kept = {key: value for key, value in head.extra.items() if key not in wanted}
    return replace(head, extra=cast("dict[str, str]", {**kept, **wanted}))


def _reads(whole: str) -> bool:
    try:
        split(whole)
    except ValueError:
        return False
    return True
