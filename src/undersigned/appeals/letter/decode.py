"""A file's bytes as text, or a clear sentence about why not."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from undersigned.appeals.letter.remarks import LetterError
from undersigned.appeals.markup.head import SOURCE_MAX
from undersigned.lib.canonical import CanonicalError, canonical_text

BYTES_MAX = 2_000_000
# A form feed or vertical tab in an old file is a page or line break.
BREAKS = re.compile("[\x0b\x0c\x85]")
BINARY_STARTS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0")


def read_file(path: Path) -> bytes:
    """The bytes of a file of sensible size; a larger one is refused without being read."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise LetterError("unreadable", reason=error.strerror or "unknown") from error
    return data


def decode(data: bytes) -> str:
    """The text of a file in canonical form."""
    if len(data) > BYTES_MAX:
        raise LetterError("too-large", limit=str(BYTES_MAX // 1_000_000))
    text = BREAKS.sub("\n", _characters(data))
    if not text.strip("\ufeff \t\r\n"):
        raise LetterError("empty")
    try:
        text = canonical_text(text)
    except CanonicalError as error:
        raise LetterError("control", error.line, character=f"U+{error.codepoint:04X}") from error
    if len(text.encode()) > SOURCE_MAX:
        raise LetterError("too-long", limit=str(SOURCE_MAX // 1000))
    return text


def _characters(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise LetterError("utf-16") from error
        if "\0" in text:
            raise LetterError("binary")
        return text
    if b"\0" in data or data.startswith(BINARY_STARTS):
        raise LetterError("binary")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LetterError("encoding", byte=f"0x{data[error.start]:02X}", offset=str(error.start)) from error
