"""How often one network may do something: a sliding window in memory, for all threads of a process."""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from django.http import HttpRequest

from undersigned.lib import env, http

MINUTE = 60.0
CODE_TRIES = 30
_NETWORKS = 20_000


class Window:
    """Counts events per network within the last seconds; forgets the network seen longest ago when full."""

    def __init__(
        self,
        seconds: float = MINUTE,
        networks: int = _NETWORKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self.networks = networks
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, network: str, limit: int) -> int:
        """Whole seconds until one more event would be allowed; 0 for now. Counts nothing."""
        with self._lock:
            return self._wait(network, limit, self._clock())

    def take(self, network: str, limit: int) -> int:
        """Counts one event and answers 0, or answers the seconds to wait and counts nothing."""
        with self._lock:
            now = self._clock()
            seconds = self._wait(network, limit, now)
            if seconds == 0 and limit > 0:
                self._seen.setdefault(network, deque()).append(now)
                self._seen.move_to_end(network)
                while len(self._seen) > self.networks:
                    self._seen.popitem(last=False)
            return seconds

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._seen.clear()

    def _wait(self, network: str, limit: int, now: float) -> int:
        events = self._seen.get(network)
        if events is None or limit <= 0:
            return 0
        while events and events[0] <= now - self.seconds:
            events.popleft()
        if not events:
            del self._seen[network]
            return 0
        if len(events) < limit:
            return 0
        return max(1, math.ceil(events[len(events) - limit] + self.seconds - now))


signatures = Window()
codes = Window()


def network_of(request: HttpRequest) -> str:
    """The network that a request counts for."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return http.client_network(http.client_address(request.META.get("REMOTE_ADDR", ""), forwarded))


def sign_limit() -> int:
    """Signatures per network and minute; 0 means any number."""
    return env.load().sign_limit
