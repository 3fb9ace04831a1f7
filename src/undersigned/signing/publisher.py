"""The publisher as a service: records what is due, reminds, lets go of what has had its time."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connections

from undersigned.accounts import sessions
from undersigned.appeals import dead_links
from undersigned.circulation import rounds
from undersigned.ledger.errors import LedgerError
from undersigned.ledger.standing import behind
from undersigned.lib import clock, env
from undersigned.lib.keys import KeyMissing
from undersigned.signing import ask_again, expire, names_later, reveal, seal_rest, sequence
from undersigned.signing.delivery import kept, tell
from undersigned.signing.disputes import time as disputes
from undersigned.signing.moderation import decide
from undersigned.signing.organisations import dns, tidy
from undersigned.signing.paper import reverse, verify, watch
from undersigned.signing.updates import send as updates
from undersigned.signing.vouch import author as vouchers

log = logging.getLogger(__name__)

_POLL = 1.5
_SOON, _OFTEN = 30.0, 600.0
_DAILY = 86_400.0
_DOMAINS = "domains"
# Trouble that lasts is not worth a line every second.
_LONGEST_PAUSE = 15.0


class _Every:
    """Lets something be done when so many seconds have passed since it was done last."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.last: float | None = None

    def is_due(self) -> bool:
        now = time.monotonic()
        if self.last is not None and now - self.last < self.seconds:
            return False
        self.last = now
        return True


def publish_loop(stop: threading.Event) -> None:
    """Publishes what falls due until `stop` is set; the batch in hand is finished first."""
    soon, often, daily = _Every(_SOON), _Every(_OFTEN), _Every(_DAILY)
    pause, said = _POLL, ""
    for line in behind():
        log.error("%s", line)
    _watch_links(stop)
    while not stop.is_set():
        close_old_connections()
        trouble = (
            _try(_record)
            or _try(seal_rest.go)
            or _try(names_later.go)
            or _try(rounds.go)
            or _try(ask_again.go)
            or _try(tell.go)
            or _try(updates.go)
        )
        trouble = trouble or _try(verify.go) or _try(reverse.go) or _try(vouchers.go_on)
        trouble = trouble or _try(decide.go)
        if soon.is_due():
            trouble = trouble or _try(watch.go)
        if often.is_due():
            trouble = trouble or _try(expire.remind_pending) or _try(expire.drop_stale) or _try(rounds.tidy)
            trouble = trouble or _try(_look_beside) or _try(kept.sweep) or _try(sessions.forget_over)
            trouble = trouble or _try(disputes.tell_overdue) or _try(disputes.tidy)
        if daily.is_due():
            trouble = trouble or _try(expire.erase_early) or _try(expire.erase_expired)
        if trouble and trouble != said:
            log.error("publishing waits: %s", trouble)
        elif said and not trouble:
            log.info("logs are published again")
        said = trouble
        pause = min(pause * 2, _LONGEST_PAUSE) if trouble else _POLL
        stop.wait(pause)
    close_old_connections()


def _watch_links(stop: threading.Event) -> None:
    # Beside the loop: no log waits for a site that does not answer.
    if env.load().check_links:
        threading.Thread(target=dead_links.watch, args=(stop,), name="links", daemon=True).start()


def _look_beside(_now: datetime) -> None:
    """Looks at the domains of organisations beside the loop: silent name servers keep no log waiting."""
    running = any(thread.name == _DOMAINS for thread in threading.enumerate())
    if tidy.waits() and not running:
        threading.Thread(target=_look_at_domains, name=_DOMAINS, daemon=True).start()


def _look_at_domains() -> None:
    try:
        if trouble := _try(_look):
            log.error("domains wait: %s", trouble)
    finally:
        # A thread's connections are its own, and nobody else would close them.
        connections.close_all()


def _record(now: datetime) -> None:
    recorded = reveal.record_due(now=now)
    if recorded:
        log.info("recorded %d", recorded)


def _look(now: datetime) -> None:
    tidy.look_again(dns.texts, now)


def _try(step: Callable[[datetime], object]) -> str:
    """Does a step; what went wrong in one line, empty when nothing did."""
    try:
        step(clock.now())
    except sequence.PublishingFailed as error:
        return str(error)
    except (LedgerError, KeyMissing) as error:
        return str(error)
    except (DatabaseError, OSError) as error:
        return f"{step.__name__}: {type(error).__name__}"
    return ""
