"""Entry bundles as in c2sp.org/tlog-tiles: each entry after its length in two bytes, big-endian."""

from collections.abc import Iterable

from .errors import TlogError

MAX_ENTRY = 0xFFFF
MAX_BUNDLE = 256 * (MAX_ENTRY + 2)


class EntryError(TlogError):
    """A bundle that does not hold exactly the entries it should."""


def pack(entries: Iterable[bytes]) -> bytes:
    """A bundle is the entries in order, each prefixed by its length."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise EntryError("an entry is longer than 65535 bytes")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def unpack(bundle: bytes, width: int) -> list[bytes]:
    """Exactly `width` entries with nothing after them, or an error."""
    entries: list[bytes] = []
    position = 0
    end = len(bundle)
    for _ in range(width):
        start = position + 2
        if start > end:
            raise EntryError("a bundle holds too few entries")
        position = start + (bundle[start - 2] << 8 | bundle[start - 1])
        entries.append(bundle[start:position])
    if position != end:
        raise EntryError("a bundle is cut short or has bytes after its last entry")
    return entries
