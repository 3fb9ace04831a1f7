"""Personal data are encrypted with a key that the database never sees (AES-256-GCM).

Layout of a sealed value: version byte 0x01, 12 bytes of nonce, ciphertext with tag. The context
string is authenticated, so that a value moved to another column or row kind does not open.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from undersigned.lib import keys

_VERSION = b"\x01"


class VaultError(Exception):
    """A sealed value cannot be opened: wrong key, wrong context or damaged bytes."""


def seal(plain: str, *, context: str) -> bytes:
    """Encrypts text under the contact key."""
    nonce = os.urandom(12)
    box = AESGCM(keys.read_or_create("contact"))
    return _VERSION + nonce + box.encrypt(nonce, plain.encode(), context.encode())


def unseal(sealed: bytes | memoryview, *, context: str) -> str:
    """Decrypts what `seal` made with the same context; raises VaultError."""
    data = bytes(sealed)
    if len(data) < 29 or data[:1] != _VERSION:
        raise VaultError("not a sealed value")
    try:
        return AESGCM(keys.read("contact")).decrypt(data[1:13], data[13:], context.encode()).decode()
    except InvalidTag:
        raise VaultError("a sealed value does not open with the key in the keys folder") from None


def seal_json(value: Any, *, context: str) -> bytes:
    """Encrypts a JSON value under the contact key."""
    return seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), context=context)


def unseal_json(sealed: bytes | memoryview, *, context: str) -> Any:
    """Decrypts what `seal_json` made with the same context; raises VaultError."""
    return json.loads(unseal(sealed, context=context))


def keyed_hash(key_name: str, value: str) -> bytes:
    """HMAC-SHA256 of a value under a named key outside the database: 32 bytes, for finding repeats."""
    return hmac.digest(keys.read_or_create(key_name), value.encode(), hashlib.sha256)
