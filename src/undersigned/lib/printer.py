"""Prints pages of HTML as PDF in a process of its own, one at a time.

Layout takes seconds and a hundred megabytes: here it takes them from nobody who reads or signs meanwhile.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import undersigned

SECONDS = 60.0
_PROGRAM = "undersigned.lib.typeset"
_press = threading.Lock()
# One prints, one waits; whoever comes then is sent away at once: threads are there for readers and signers.
_room = threading.BoundedSemaphore(2)


class Unavailable(Exception):
    """This cannot be printed here; the message says in one line what is missing, or that it takes long."""


class Busy(Exception):
    """Others print now; it can be tried again."""


@dataclass(frozen=True)
class Printed:
    """A PDF, which of the pages given it shows, and on how many sides."""

    data: bytes
    choice: int
    sides: int


def pdf(page: str, style: str) -> bytes:
    """A page as a tagged PDF with its fonts in it; raises Unavailable, Busy."""
    return fitting([(page, 0)], style).data


def fitting(choices: Sequence[tuple[str, int]], style: str) -> Printed:
    """The first of some pages that needs no more sides than it may, else the last; raises as `pdf` does.

    Each page must be shorter than the one before it.
    """
    if lacking := missing():
        raise Unavailable(lacking)
    if not _room.acquire(blocking=False):
        raise Busy
    try:
        with _press:
            done = _run(json.dumps({"style": style, "choices": list(choices)}).encode())
    except subprocess.TimeoutExpired:
        raise Unavailable(f"the layout takes longer than {SECONDS:.0f} seconds") from None
    finally:
        _room.release()
    if done.returncode:
        raise Unavailable(_last_line(done.stderr))
    head, _line, data = done.stdout.partition(b"\n")
    facts = json.loads(head)
    return Printed(data, facts["choice"], facts["sides"])


def missing() -> str:
    """What must be installed before anything can be printed; empty where nothing is missing."""
    try:
        _look()
    except Unavailable as error:
        return str(error)
    return ""


@lru_cache(maxsize=1)
def _look() -> None:
    """Tries once whether the program starts; what is missing is looked for again each time."""
    asked = subprocess.run(
        [*_python(), "-c", f"import {_PROGRAM}"], env=_environment(), capture_output=True, check=False
    )
    if asked.returncode:
        raise Unavailable(_last_line(asked.stderr))


def _run(data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*_python(), "-m", _PROGRAM],
        input=data,
        env=_environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def _python() -> list[str]:
    # Nothing is imported from the folder that this process happens to stand in.
    return [sys.executable, "-P"]


def _environment() -> dict[str, str]:
    """The machine's own, without the settings of this site, which hold secrets."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("UNDERSIGNED_")}
    return {**plain, "PYTHONPATH": str(Path(undersigned.__file__).parents[1])}


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines() or ["the printer stopped"]
    return lines[-1].removeprefix("ImportError: ")[:300]
