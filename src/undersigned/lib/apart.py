"""Work on bytes of unknown cost, done in a process of its own that is stopped when its time is over.

A file that a parser needs minutes for, or that makes it eat all memory, must hold no thread of the web and
fill no log. The function gets bytes and gives what JSON can hold.
"""

import contextlib
import importlib
import json
import logging
import os
import resource
import subprocess
import sys
import threading
from typing import Any

_MEMORY = 1 << 30
# What comes back is a list of references or the words of a page.
_ANSWER_MAX = 64 << 20
# More at once would only make each of them slower.
_AT_ONCE = threading.BoundedSemaphore(2)


class TookTooLong(Exception):
    """The work was not done within its time, or within its memory; nothing came of it."""


def apart(function: str, data: bytes, *, seconds: float) -> Any:
    """What `module:function` makes of the bytes, in a process of its own; raises TookTooLong."""
    if not _AT_ONCE.acquire(timeout=seconds):
        raise TookTooLong(function)
    try:
        return _asked(function, data, seconds)
    finally:
        _AT_ONCE.release()


def _asked(function: str, data: bytes, seconds: float) -> Any:
    command = [sys.executable, "-P", "-m", "undersigned.lib.apart", function, str(int(seconds) + 1)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise TookTooLong(function) from error
    return json.loads(done.stdout)


def main(arguments: list[str]) -> int:
    """The other side: reads standard input, writes the answer as JSON."""
    name, seconds = arguments
    limit = int(seconds)
    for which, most in (
        (resource.RLIMIT_CPU, limit),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _ANSWER_MAX),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))
    # Libraries tell in their logs what stands in the file.
    logging.disable(logging.CRITICAL)
    module, _, function = name.partition(":")
    answer = getattr(importlib.import_module(module), function)(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
