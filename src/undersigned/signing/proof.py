"""A small calculation that a browser does before its signature is sent: a proof of work.

The scheme is that of altcha. The server hides a number: it gives out a salt and the digest of both, signed,
and stores nothing. The browser tries numbers until it finds the one. A challenge serves one appeal, once, and
only for some minutes.
"""

import hmac
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from undersigned.appeals.models import Appeal
from undersigned.lib import env, keys, mac
from undersigned.lib.once import CHANCE_SIZE, Once

SECONDS = 20 * 60
_PROOF = re.compile(r"((\d{10})\.([0-9a-f]{32})\.\d{1,9})\.(\d{1,9})\.([0-9a-f]{64})", re.ASCII)

used = Once(SECONDS)


def challenge(appeal: Appeal) -> dict[str, Any]:
    """What a browser has to find out; `proof` is then `salt.number.signature`."""
    most = env.load().proof_work
    ends = int(time.time()) + SECONDS
    salt = f"{ends}.{secrets.token_hex(CHANCE_SIZE)}.{most}"
    digest = _digest(salt, str(secrets.randbelow(most + 1)))
    return {
        "algorithm": "SHA-256",
        "salt": salt,
        "challenge": digest,
        "maxnumber": most,
        "signature": _sign(appeal, salt, digest),
        "seconds": SECONDS,
    }


def spend(appeal: Appeal, proof: object) -> bool:
    """Whether this is a proof for the appeal that nobody used before; from now on it is used."""
    found = _PROOF.fullmatch(proof) if isinstance(proof, str) else None
    if found is None:
        return False
    salt, ends, chance, number, signature = found.groups()
    if not 0 < int(ends) - time.time() <= SECONDS:
        return False
    if not hmac.compare_digest(_sign(appeal, salt, _digest(salt, number)), signature):
        return False
    return used.take(bytes.fromhex(chance), int(ends))


def _digest(salt: str, number: str) -> str:
    return sha256(f"{salt}.{number}".encode()).hexdigest()


def _sign(appeal: Appeal, salt: str, digest: str) -> str:
    key = keys.read_or_create("token")
    return _maker(key)(f"{appeal.public_id} {salt} {digest}".encode()).hex()


@lru_cache(maxsize=4)
def _maker(key: bytes) -> Callable[[bytes], bytes]:
    return mac.maker(key, b"proof-of-work\0")
