"""The text again as Markdown with its head: importing it gives the same canonical bytes."""

from __future__ import annotations

from typing import BinaryIO

from undersigned.edition.document import Edition, Text


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes the head, as corrected since it was published, and the body as it was signed."""
    out.write(text.markdown.encode("utf-8"))
