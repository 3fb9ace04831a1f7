"""Sends queued mail: once, or as a service."""

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from undersigned.commands import BadInput
from undersigned.lib import env
from undersigned.mailroom import bounces, queue, send, smtp

HELP = "Send queued mail once; with --loop, as a service."
_LARGEST_BOUNCE = 5_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options; they exclude each other."""
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--loop", action="store_true", help="send what falls due until stopped (SIGTERM)")
    ways.add_argument("--release", action="store_true", help="let a queue that a restore holds be sent again")
    ways.add_argument("--bounce", metavar="FILE", help="read a delivery report from a file, - for stdin")


def run(options: argparse.Namespace) -> int:
    """Runs the command; 1 when mail had to wait."""
    if options.bounce:
        return _bounce(options.bounce)
    if options.release:
        return _release()
    try:
        smtp.transport()
    except env.SettingsError as error:
        raise BadInput(str(error)) from error
    return _loop() if options.loop else _once()


def _once() -> int:
    done = send.send_due(limit=sys.maxsize)
    print(f"sent {done.sent}, failed {done.failed}, to be tried again {done.retried}")
    if done.trouble:
        print(done.trouble, file=sys.stderr)
        if queue.is_held():
            print("release it with: undersigned send-mail --release", file=sys.stderr)
    return 1 if done.trouble else 0


def _loop() -> int:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    send.deliver_loop(stop)
    return 0


def _release() -> int:
    if not queue.is_held():
        print("the mail queue is not held")
        return 0
    queue.release()
    print("the mail queue is released")
    return 0


def _bounce(source: str) -> int:
    try:
        if source == "-":
            data = sys.stdin.buffer.read(_LARGEST_BOUNCE + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(_LARGEST_BOUNCE + 1)
    except OSError as error:
        raise BadInput(f"{source}: {error.strerror}") from error
    if len(data) > _LARGEST_BOUNCE:
        raise BadInput(f"{source}: larger than a delivery report can be")
    try:
        status = bounces.record(data)
    except bounces.NotABounce as error:
        raise BadInput(f"{source}: {error}") from error
    print(f"the address gets no more mail ({status})")
    return 0
