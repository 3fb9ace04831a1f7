"""Links and codes that prove that a mail was received.

A token is the row's random nonce with an HMAC over purpose and nonce: it can be made again for a
second mail, it is revoked by changing the nonce, and a copy of the database alone makes none.
"""

import base64
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable

from undersigned.lib import keys
from undersigned.lib import mac as macs

NONCE_SIZE = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\Z")
# Crockford's alphabet: no I, L, O, U, so that a code read aloud or from paper is typed right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
# Two letters for ten bits.
_PAIRS = [_ALPHABET[number & 31] + _ALPHABET[number >> 5] for number in range(1024)]
_TIME_SIZE = 6


def new_nonce() -> bytes:
    """16 random bytes for a row."""
    return secrets.token_bytes(NONCE_SIZE)


def ordered_nonces(number: int) -> list[bytes]:
    """Nonces of rows that are found by them among millions: the moment of writing, then 80 random bits.

    Rows written together stand together in the index, however long it is.
    """
    began = (time.time_ns() // 1_000_000).to_bytes(_TIME_SIZE, "big")
    size = NONCE_SIZE - _TIME_SIZE
    random = os.urandom(size * number)
    return [began + random[place : place + size] for place in range(0, len(random), size)]


def _macs(purpose: str) -> Callable[[bytes], bytes]:
    return macs.maker(keys.read_or_create("token"), purpose.encode() + b"\0")


def maker(purpose: str) -> Callable[[bytes], str]:
    """What makes the tokens of many rows for one purpose; the key is read once."""
    mac = _macs(purpose)
    # 32 bytes are 43 characters and one of padding.
    return lambda nonce: base64.b64encode(nonce + mac(nonce)[:16], b"-_")[:43].decode("ascii")


def reader(purpose: str) -> Callable[[str], bytes | None]:
    """What finds the nonces of many genuine tokens, as `nonce_of` does; the key is read once."""
    mac = _macs(purpose)

    def nonce_of_one(value: str) -> bytes | None:
        if not _TOKEN.match(value):
            return None
        raw = base64.b64decode(value + "=", b"-_")
        # A last character with other spare bits is another spelling of the same bytes.
        if base64.b64encode(raw, b"-_")[:43] != value.encode():
            return None
        nonce = raw[:NONCE_SIZE]
        return nonce if hmac.compare_digest(raw[NONCE_SIZE:], mac(nonce)[:16]) else None

    return nonce_of_one


def coder() -> Callable[[bytes], str]:
    """What makes the codes of many rows; the key is read once."""
    mac, pairs = _macs("code"), _PAIRS

    def code_of_one(nonce: bytes) -> str:
        n = int.from_bytes(mac(nonce)[:8], "big")
        letters = (
            pairs[n & 1023] + pairs[n >> 10 & 1023] + pairs[n >> 20 & 1023] + pairs[n >> 30 & 1023]
            + pairs[n >> 40 & 1023]
        )  # fmt: skip
        return f"{letters[:5]}-{letters[5:]}"

    return code_of_one


def code_keys() -> Callable[[str], bytes]:
    """What makes the `code_key` of many codes; the key is read once."""
    mac = _macs("code-key")
    return lambda normal: mac(normal.encode())[:16]


def token(purpose: str, nonce: bytes | memoryview) -> str:
    """The token of a row for one purpose: 43 characters, safe in a URL."""
    return maker(purpose)(bytes(nonce))


def nonce_of(purpose: str, value: str) -> bytes | None:
    """The nonce of a genuine token for that purpose, else None. Compares in constant time."""
    return reader(purpose)(value)


def code(nonce: bytes | memoryview) -> str:
    """The short code of a row, to be typed: two groups of five, 50 bits."""
    return coder()(bytes(nonce))


def normal_code(typed: str) -> str | None:
    """A typed code as `code` writes it, forgiving case, spaces, look-alike letters; None if it is none."""
    cleaned = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper().translate(str.maketrans("ILO", "110"))
    if len(cleaned) != CODE_LENGTH or any(c not in _ALPHABET for c in cleaned):
        return None
    return f"{cleaned[:5]}-{cleaned[5:]}"


def code_key(normal: str) -> bytes:
    """What the database keeps of a code: a keyed hash of 16 bytes, to find the row by."""
    return code_keys()(normal)


def public_id() -> str:
    """128 random bits as 22 characters of base64url; identifies an appeal or a text for ever."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
