"""People who sign, confirm, and now and then erase themselves, and remember what they were told."""

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.storm.mail import MailServer

TEXT = "/appeals/lamp/en"
# So many letters somebody awaits at once.
_PATIENCE = 20


@dataclass
class Memory:
    """What was answered: by address, and for erasures the moment of the answer."""

    tried: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)
    erasing: set[str] = field(default_factory=set)
    erased: dict[str, float] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)


class Crowd:
    """Threads that go on until they are told to stop; each waits for one answer at a time."""

    def __init__(self, port: int, mail: MailServer, *, size: int = 8, pause: float = 0.0) -> None:
        self.memory = Memory()
        self._port, self._mail, self._pause = port, mail, pause
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._live, args=(number,), daemon=True) for number in range(size)
        ]

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends when everybody has their last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def got_through(self) -> bool:
        """Whether enough was acknowledged for a storm to prove anything."""
        return len(self.memory.signed) > 40 and len(self.memory.confirmed) > 10

    def _live(self, number: int) -> None:
        chance = random.Random(number)
        waiting: list[str] = []
        turn = 0
        while not self._stop.is_set():
            if len(waiting) >= _PATIENCE:
                # Who signs faster than mail can go out would never see the first letter.
                time.sleep(0.05)
                waiting = [one for one in waiting if not self._confirm(one, chance)]
                continue
            turn += 1
            email = f"p{number}x{turn}@storm.example"
            name = "Signer " + "".join(chr(ord("a") + int(digit)) for digit in f"{number}{turn}")
            if self.sign(email, name):
                waiting.append(email)
            waiting = [one for one in waiting if not self._confirm(one, chance)]
            time.sleep(self._pause)

    def sign(self, email: str, name: str) -> bool:
        """Signs; whether it was acknowledged."""
        self.memory.tried.add(email)
        if self._post(f"{TEXT}/sign", {"name": name, "email": email, "display": "name"}) == 303:
            self.memory.signed.add(email)
            return True
        return False

    def _confirm(self, email: str, chance: random.Random) -> bool:
        token = self._mail.token(email, "confirm")
        if not token or self._post(f"/confirm/{token}/", {}) not in (200, 303):
            return False
        self.memory.confirmed.add(email)
        if chance.random() < 0.1:
            self._erase(email)
        return True

    def _erase(self, email: str) -> None:
        deadline = time.monotonic() + 5
        while not (token := self._mail.token(email, "mine")) and time.monotonic() < deadline:
            time.sleep(0.05)
        if token:
            self.memory.erasing.add(email)
            if self._post(f"/mine/{token}/erase", {"sure": "on"}) == 200:
                self.memory.erased[email] = self._mail.now()

    def _post(self, path: str, fields: dict[str, str]) -> int:
        """The status; 0 when nobody answered, so that nobody knows whether it was done."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        try:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(fields), kind)
            answer = connection.getresponse()
            body = answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
            return 0
        finally:
            connection.close()
        seen = self.memory.statuses
        seen[status] = seen.get(status, 0) + 1
        if status == 503 and not answer.getheader("Retry-After"):
            self.memory.strange.append(f"503 without Retry-After at {path.split('/')[1]}")
        if status >= 500 and status != 503:
            self.memory.strange.append(f"{status} at {path.split('/')[1]}: {body[:200]!r}")
        return status
