"""Seconds from exec of `undersigned serve` to its first answers: /healthz, and a letter page.

The limit is a bare uvicorn with a hello of one line, started the same way in the same run.
"""

import argparse
import signal
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import urlopen

from bench.goals import Goal
from bench.site import PROJECT, SLUG, Site, site


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(argv)
    with site() as place:
        hello = [sys.executable, "-m", "uvicorn", "bench.hello:app", "--port", str(place.port)]
        serve = [sys.executable, "-m", "undersigned.cli", "serve", "--port", str(place.port)]
        letter = f"/appeals/{SLUG}/en/"
        limit = statistics.median(_start(place, hello, ["/"])[0] for _ in range(options.rounds))
        both = [_start(place, serve, ["/healthz", letter]) for _ in range(options.rounds)]
    goals = []
    for number, name in enumerate(("first answer of /healthz", "first letter page")):
        seconds = statistics.median(times[number] for times in both)
        of = f"{seconds / limit:.1f} times a bare uvicorn ({limit:.2f} s)"
        print(f"{name:28}{seconds:>6.2f} s after exec, {of}", flush=True)
        goals.append(Goal(f"{name} after exec, seconds", seconds, 1.5, at_most=True))
    return goals


def _start(place: Site, command: list[str], paths: list[str]) -> list[float]:
    """Seconds until each of these paths was answered with 200, one after the other."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.perf_counter()
    server = subprocess.Popen(command, env=place.environment, cwd=PROJECT, **quiet)
    try:
        times = []
        for path in paths:
            while not _answers(f"http://127.0.0.1:{place.port}{path}"):
                if server.poll() is not None or time.perf_counter() - began > 60:
                    raise RuntimeError("the server did not start")
                time.sleep(0.005)
            times.append(time.perf_counter() - began)
        return times
    finally:
        with suppress(ProcessLookupError):
            server.send_signal(signal.SIGTERM)
        server.wait(40)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except HTTPError:
        raise
    except OSError:
        return False


if __name__ == "__main__":
    main()
