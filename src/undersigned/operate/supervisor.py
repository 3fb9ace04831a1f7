"""Keeps a few processes alive: starts them, restarts what dies, stops them in order, loses none.

Children are forked after what they need is loaded, so that a start costs one start of Python. The parent
holds the writing end of a pipe that nobody writes to: when it is gone, however it went, every child
reads the end of it and stops.
"""

import contextlib
import gc
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from django.db import connections

log = logging.getLogger(__name__)

# Time for requests and mails under way to finish; then a child is killed.
GRACE = 25.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# A child that lived this long was well: its next death is a new trouble, not the old one.
_WELL_AFTER = 60.0
_STARTS_BEFORE_GIVING_UP = 5
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Role:
    """A process to be kept alive; when an essential one cannot be started, nothing goes on."""

    name: str
    run: Callable[[], int]
    essential: bool = False
    # Runs in the parent before each start: what it loads, no child has to.
    prepare: Callable[[], object] = lambda: None
    pid: int = 0
    began: float = 0.0
    failures: int = 0
    # When it is to be started, in monotonic seconds; 0 is at once.
    due: float = 0.0


class Supervisor:
    """Runs roles until it is told to stop."""

    def __init__(self, roles: Sequence[Role], *, grace: float = GRACE) -> None:
        self._roles = list(roles)
        self._grace = grace
        self._stopping = False
        self._impatient = False
        self._code = 0
        self._life_end, self._life = os.pipe()
        self._wake_end, self._wake = os.pipe()
        for end in (self._wake_end, self._wake):
            os.set_blocking(end, False)

    def run(self) -> int:
        """Returns 0 after an orderly stop, 1 when something had to be killed or could not be kept alive."""
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in _STOP_SIGNALS:
            signal.signal(number, self._ask_to_stop)
        while not self._stopping:
            self._start_due()
            self._sleep(0.5)
            self._reap()
        self._stop_all()
        return self._code

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._impatient = self._stopping
        self._stopping = True

    def _sleep(self, seconds: float) -> None:
        select.select([self._wake_end], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_end, 4096)

    def _start_due(self) -> None:
        now = time.monotonic()
        for role in self._roles:
            if not role.pid and role.due <= now:
                self._start(role)

    def _start(self, role: Role) -> None:
        role.prepare()
        # What is loaded stays: no collection looks through it again, and so no child copies its pages.
        gc.freeze()
        # A connection shared by two processes breaks both.
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        role.began = time.monotonic()
        pid = os.fork()
        if pid:
            role.pid = pid
            return
        try:
            self._become(role)
        finally:
            # Whatever happened, a child never returns into the parent's code.
            os._exit(70)

    def _become(self, role: Role) -> None:
        signal.set_wakeup_fd(-1)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for end in (self._life, self._wake, self._wake_end):
            os.close(end)
        threading.Thread(target=_follow, args=(self._life_end, self._grace), daemon=True).start()
        try:
            code = role.run()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        except KeyboardInterrupt:
            code = 0
        except BaseException:
            log.exception("%s stopped on an error", role.name)
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _reap(self) -> None:
        for role in self._roles:
            if role.pid:
                with contextlib.suppress(ChildProcessError):
                    pid, status = os.waitpid(role.pid, os.WNOHANG)
                    if not pid:
                        continue
                    self._ended(role, os.waitstatus_to_exitcode(status))

    def _ended(self, role: Role, code: int) -> None:
        role.pid = 0
        if self._stopping:
            return
        lived = time.monotonic() - role.began
        role.failures = 1 if lived > _WELL_AFTER else role.failures + 1
        if role.essential and role.failures >= _STARTS_BEFORE_GIVING_UP:
            log.error("%s stopped %d times in a row: giving up", role.name, role.failures)
            self._code, self._stopping = 1, True
            return
        pause = min(_FIRST_PAUSE * 2 ** (role.failures - 1), _LONGEST_PAUSE)
        role.due = time.monotonic() + pause
        log.warning("%s stopped (%d) and starts again in %.1f s", role.name, code, pause)

    def _stop_all(self) -> None:
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        while any(role.pid for role in self._roles):
            if time.monotonic() > deadline or self._impatient:
                self._code = 1
                log.error("stopped by force: %s", ", ".join(r.name for r in self._roles if r.pid))
                self._signal_all(signal.SIGKILL)
                deadline, self._impatient = float("inf"), False
            self._sleep(0.2)
            self._reap()

    def _signal_all(self, number: signal.Signals) -> None:
        for role in self._roles:
            if role.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(role.pid, number)


def _follow(life_end: int, grace: float) -> None:
    os.read(life_end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(1)
