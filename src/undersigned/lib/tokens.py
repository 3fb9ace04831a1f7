"""Links and codes that prove that a mail was received.

A token is the row's random nonce with an HMAC over purpose and nonce: it can be made again for a
second mail, it is revoked by changing the nonce, and a copy of the database alone makes none.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets

from undersigned.lib import keys

NONCE_SIZE = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\Z")
# Crockford's alphabet: no I, L, O, U, so that a code read aloud or from paper is typed right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10


def new_nonce() -> bytes:
    """16 random bytes for a row."""
    return secrets.token_bytes(NONCE_SIZE)


def _mac(purpose: str, nonce: bytes) -> bytes:
    return hmac.digest(keys.read_or_create("token"), purpose.encode() + b"\0" + nonce, hashlib.sha256)


def token(purpose: str, nonce: bytes | memoryview) -> str:
    """The token of a row for one purpose: 43 characters, safe in a URL."""
    raw = bytes(nonce)
    return base64.urlsafe_b64encode(raw + _mac(purpose, raw)[:16]).decode().rstrip("=")


def nonce_of(purpose: str, value: str) -> bytes | None:
    """The nonce of a genuine token for that purpose, else None. Compares in constant time."""
    if not _TOKEN.match(value):
        return None
    try:
        raw = base64.urlsafe_b64decode(value + "=")
    except (binascii.Error, ValueError):
        return None
    nonce, mac = raw[:NONCE_SIZE], raw[NONCE_SIZE:]
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != value:
        return None
    return nonce if hmac.compare_digest(mac, _mac(purpose, nonce)[:16]) else None


def code(nonce: bytes | memoryview) -> str:
    """The short code of a row, to be typed: two groups of five, 50 bits."""
    number = int.from_bytes(_mac("code", bytes(nonce))[:8], "big")
    letters = "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def normal_code(typed: str) -> str | None:
    """A typed code as `code` writes it, forgiving case, spaces, look-alike letters; None if it is none."""
    cleaned = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper().translate(str.maketrans("ILO", "110"))
    if len(cleaned) != CODE_LENGTH or any(c not in _ALPHABET for c in cleaned):
        return None
    return f"{cleaned[:5]}-{cleaned[5:]}"


def code_key(normal: str) -> bytes:
    """What the database keeps of a code: a keyed hash of 16 bytes, to find the row by."""
    return _mac("code-key", normal.encode())[:16]


def public_id() -> str:
    """128 random bits as 22 characters of base64url; identifies an appeal or a text for ever."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
