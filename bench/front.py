"""The front at full speed: letter page, sign POST with and without a database, confirm POST.

The server has the first core, the load (wrk) the other. Each figure is the median of its rounds, in answers
for each second of the server's own processor time (with PostgreSQL on the same core: by the clock); a POST
counts only if its row is in the database afterwards.
"""

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.goals import Goal
from bench.site import SLUG, Site, postgres, site

_SIGN = """
local n = %d
request = function()
  n = n + 1
  local body = string.format("version=1&name=Ada+Quay&email=signer%%d%%%%40bench.org&display=name&pseudonym="
    .. "&affiliation=Harbour+School&role=&place=Lower+Quay&edition=on", n)
  return wrk.format("POST", "/appeals/%s/en/sign", {
    ["Content-Type"] = "application/x-www-form-urlencoded", ["Sec-Fetch-Site"] = "same-origin",
    ["Origin"] = "http://127.0.0.1:%d", ["Accept-Encoding"] = "gzip, deflate, br",
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}, body)
end
"""
_CONFIRM = """
local n = 0
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
request = function()
  n = n + 1
  return wrk.format("POST", paths[(n - 1) %% #paths + 1], {["Sec-Fetch-Site"] = "same-origin"}, "")
end
"""
_FILL = "import sys; from bench import writer_inside; writer_inside.fill(sys.argv[1:])"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_TOTAL = re.compile(r"(\d+) requests in")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


# At least so much of the limit, and of the same figure at none.
_WANTED = {"letter page, gzip": 0.6, "letter page, as it is": 0.6, "sign POST, durable": 0.45}
_WANTED_OF_POSTGRESQL = 0.6 * 0.45
_WANTED_AT_MANY = 0.7
_MEMORY = 160


def main(argv: list[str] | None = None) -> list[Goal]:
    """Prints the table; gives what was wanted of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--rows", type=int, help="once more at so many recorded signatures, and the ratios")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args(argv)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgres()) if options.database == "postgres" else ""
        place = stack.enter_context(site(database))
        run = _Runs(place, options.seconds, options.rounds, options.connections)
        run.by_clock = bool(database)
        limits = _limits(run)
        none = _figures(run, limits)
        print(f"anonymous memory of the web process: {place.anonymous_memory():.0f} MB", flush=True)
        goals = _goals_of_postgresql(none, limits) if database else _goals(none, limits)
        if options.rows:
            place.stop()
            place.python(_FILL, str(options.rows), "4")
            place.start()
            print(f"at {options.rows:,} recorded signatures:")
            for name, rate in _figures(run, limits).items():
                print(f"{name:32}{rate / none[name]:.2f} of the figure at none", flush=True)
                what = f"{name}, at {options.rows:,}, of none"
                goals.append(Goal(what, rate / none[name], _WANTED_AT_MANY))
            memory = place.anonymous_memory()
            print(f"anonymous memory of the web process: {memory:.0f} MB")
            goals.append(
                Goal(f"memory of a web process at {options.rows:,}, MB", memory, _MEMORY, at_most=True)
            )
    return goals


def _goals(found: dict[str, float], limits: "_Limits") -> list[Goal]:
    of = {"letter page": ("hello", limits.hello), "sign POST": ("no database", limits.without_database)}
    goals = []
    for name, wanted in _WANTED.items():
        word, limit = of[name.partition(",")[0]]
        goals.append(Goal(f"{name}, of {word}", found[name] / limit, wanted))
    ratio = found["confirm POST, durable"] / found["sign POST, durable"]
    return [*goals, Goal("confirm POST, durable, of the sign rate", ratio, 1)]


def _goals_of_postgresql(found: dict[str, float], limits: "_Limits") -> list[Goal]:
    ratio = found["sign POST, durable"] / limits.without_database
    return [Goal("sign POST, PostgreSQL, of no database", ratio, _WANTED_OF_POSTGRESQL)]


class _Limits(NamedTuple):
    """Answers a second of what can be reached at most: a hello, and a sign POST that stores nothing."""

    hello: float
    without_database: float


def _limits(run: "_Runs") -> _Limits:
    run.place.start("bench.hello:app")
    hello = run.median(lambda: run.pages("/"))
    run.place.stop()
    _row("hello", hello, hello, "hello")
    run.place.start("bench.front_app:without_database")
    bare = run.median(run.signs)
    run.place.stop()
    _row("sign POST, no database", bare, hello, "hello")
    run.place.start()
    return _Limits(hello, bare)


def _figures(run: "_Runs", limits: _Limits) -> dict[str, float]:
    path = f"/appeals/{SLUG}/en/"
    found: dict[str, float] = {}
    for name, measure in (
        ("letter page, gzip", lambda: run.pages(path, "gzip")),
        ("letter page, as it is", lambda: run.pages(path)),
    ):
        found[name] = run.median(measure)
        _row(name, found[name], limits.hello, "hello")
    for name, rate in (
        ("sign POST, durable", run.median(run.stored_signs)),
        ("confirm POST, durable", run.confirms()),
    ):
        found[name] = rate
        _row(name, rate, limits.without_database, "sign without database")
    return found


def _row(name: str, rate: float, limit: float, of: str) -> None:
    print(f"{name:32}{rate:>10,.0f} a second, {rate / limit:.2f} of {of}", flush=True)


class _Runs:
    """Loads of one length on one site."""

    def __init__(self, place: Site, seconds: int, rounds: int, connections: int) -> None:
        self.place, self.seconds, self.rounds, self.connections = place, seconds, rounds, connections
        self.number = 0
        # A database server has processor time of its own, on the same core: then the clock decides.
        self.by_clock = False

    def median(self, measure: Callable[[], float]) -> float:
        """The middle one of the rounds."""
        return statistics.median(measure() for _ in range(self.rounds))

    def pages(self, path: str, encoding: str = "identity") -> float:
        """GETs a second."""
        return self._wrk(path, "-H", f"Accept-Encoding: {encoding}")[0]

    def signs(self) -> float:
        """Sign POSTs a second."""
        self.number += 10_000_000
        return self._scripted(_SIGN % (self.number, SLUG, self.place.port))[0]

    def stored_signs(self) -> float:
        """Sign POSTs a second, by the rows that are there afterwards."""
        before = self._count("pending")
        self.number += 10_000_000
        rate, total = self._scripted(_SIGN % (self.number, SLUG, self.place.port))
        stored = self._count("pending") - before
        # At the end wrk leaves what it has not read yet.
        if not total <= stored <= total + self.connections:
            raise RuntimeError(f"{total} acknowledged, {stored} stored")
        return rate

    def confirms(self) -> float:
        """Confirm POSTs a second."""
        code = "import sys; from bench import fill; print('\\n'.join(fill.confirm_paths(int(sys.argv[1]))))"
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            paths = self.place.python(code, "1000000")
            file.write(paths)
            file.flush()
            before = self._count("confirmed")
            rate, total = self._scripted(_CONFIRM % file.name)
            stored = self._count("confirmed") - before
        # Too few to confirm for so long: the same once more, which changes nothing.
        if not min(total, len(paths.split())) <= stored <= total + self.connections:
            raise RuntimeError(f"{total} acknowledged, {stored} stored")
        return rate

    def _count(self, state: str) -> int:
        code = (
            "import sys; from undersigned.signing.models import Signature\n"
            "print(Signature.objects.filter(state=sys.argv[1]).count())"
        )
        return int(self.place.python(code, state))

    def _scripted(self, script: str) -> tuple[float, int]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "load.lua")
            path.write_text(script)
            return self._wrk("/", "-s", str(path))

    def _wrk(self, path: str, *options: str) -> tuple[float, int]:
        """Answers a second of the server's own processor time, and their number."""
        pin = ["taskset", "-c", "1"] if (os.cpu_count() or 1) > 1 else []
        command = [*pin, "wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", *options]
        began = self._processor()
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{self.place.port}{path}"],
            capture_output=True,
            text=True,
            check=True,
        )
        if bad := _BAD.search(done.stdout):
            raise RuntimeError(f"{bad[1]} answers were refusals")
        rate, total = _RATE.search(done.stdout), _TOTAL.search(done.stdout)
        assert rate
        assert total
        used = self._processor() - began
        share = used / self.seconds
        print(f"    ({float(rate[1]):,.0f} a second by the clock, processor {share:.0%} busy)", flush=True)
        return float(rate[1]) if self.by_clock else int(total[1]) / used, int(total[1])

    def _processor(self) -> float:
        """Seconds of processor time that the web process has used."""
        assert self.place.web
        fields = Path(f"/proc/{self.place.web.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
