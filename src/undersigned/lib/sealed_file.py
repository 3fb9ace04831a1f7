"""Large files under a key of their own: written and read piece by piece, no piece can be moved or left out.

Layout: version byte 0x02, then for each piece 4 bytes of length, 12 bytes of nonce, ciphertext with tag
(AES-256-GCM). A piece is bound to its number, and the last one to being the last. With the key gone,
nobody reads the file again, whatever copies there are.
"""

import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from undersigned.lib import keys

_VERSION = b"\x02"
_PIECE = 1 << 16
_OVERHEAD = 12 + 16


class Damaged(Exception):
    """The file does not open with its key: cut short, changed, or another key's."""


class Writer:
    """Seals what is written to it; `close` writes the last piece, without which the file does not open."""

    def __init__(self, out: IO[bytes], key_name: str) -> None:
        self._out = out
        self._box = AESGCM(keys.read_or_create(key_name))
        self._held = bytearray()
        self._number = 0
        out.write(_VERSION)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Takes some bytes; whole pieces go out at once."""
        self._held += data
        while len(self._held) > _PIECE:
            self._put(bytes(self._held[:_PIECE]), last=False)
            del self._held[:_PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: a piece goes out when it is full."""

    def close(self) -> None:
        """Writes the last piece; the file below stays open."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = os.urandom(12)
        sealed = nonce + self._box.encrypt(nonce, piece, _about(self._number, last=last))
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def read(source: IO[bytes], key_name: str) -> Iterator[bytes]:
    """What was sealed, piece by piece; raises Damaged, keys.KeyMissing."""
    box = AESGCM(keys.read(key_name))
    if source.read(1) != _VERSION:
        raise Damaged("not a sealed file")
    number = 0
    following = source.read(4)
    while following:
        size = int.from_bytes(following, "big")
        sealed = source.read(size)
        if len(following) < 4 or not _OVERHEAD <= size <= _PIECE + _OVERHEAD or len(sealed) < size:
            raise Damaged("a sealed file is cut short")
        following = source.read(4)
        try:
            yield box.decrypt(sealed[:12], sealed[12:], _about(number, last=not following))
        except InvalidTag:
            raise Damaged("a sealed file was changed or cut short") from None
        number += 1
    if not number:
        raise Damaged("a sealed file is cut short")


def _about(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8, "big") + (b"last" if last else b"more")
