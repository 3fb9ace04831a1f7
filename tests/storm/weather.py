"""The storm itself: processes kept running, and what befalls them."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from subprocess import Popen

from tests.installation import Installation
from tests.storm.crowd import Crowd
from tests.storm.disk import Disk
from tests.storm.mail import MailServer

ROLES: dict[str, tuple[str, ...]] = {
    "web": ("serve", "--only-web"),
    "sender": ("send-mail", "--loop"),
    "publisher": ("publish", "--loop"),
}


class Storm:
    """A site whose three processes are started again whenever they are gone."""

    def __init__(
        self,
        site: Installation,
        mail: MailServer,
        disk: Disk | None,
        restart_database: Callable[[], None] | None,
        seed: int,
    ) -> None:
        self.site, self.mail, self.disk = site, mail, disk
        self.happened: Counter[str] = Counter()
        self.besides: Counter[str] = Counter()
        self._restart_database = restart_database
        self._chance = random.Random(seed)
        self._running: dict[str, Popen[str]] = {}
        site.environment["UNDERSIGNED_EMAIL_URL"] = f"smtp://127.0.0.1:{mail.port}?timeout=5"
        site.environment |= dict.fromkeys(
            ("UNDERSIGNED_SIGN_LIMIT", "UNDERSIGNED_DOMAIN_LIMIT", "UNDERSIGNED_APPEAL_LIMIT"), "0"
        )
        if disk:
            site.environment.update(disk.environment)

    def rage(self, kills: int, crowd: Crowd, *, pause: float = 1.0) -> None:
        """Kills so many processes, with the other faults between; ends with everything running well."""
        self.mend()
        self.await_answer()
        crowd.start()
        while self.happened.total() < kills:
            # Now and then it strikes while the last victim is still getting up.
            if self._chance.random() < 0.8:
                self.await_answer()
            time.sleep(self._chance.uniform(0.1, 2 * pause))
            self._kill()
            self._befall()
            self.mend()
        if self.disk:
            self.disk.be("ok")
        self.mend()
        self.await_answer()
        # On a slow machine everybody is busy getting up: those who waited have their turn now.
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not crowd.got_through():
            time.sleep(0.5)
        crowd.stop()

    def await_answer(self, seconds: float = 120) -> None:
        """Returns when the web process answers; one that refused to start on a failing disk starts again."""
        deadline = time.monotonic() + seconds
        while True:
            self.mend()
            try:
                self.site.await_answer(self._running["web"], 10)
                return
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
                if self.disk:
                    self.disk.be("ok")

    def stop(self) -> None:
        """Stops the site in order."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait(60)

    def _kill(self) -> None:
        role = self._chance.choice(list(ROLES))
        process = self._running[role]
        # The whole group: the web process is a child of the one that keeps it.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait(20)
        self.happened[f"{role} killed"] += 1

    def _befall(self) -> None:
        """Something else that may happen at the same time; now and then nothing."""
        fate = self._chance.random()
        if fate < 0.2:
            self.mail.cut = self._chance.choice(["before", "after"])
        elif fate < 0.45 and self.disk:
            mode = self._chance.choice(["fail", "lie", "slow 20", "slow 80"])
            self.disk.be(mode)
            self.besides[f"disk {mode}"] += 1
        elif fate < 0.65 and self.disk:
            self.disk.be("ok")
        elif fate > 0.95 and self._restart_database:
            self._restart_database()
            self.besides["database restarted"] += 1

    def mend(self) -> None:
        """Starts whatever is not running."""
        for role, command in ROLES.items():
            if role not in self._running or self._running[role].poll() is not None:
                self._running[role] = self.site.start(*command)
