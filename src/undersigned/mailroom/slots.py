"""Messages are found by address and time: each quarter of a day has its own part of the index.

An index by address alone is written all over, on a page of its own for each message; here the
messages of one crowd lie together, however many were sent before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

_QUARTER = 21_600
_KEY_BITS = 40


def slot(hashed: bytes, at: datetime) -> int:
    """Where a message to an address (by its keyed hash) stands that was queued at this moment."""
    return int(at.timestamp()) // _QUARTER << _KEY_BITS | int.from_bytes(hashed[:5], "big")


def slots(hashed: Iterable[bytes], since: datetime, until: datetime) -> list[int]:
    """Where all messages to these addresses stand; few others stand there too."""
    first, last = (int(at.timestamp()) // _QUARTER for at in (since, until + timedelta(minutes=10)))
    keys = sorted(int.from_bytes(one[:5], "big") for one in hashed)
    return [quarter << _KEY_BITS | key for quarter in range(first, last + 1) for key in keys]
