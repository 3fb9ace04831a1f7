"""How often something may happen, for very many somethings, in little memory that processes share.

Each cell holds one number: the moment at which its key has used up nothing any more. An event moves it on by
the share of time that one event has; it is refused while that lies a whole window ahead. So a key may do its
whole allowance at once, and then as much as comes back with time.

Keys are hashed to one cell in each of two rows and the emptier one counts: strangers can make a key wait only
where they fill both at once. Nothing is ever thrown out, and nothing grows.
"""

import math
import mmap
import threading
import time
from collections.abc import Callable

MINUTE = 60.0
_ROWS = 2
_BITS = 18
# For sums of fractions.
_HAIR = 1e-6


class Rates:
    """A table of keys and their moments; a process that is forked shares it with its parent.

    Threads of a process never let more pass than the limit. Two processes that look at one cell in the very
    same microsecond may let one more pass: a lock between them would cost more than that is worth.
    """

    def __init__(
        self,
        seconds: float = MINUTE,
        *,
        bits: int = _BITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._mask = (1 << bits) - 1
        self._clock = clock
        self._lock = threading.Lock()
        # Anonymous and shared: no file, no name, and only the pages that are used take memory.
        self._memory = mmap.mmap(-1, _ROWS * 8 << bits)
        self._cells = memoryview(self._memory).cast("d")
        self._touched = False

    def wait(self, key: str, limit: int) -> int:
        """Whole seconds until one more event would be allowed; 0 for now. Counts nothing."""
        if limit <= 0:
            return 0
        one, other = self._places(key)
        moment = min(self._cells[one], self._cells[other])
        over = moment + self.seconds / limit - self._clock() - self.seconds
        return 0 if over <= _HAIR else max(1, math.ceil(over - _HAIR))

    def take(self, key: str, limit: int) -> int:
        """Counts one event and answers 0, or answers the seconds to wait and counts nothing."""
        if limit <= 0:
            return 0
        cells, share = self._cells, self.seconds / limit
        one, other = self._places(key)
        with self._lock:
            now = self._clock()
            in_one, in_other = cells[one], cells[other]
            moment = in_one if in_one < in_other else in_other
            moment = (moment if moment > now else now) + share
            over = moment - now - self.seconds
            if over <= _HAIR:
                self._touched = True
                if in_one < moment:
                    cells[one] = moment
                if in_other < moment:
                    cells[other] = moment
                return 0
        return max(1, math.ceil(over - _HAIR))

    def clear(self) -> None:
        """Forgets everything that this process has counted, and what others have with it."""
        with self._lock:
            if self._touched:
                self._memory[:] = bytes(len(self._memory))
                self._touched = False

    @property
    def size(self) -> int:
        """Bytes that it can take, however many keys there are."""
        return len(self._memory)

    def _places(self, key: str) -> tuple[int, int]:
        # Python's own hash of text is keyed with chance at the start of the program, which forks inherit:
        # nobody can choose keys that meet.
        value = hash(key)
        return value & self._mask, (value >> 32 & self._mask) + self._mask + 1
