"""The exact bytes of a version, and their digest (docs/reference/text-format.md)."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence

MAGIC = "undersigned text v1"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Letters of many scripts; only among so many without a break can there be a heap of marks.
_LONG = re.compile(r"[^\x00-\u02ff\s]{65,}")
# Unicode's own bound is 30 (UAX 15, Stream-Safe Text Format); composing takes the square of a heap.
_MOST_MARKS = 64
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


class CanonicalError(ValueError):
    """A text that has no canonical form, with the line and the character at fault."""

    def __init__(self, line: int, codepoint: int) -> None:
        self.line = line
        self.codepoint = codepoint
        super().__init__(f"Line {line}: the character U+{codepoint:04X} cannot be part of a text there.")


def canonical_text(text: str) -> str:
    """Two texts that read the same get the same characters: NFC, LF, no BOM, one newline at the end."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = FORBIDDEN.search(text)
    if found:
        raise CanonicalError(text.count("\n", 0, found.start()) + 1, ord(found.group()))
    heap = _heap(text)
    if heap is not None:
        raise CanonicalError(text.count("\n", 0, heap) + 1, ord(text[heap]))
    text = unicodedata.normalize("NFC", text).rstrip("\n")
    return text + "\n" if text else ""


def _heap(text: str) -> int | None:
    """Where more marks stand on one letter than any script writes; None where they nowhere do."""
    for found in _LONG.finditer(text):
        marks = 0
        for place in range(found.start(), found.end()):
            marks = marks + 1 if unicodedata.combining(text[place]) else 0
            if marks > _MOST_MARKS:
                return place
    return None


def one_line(value: str) -> str:
    """A head value fits on one line: every run of white space becomes one space."""
    return " ".join(canonical_text(value).split())


def version_bytes(
    *, title: str, author: str, addressee: str, lang: str, sources: Sequence[str] = (), body: str
) -> bytes:
    """The bytes that a signer signs: magic line, head, source digests, an empty line, the body."""
    wrong = [digest for digest in sources if not DIGEST.fullmatch(digest)]
    if wrong:
        raise ValueError(f"Not a digest: {wrong[0]!r}")
    head = {"title": title, "author": author, "addressee": addressee, "lang": lang}
    lines = [MAGIC, *(f"{key}: {one_line(value)}".rstrip() for key, value in head.items())]
    lines += [f"source: {digest}" for digest in sorted(set(sources))]
    return ("\n".join(lines) + "\n\n" + canonical_text(body)).encode("utf-8")


def version_digest(data: bytes) -> str:
    """SHA-256 as base64url without padding: 43 characters."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
