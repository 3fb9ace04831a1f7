"""A sign by which the site knows a question of its own command line: made of a key, good for a minute."""

import time

from undersigned.lib import tokens

HEADER = "X-Undersigned-Probe"
_PURPOSE = "probe"
_SECONDS = 60
_TIME_SIZE = 6


def make() -> str:
    """A sign for one question, now."""
    return tokens.token(_PURPOSE, tokens.ordered_nonces(1)[0])


def is_genuine(value: str) -> bool:
    """Whether a sign was made with this site's key within the last minute; compares in constant time."""
    nonce = tokens.nonce_of(_PURPOSE, value)
    if nonce is None:
        return False
    age = time.time() - int.from_bytes(nonce[:_TIME_SIZE], "big") / 1000
    return abs(age) < _SECONDS
