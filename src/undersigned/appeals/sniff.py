"""What a file is, by its first bytes: neither its name nor what the sender says is believed."""

from __future__ import annotations

import re
import zlib

HEAD = 8192
_MAGIC: list[tuple[bytes, str]] = [
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"WARC/1.", "application/warc"),
]
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|article|div|p)\b", re.IGNORECASE)
_SVG = re.compile(rb"<svg\b", re.IGNORECASE)
_MHTML = re.compile(
    rb"^(?:from|subject|date|mime-version|snapshot-content-location|content-type):", re.IGNORECASE
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/tiff": "tif",
    "image/svg+xml": "svg",
    "application/warc": "warc",
    "application/warc+gzip": "warc.gz",
    "text/html": "html",
    "multipart/related": "mhtml",
    "text/plain": "txt",
}


def media_type(head: bytes) -> str | None:
    """The media type of a file that begins so; None for what is kept by nobody."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"\x1f\x8b"):
        return "application/warc+gzip" if _unpacked(head).startswith(b"WARC/1.") else None
    return _text_type(head)


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 64)
    except zlib.error:
        return b""


def _text_type(head: bytes) -> str | None:
    if _BINARY.search(head):
        return None
    if _SVG.search(head[:2048]) and not _HTML.search(head[:2048]):
        return "image/svg+xml"
    if _HTML.search(head):
        return "text/html"
    if _MHTML.match(head) and b"multipart/related" in head.lower():
        return "multipart/related"
    try:
        # A character may be cut where the head ends.
        head[: len(head) - 4 if len(head) == HEAD else None].decode("utf-8")
    except UnicodeDecodeError as error:
        return None if error.start < len(head) - 8 or len(head) < HEAD else "text/plain"
    return "text/plain" if head.strip() else None
