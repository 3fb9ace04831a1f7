"""Base64 as the formats demand it: one spelling for each byte string, every other one is refused."""

import base64
import binascii

from .errors import TlogError


class EncodingError(TlogError):
    """Text that is not the one right encoding of some bytes."""


def b64(data: bytes) -> str:
    """Standard base64 with padding, as in notes, keys and checkpoints."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Only the canonical standard base64 decodes: padded, no spare bits, no foreign characters."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError("not base64") from error
    # b64decode lets spare bits of the last character pass, which would give one value two spellings.
    if b64(data) != text:
        raise EncodingError("not canonical base64")
    return data


def b64u(data: bytes) -> str:
    """URL-safe base64 without padding, as in leaves and receipts."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def unb64u(text: str, size: int | None = None) -> bytes:
    """Only canonical unpadded URL-safe base64 decodes, of exactly `size` bytes where it is given."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError("not base64url") from error
    if b64u(data) != text:
        raise EncodingError("not canonical base64url")
    if size is not None and len(data) != size:
        raise EncodingError(f"expected {size} bytes of base64url, found {len(data)}")
    return data


def decimal(text: str, *, limit: int = 2**63) -> int:
    """Only a canonical decimal below `limit` is a number: ASCII digits, no sign, no leading zero."""
    if not (text.isascii() and text.isdigit()) or len(text) > 20 or (text[0] == "0" and text != "0"):
        raise EncodingError("not a canonical decimal")
    number = int(text)
    if number >= limit:
        raise EncodingError("number out of range")
    return number
