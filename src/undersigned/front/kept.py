"""What is kept in memory for a moment: made once for all who ask at the same time, bounded in bytes."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# After the first it is made anew while the old one still serves; after the second nobody gets it.
RENEW_SECONDS = 0.5
LONGEST_SECONDS = 1.0

log = logging.getLogger(__name__)


class Kept(Generic[K, V]):
    """Values by key, none older than a second when it is given out.

    `make` gets the key and the value that stood before; what it makes of it is kept unless it is None.
    """

    def __init__(
        self,
        make: Callable[[K, V | None], Awaitable[V | None]],
        *,
        size: Callable[[V], int],
        largest: int,
    ) -> None:
        self._make = make
        self._size = size
        self._largest = largest
        self._total = 0
        self._values: OrderedDict[K, tuple[V, float]] = OrderedDict()
        self._making: dict[K, asyncio.Task[V | None]] = {}

    def now(self, key: K) -> V | None:
        """The value if one is at hand; no waiting."""
        found = self._values.get(key)
        if found is None:
            return None
        age = time.monotonic() - found[1]
        if age >= LONGEST_SECONDS:
            return None
        if age >= RENEW_SECONDS and key not in self._making:
            self._begin(key)
        return found[0]

    async def get(self, key: K) -> V | None:
        """The value, made if need be; None where there is none to keep."""
        value = self.now(key)
        if value is not None:
            return value
        task = self._making.get(key) or self._begin(key)
        # Whoever goes away does not take it from the others that wait.
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Keeps nothing of what was made so far."""
        self._values.clear()
        self._total = 0

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._total

    def _begin(self, key: K) -> asyncio.Task[V | None]:
        task = asyncio.get_running_loop().create_task(self._renew(key))
        self._making[key] = task
        return task

    async def _renew(self, key: K) -> V | None:
        # Its age counts from before it was read.
        began = time.monotonic()
        before = self._drop(key, keep=True)
        value = None
        try:
            value = await self._make(key, before)
        except Exception:
            # Django, which is asked next, says what is wrong.
            log.exception("the front could not prepare an answer")
        finally:
            self._making.pop(key, None)
            self._drop(key)
            if value is not None:
                self._put(key, value, began)
        return value

    def _drop(self, key: K, *, keep: bool = False) -> V | None:
        found = self._values.get(key) if keep else self._values.pop(key, None)
        if found is None:
            return None
        if not keep:
            self._total -= self._size(found[0])
        return found[0]

    def _put(self, key: K, value: V, made: float) -> None:
        self._values[key] = (value, made)
        self._total += self._size(value)
        # In use means renewed: what was renewed longest ago goes first.
        while self._total > self._largest and len(self._values) > 1:
            self._drop(next(iter(self._values)))
