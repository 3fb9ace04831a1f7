"""What may be used only once until it expires, in fixed memory that processes share.

A filter of bits for each span of time: a value sets bits that it chooses itself. A span is emptied when
nothing that it was for is valid any more. It may, seldom, take a fresh value for a used one; never the other
way round.
"""

import mmap
import threading

CHANCE_SIZE = 16
_SPANS = 3
_BITS = 23
_TIMES = 5


class Once:
    """Values of 16 random bytes that expire at most `seconds` from now; forked processes share it.

    With 400,000 values in one span it is mistaken about 4 fresh ones in 10,000.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._size = 1 << (_BITS - 3)
        self._memory = mmap.mmap(-1, _SPANS * (self._size + 8))
        self._touched = False
        self._stamps = memoryview(self._memory)[_SPANS * self._size :].cast("q")

    def take(self, chance: bytes, ends: int) -> bool:
        """Whether the value, which expires at `ends`, was not used before; it is from now on."""
        if len(chance) != CHANCE_SIZE:
            raise ValueError("not a value of 16 bytes")
        span = ends // self._seconds
        begin = span % _SPANS * self._size
        number, memory, fresh = int.from_bytes(chance, "big"), self._memory, False
        with self._lock:
            self._touched = True
            if self._stamps[span % _SPANS] != span:
                memory[begin : begin + self._size] = bytes(self._size)
                self._stamps[span % _SPANS] = span
            for _ in range(_TIMES):
                place, bit = begin + (number >> 3 & self._size - 1), 1 << (number & 7)
                fresh = fresh or not memory[place] & bit
                memory[place] |= bit
                number >>= _BITS
        return fresh

    def clear(self) -> None:
        """Forgets everything that this process has counted, and what others have with it."""
        with self._lock:
            if self._touched:
                self._memory[:] = bytes(len(self._memory))
                self._touched = False
