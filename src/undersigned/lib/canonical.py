"""The exact bytes of a version, and their digest (docs/reference/text-format.md)."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence

MAGIC = "undersigned text v1"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


class CanonicalError(ValueError):
    """A text that has no canonical form, with the line and the character at fault."""

    def __init__(self, line: int, codepoint: int) -> None:
        self.line = line
        self.codepoint = codepoint
        super().__init__(f"Line {line}: the control character U+{codepoint:04X} cannot be part of a text.")


def canonical_text(text: str) -> str:
    """Two texts that read the same get the same characters: NFC, LF, no BOM, one newline at the end."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = FORBIDDEN.search(text)
    if found:
        raise CanonicalError(text.count("\n", 0, found.start()) + 1, ord(found.group()))
    text = unicodedata.normalize("NFC", text).rstrip("\n")
    return text + "\n" if text else ""


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
