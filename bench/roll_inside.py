"""The roll's figures, measured within an installation; `roll.py` starts it."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.test import Client
from django.urls import reverse

from bench import crowd
from bench.site import SLUG
from undersigned.appeals.models import Appeal
from undersigned.signing import export as exporting

_ROUNDS = 15


def times(number: int, start: int) -> None:
    """Adds names and prints milliseconds of each page as JSON."""
    if number:
        crowd.recorded(number, start)
    path = reverse("names", args=[SLUG])
    inner = _next_address(path)
    asked = {
        "roll page, first": path,
        "roll page, second": inner,
        "roll page, last": f"{path}?last=1",
        "search, beginning of a name": f"{path}?q=Goran+q00001",
        "search, within names": f"{path}?q=q00007",
        "search, nothing found": f"{path}?q=xyzzy",
    }
    print(json.dumps({name: _median(address) for name, address in asked.items()}))


def _next_address(path: str) -> str:
    found = re.search(r'href="([^"]*after=[^"]*)"', _get(path))
    if found is None:
        raise RuntimeError("the first page leads to no second")
    return found[1].replace("&amp;", "&")


def _get(address: str) -> str:
    answer = Client().get(address, headers={"host": os.environ["UNDERSIGNED_BASE_URL"].partition("//")[2]})
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return answer.content.decode()


def _median(address: str) -> float:
    _get(address)
    return statistics.median(_seconds(lambda: _get(address)) for _ in range(_ROUNDS)) * 1000


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def export(number: int, start: int) -> None:
    """Adds names and prints the peak memory of an export of all, and its lines a second, as JSON."""
    crowd.recorded(number, start)
    # Measured in a process that has filled nothing.
    code = "import django; django.setup(); from bench import roll_inside as r; r.through()"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    print(done.stdout)


def through() -> None:
    """Exports everything and prints what it took."""
    appeal = Appeal.objects.get(slug=SLUG)
    began = time.perf_counter()
    lines, peak = 0, 0.0
    for part in exporting.rows(None, appeal, "csv"):
        lines += part.count(b"\r\n")
        peak = max(peak, _anonymous())
    seconds = time.perf_counter() - began
    print(json.dumps({"memory": peak, "lines": lines / seconds}))


def _anonymous() -> float:
    # The database's own file is mapped, which counts as resident and is not the program's memory.
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) / 1024
