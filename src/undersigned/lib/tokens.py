"""Links and codes that prove that a mail was received.

A token is the row's random nonce with an HMAC over purpose and nonce: it can be made again for a
second mail, it is revoked by changing the nonce, and a copy of the database alone makes none.
"""

import base64
import hashlib
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
_PLACES = {letter: place for place, letter in enumerate(_ALPHABET)}
_TIME_SIZE = 6
# A code holds the row's number in 34 bits and 16 bits of its nonce's MAC.
_NUMBER_BITS, _CHECK_SIZE = 34, 2
_HALF = 25
_HALF_MASK = (1 << _HALF) - 1
_ROUNDS = tuple(bytes([number]) for number in range(6))


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


def coarser(nonce: bytes, seconds: int) -> bytes:
    """The nonce with its moment taken back to the beginning of a span: it no longer tells when exactly."""
    began = int.from_bytes(nonce[:_TIME_SIZE], "big")
    return (began - began % (seconds * 1000)).to_bytes(_TIME_SIZE, "big") + nonce[_TIME_SIZE:]


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


def _mixer() -> Callable[[bytes, int], int]:
    """The round function: 25 bits from a round's number and 25 bits, under the key of codes."""
    keyed = hashlib.blake2b(key=keys.read_or_create("token"), digest_size=4, person=b"code").copy

    def mix(number: bytes, half: int) -> int:
        hashed = keyed()
        hashed.update(number + half.to_bytes(4, "big"))
        return int.from_bytes(hashed.digest(), "big") & _HALF_MASK

    return mix


def coder() -> Callable[[int, bytes], str]:
    """What makes the codes of many rows from their numbers and nonces; the key is read once.

    A code is the row's number and some bits of its nonce, enciphered (a Feistel network over 50 bits): the
    row is found by its number, each row has one code of 2^50, and a changed nonce revokes it.
    """
    check, mix, pairs = checker(), _mixer(), _PAIRS

    def code_of_one(number: int, nonce: bytes) -> str:
        if number >> _NUMBER_BITS:
            raise ValueError("no code holds such a number")
        plain = number << 8 * _CHECK_SIZE | int.from_bytes(check(nonce), "big")
        left, right = plain >> _HALF, plain & _HALF_MASK
        for place in _ROUNDS:
            left, right = right, left ^ mix(place, right)
        n = left << _HALF | right
        letters = (
            pairs[n & 1023] + pairs[n >> 10 & 1023] + pairs[n >> 20 & 1023] + pairs[n >> 30 & 1023]
            + pairs[n >> 40 & 1023]
        )  # fmt: skip
        return f"{letters[:5]}-{letters[5:]}"

    return code_of_one


def decoder() -> Callable[[str], tuple[int, bytes]]:
    """What reads many codes, each as `normal_code` writes it: the row's number, and what to check it by.

    Every code has a number: it is a row's own only if `checker` says the same bytes of the row's nonce.
    """
    mix = _mixer()

    def number_of_one(normal: str) -> tuple[int, bytes]:
        letters = normal.replace("-", "")
        n = sum(_PLACES[letter] << 5 * place for place, letter in enumerate(letters))
        left, right = n >> _HALF, n & _HALF_MASK
        for place in reversed(_ROUNDS):
            left, right = right ^ mix(place, left), left
        plain = left << _HALF | right
        return plain >> 8 * _CHECK_SIZE, (plain & 0xFFFF).to_bytes(_CHECK_SIZE, "big")

    return number_of_one


def checker() -> Callable[[bytes], bytes]:
    """What makes the bytes by which a code belongs to a nonce; to be compared in constant time."""
    mac = _macs("code")
    return lambda nonce: mac(nonce)[:_CHECK_SIZE]


def token(purpose: str, nonce: bytes | memoryview) -> str:
    """The token of a row for one purpose: 43 characters, safe in a URL."""
    return maker(purpose)(bytes(nonce))


def nonce_of(purpose: str, value: str) -> bytes | None:
    """The nonce of a genuine token for that purpose, else None. Compares in constant time."""
    return reader(purpose)(value)


def code(number: int, nonce: bytes | memoryview) -> str:
    """The short code of a row, to be typed: two groups of five, 50 bits."""
    return coder()(number, bytes(nonce))


def normal_code(typed: str) -> str | None:
    """A typed code as `code` writes it, forgiving case, spaces, look-alike letters; None if it is none."""
    cleaned = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper().translate(str.maketrans("ILO", "110"))
    if len(cleaned) != CODE_LENGTH or any(c not in _ALPHABET for c in cleaned):
        return None
    return f"{cleaned[:5]}-{cleaned[5:]}"


def public_id() -> str:
    """128 random bits as 22 characters of base64url; identifies an appeal or a text for ever."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
