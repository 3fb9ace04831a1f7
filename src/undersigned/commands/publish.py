"""Records confirmed signatures and publishes the logs: once, or as a service."""

import argparse
import signal
import sys
import threading
from types import FrameType

from undersigned.ledger.standing import behind
from undersigned.signing import names_later, reveal, seal_rest, sequence
from undersigned.signing.publisher import publish_loop

HELP = "Record confirmed signatures in the logs and publish them once; with --loop, as a service."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options; they exclude each other."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--loop", action="store_true", help="publish whatever falls due until stopped (SIGTERM)"
    )
    ways.add_argument(
        "--force", action="store_true", help="do not wait for the crowd that careful appeals wait for"
    )


def run(options: argparse.Namespace) -> int:
    """Runs the command; 1 when a log could not be published."""
    if options.loop:
        return _loop()
    try:
        recorded, failures = reveal.record_due(force=options.force, hurry=True), list[str]()
    except sequence.PublishingFailed as error:
        recorded, failures = error.recorded, [str(failure) for failure in error.failures]
    print(f"recorded {recorded}")
    seal_rest.go()
    names_later.go()
    # A log that nothing waits for may still be ahead of a database from an old backup.
    failures += [line for line in behind() if not any(line in failure for failure in failures)]
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _loop() -> int:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    publish_loop(stop)
    return 0
