"""Personal data are encrypted with a key that the database never sees (AES-256-GCM).

Layout of a sealed value: version byte 0x01, 12 bytes of nonce, ciphertext with tag. The context
string is authenticated, so that a value moved to another column or row kind does not open.

What must not outlive its use is sealed under a passing key, one for each quarter of a minute, that is
destroyed once nothing needs it: version byte 0x03, 8 bytes of the span's number, then the same. Copies of
such a value, in a log of the database or on pages that were freed, open for nobody then.
"""

import json
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from undersigned.lib import clock, keys, mac

_VERSION, _PASSING = b"\x01", b"\x03"
_PASSING_HEAD = 9
PASSING_SECONDS = 15


class VaultError(Exception):
    """A sealed value cannot be opened: wrong key, wrong context or damaged bytes."""


class Passed(VaultError):
    """A value was sealed under a passing key that is destroyed: nobody can open it any more."""


@lru_cache(maxsize=4)
def _box(key: bytes) -> AESGCM:
    return AESGCM(key)


def sealer(context: str) -> Callable[[str], bytes]:
    """What encrypts many texts in one context under the contact key, which is read once."""
    encrypt, about = _box(keys.read_or_create("contact")).encrypt, context.encode()

    def seal_one(plain: str) -> bytes:
        nonce = os.urandom(12)
        return _VERSION + nonce + encrypt(nonce, plain.encode(), about)

    return seal_one


def passing_name(span: int) -> str:
    """The name of the passing key of a span of time."""
    return f"passing-{span}"


def this_span() -> int:
    """The number of the span whose passing key seals now."""
    return int(clock.now().timestamp()) // PASSING_SECONDS


def passing_sealer(context: str, span: int) -> Callable[[str], bytes]:
    """What encrypts texts under the key of a span, which is destroyed soon."""
    encrypt, about = _box(keys.read_or_create(passing_name(span))).encrypt, context.encode()
    head = _PASSING + span.to_bytes(8, "big")

    def seal_one(plain: str) -> bytes:
        nonce = os.urandom(12)
        return head + nonce + encrypt(nonce, plain.encode(), head + about)

    return seal_one


def _open_passing(data: bytes, about: bytes) -> str:
    head, nonce, rest = data[:_PASSING_HEAD], data[_PASSING_HEAD : _PASSING_HEAD + 12], data[21:]
    try:
        key = keys.read(passing_name(int.from_bytes(head[1:], "big")))
        return AESGCM(key).decrypt(nonce, rest, head + about).decode()
    except keys.KeyMissing:
        raise Passed("the passing key of a sealed value is destroyed") from None
    except InvalidTag:
        raise VaultError("a sealed value does not open with its passing key") from None


def opener(context: str) -> Callable[[bytes | memoryview], str]:
    """What decrypts many values of one context; for each raises VaultError, KeyMissing."""
    # Read at the first value that is one at all: what is forged asks for no key.
    box: AESGCM | None = None
    about = context.encode()

    def open_one(sealed: bytes | memoryview) -> str:
        nonlocal box
        data = bytes(sealed)
        if data[:1] == _PASSING and len(data) >= 29 + 8:
            return _open_passing(data, about)
        if len(data) < 29 or data[:1] != _VERSION:
            raise VaultError("not a sealed value")
        if box is None:
            box = _box(keys.read("contact"))
        try:
            return box.decrypt(data[1:13], data[13:], about).decode()
        except InvalidTag:
            raise VaultError("a sealed value does not open with the key in the keys folder") from None

    return open_one


def seal(plain: str, *, context: str) -> bytes:
    """Encrypts text under the contact key."""
    return sealer(context)(plain)


def unseal(sealed: bytes | memoryview, *, context: str) -> str:
    """Decrypts what `seal` made with the same context; raises VaultError."""
    return opener(context)(sealed)


def seal_bytes(data: bytes, *, context: str, key_name: str) -> bytes:
    """Encrypts bytes under a named key of their own, which can be destroyed apart."""
    nonce = os.urandom(12)
    return _VERSION + nonce + _box(keys.read_or_create(key_name)).encrypt(nonce, data, context.encode())


def unseal_bytes(sealed: bytes, *, context: str, key_name: str) -> bytes:
    """Decrypts what `seal_bytes` made with the same context and key; raises VaultError, KeyMissing."""
    if len(sealed) < 29 or sealed[:1] != _VERSION:
        raise VaultError("not a sealed value")
    try:
        return _box(keys.read(key_name)).decrypt(sealed[1:13], sealed[13:], context.encode())
    except InvalidTag:
        raise VaultError("a sealed value does not open with the key in the keys folder") from None


def seal_json(value: Any, *, context: str) -> bytes:
    """Encrypts a JSON value under the contact key."""
    return seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), context=context)


def unseal_json(sealed: bytes | memoryview, *, context: str) -> Any:
    """Decrypts what `seal_json` made with the same context; raises VaultError."""
    return json.loads(unseal(sealed, context=context))


def hasher(key_name: str) -> Callable[[str], bytes]:
    """What hashes many values under a named key, which is read once."""
    made = mac.maker(keys.read_or_create(key_name))
    return lambda value: made(value.encode())


def keyed_hash(key_name: str, value: str) -> bytes:
    """HMAC-SHA256 of a value under a named key outside the database: 32 bytes, for finding repeats."""
    return hasher(key_name)(value)
