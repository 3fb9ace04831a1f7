"""The words of a kept copy, as far as they can be had: saved pages, web archives, plain text, PDF.

Runs in a process of its own (`lib.apart`): what people upload may be made to trouble a parser.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import re
import shutil
import subprocess
import zlib
from email.message import EmailMessage
from html.parser import HTMLParser

# What is read of a copy, and how many of its words are compared.
READ_MAX = 8_000_000
WORDS_MAX = 300_000
_PDF_SECONDS = 10
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
        "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul", "title",
    }
)  # fmt: skip
_SILENT = frozenset({"script", "style", "template", "svg", "math", "iframe", "object"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)
_PACKED = re.compile(rb"^content-encoding:\s*(?:x-)?gzip\s*$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:\s*chunked\s*$", re.IGNORECASE | re.MULTILINE)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY = re.compile(r"\n\s*\n+")


def words(data: bytes) -> str | None:
    """The words of a copy whose media type stands in the first line; None where there are none to be had."""
    kind, _, body = data.partition(b"\n")
    found = _words(kind.decode("ascii"), body)
    return found[:WORDS_MAX] if found and found.strip() else None


def _words(kind: str, body: bytes) -> str | None:
    match kind:
        case "text/plain":
            return _tidy(body.decode("utf-8-sig", "replace"))
        case "text/html":
            return _html(body)
        case "multipart/related":
            return _mhtml(body)
        case "application/warc":
            return _warc(body)
        case "application/warc+gzip":
            return _warc(_unpacked(body))
        case "application/pdf":
            return _pdf(body)
    return None


class _Reader(HTMLParser):
    """Collects what a browser without scripts would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a paragraph; what is not shown is skipped."""
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself holds nothing."""
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its paragraph."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self.silent:
            self.parts.append(data.replace("\n", " "))


def _html(body: bytes, charset: str = "") -> str:
    reader = _Reader()
    # The standard library's parser asserts what broken declarations do not keep: what came before counts.
    with contextlib.suppress(AssertionError):
        reader.feed(_decoded(body, charset))
        reader.close()
    return _tidy("".join(reader.parts))


def _decoded(body: bytes, charset: str) -> str:
    declared = _CHARSET.search(body[:2048])
    names = [charset, declared[1].decode("ascii", "replace") if declared else "", "utf-8"]
    for name in filter(None, names):
        try:
            return body.decode(name)
        except (LookupError, UnicodeError):
            continue
    return body.decode("utf-8", "replace")


def _tidy(text: str) -> str:
    """One paragraph to a block, an empty line between: what a comparison by paragraphs wants."""
    lines = _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _EMPTY.sub("\n\n", "\n".join(line.strip() for line in lines.split("\n"))).strip() + "\n"


def _mhtml(body: bytes) -> str | None:
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            packed = part.get_payload(decode=True)
            return _html(packed if isinstance(packed, bytes) else b"", part.get_content_charset() or "")
    return None


def _unpacked(body: bytes) -> bytes:
    """A WARC has one gzip member to each record; no more is unpacked than is read."""
    found, size = [], 0
    while body and size < READ_MAX:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(body, READ_MAX - size)
        except zlib.error:
            break
        found.append(piece)
        size += len(piece)
        body = unpacker.unused_data
    return b"".join(found)


def _warc(body: bytes) -> str | None:
    """The first page that the archive holds."""
    start = 0
    while body.startswith(b"WARC/", start):
        head_end = body.find(b"\r\n\r\n", start)
        length = _LENGTH.search(body, start, head_end) if head_end > 0 else None
        if length is None:
            return None
        block = body[head_end + 4 : head_end + 4 + int(length[1])]
        if b"response" in body[start:head_end].lower() and (found := _response(block)):
            return found
        start = head_end + 4 + int(length[1])
        while body[start : start + 2] == b"\r\n":
            start += 2
    return None


def _response(block: bytes) -> str | None:
    head, _, content = block.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/") or b"html" not in head.lower():
        return None
    if _CHUNKED.search(head.replace(b"\r", b"")):
        content = _joined(content)
    if _PACKED.search(head.replace(b"\r", b"")):
        content = _unpacked(content)
    declared = _CHARSET.search(head)
    return _html(content, declared[1].decode("ascii", "replace") if declared else "")


def _joined(content: bytes) -> bytes:
    parts, place = [], 0
    while (end := content.find(b"\r\n", place)) > 0:
        try:
            size = int(content[place:end].split(b";")[0], 16)
        except ValueError:
            break
        if size <= 0:
            break
        parts.append(content[end + 2 : end + 2 + size])
        place = end + 4 + size
    return b"".join(parts) or content


def _pdf(body: bytes) -> str | None:
    """By poppler, where it is installed; a scan without words has none."""
    program = shutil.which("pdftotext")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "-l", "200", "-enc", "UTF-8", "-", "-"],
            input=body,
            capture_output=True,
            timeout=_PDF_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return _tidy(done.stdout.decode("utf-8", "replace").replace("\f", "\n\n"))
