"""Makes the bundles, editions and archives that were asked for at the desk: once, or as a service."""

import argparse
import signal
import subprocess
import sys
import threading
from types import FrameType

from django.db import DatabaseError, close_old_connections

from undersigned.lib.lazily import Library
from undersigned.signing.delivery import making
from undersigned.signing.editions import making as editions

# The loop alone needs nothing of them.
make = Library("undersigned.edition.delivery.make")
handed_out = Library("undersigned.edition.handed_out")

HELP = "Make the bundles, editions and archives that were asked for at the desk; with --loop, as a service."
_POLL = 2.0
_AFTER_TROUBLE = 30.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--loop", action="store_true", help="make whatever is asked for until stopped (SIGTERM)"
    )
    ways.add_argument("--quiet", action="store_true", help="tell no progress, only what went wrong")


def run(options: argparse.Namespace) -> int:
    """Runs the command; 1 when a bundle could not be made."""
    if options.loop:
        return _loop()
    editions.renew()
    asked = len(making.waiting()) + len(editions.waiting())
    say = _nothing if options.quiet else _say
    with make.Told(say) as told:
        done = int(make.make_all(tell=told))
    with make.Told(say, editions.tell) as told:
        done += int(handed_out.make_all(tell=told))
    if not options.quiet:
        print(f"made {done} of {asked}")
    return 0 if done == asked else 1


def _nothing(_step: str, _done: int, _total: int) -> None:
    """Tells nobody."""


def _say(step: str, done: int, total: int) -> None:
    words = {**making.STEPS, **editions.STEPS}.get(step, step)
    print(f"{words} {done}/{total}" if total else words, file=sys.stderr, flush=True)


def _loop() -> int:
    """Each bundle is made by a process of its own: what layout needs in memory goes with it."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    while not stop.is_set():
        pause = _POLL
        try:
            close_old_connections()
            editions.renew()
            if (making.waiting() or editions.waiting()) and not _made_by_child(stop):
                pause = _AFTER_TROUBLE
        except DatabaseError:
            pause = _AFTER_TROUBLE
        stop.wait(pause)
    return 0


def _made_by_child(stop: threading.Event) -> bool:
    command = [sys.executable, "-m", "undersigned.cli", "deliver", "--quiet"]
    child = subprocess.Popen(command)
    while child.poll() is None:
        if stop.wait(0.5):
            # What is begun is begun again by the next start; nothing was acknowledged.
            child.kill()
    return child.wait() == 0
