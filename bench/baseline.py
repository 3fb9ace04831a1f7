"""Letter pages, sign POSTs and confirmations a second, and memory, at 0 and at a million signatures.

Each figure is the median of three runs and stands beside its ratio to the hello of the same server in
the same run. A POST counts only if its row is in the database afterwards.
"""

import argparse
import itertools
import os
import statistics
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from bench import load
from bench.site import SLUG, Site, site

ROUNDS = 3
CONNECTIONS = 32


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000, help="recorded for the second half")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one run")
    options = parser.parse_args(argv)
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with site() as place:
        print(f"{'':40}{'a second':>10}{'of hello':>10}")
        place.start("bench.hello:app")
        hello = _median(lambda: _pages(place, "/", options.seconds))
        place.stop()
        _row("hello", hello, hello)
        _figures(place, hello, options.seconds, 0)
        fill = "import sys; from bench import fill; fill.recorded(int(sys.argv[1]))"
        place.python(fill, str(options.signatures))
        _figures(place, hello, options.seconds, options.signatures)


def _figures(place: Site, hello: float, seconds: float, recorded: int) -> None:
    place.start()
    at = f"at {recorded:,}"
    _row(f"letter page {at}", _median(lambda: _pages(place, f"/appeals/{SLUG}/en/", seconds)), hello)
    _row(f"sign POST, durable, {at}", _median(lambda: _signs(place, seconds)), hello)
    _row(f"confirm POST, durable, {at}", _median(lambda: _confirms(place, seconds)), hello)
    print(f"anonymous memory of the web process {at}: {place.anonymous_memory():.0f} MB")
    place.stop()


def _row(name: str, rate: float, hello: float) -> None:
    print(f"{name:40}{rate:>10,.0f}{rate / hello:>10.3f}", flush=True)


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _ in range(ROUNDS))


def _host(place: Site) -> str:
    return f"127.0.0.1:{place.port}"


def _pages(place: Site, path: str, seconds: float) -> float:
    request = load.get(path, _host(place))
    result = load.run(place.port, itertools.repeat(request), connections=CONNECTIONS, seconds=seconds)
    _expect(result, {200})
    return result.rate


_counter = itertools.count()


def _sign_requests(place: Site) -> Iterator[bytes]:
    for number in _counter:
        form = {"name": f"Signer {_letters(number)}", "email": f"signer{number}@bench.org", "display": "name"}
        yield load.post(f"/appeals/{SLUG}/en/sign", _host(place), urlencode(form))


def _letters(number: int) -> str:
    """A number as letters, since names hold few digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _count(place: Site, state: str) -> int:
    code = (
        "import sys; from undersigned.signing.models import Signature\n"
        "print(Signature.objects.filter(state=sys.argv[1]).count())"
    )
    return int(place.python(code, state))


def _signs(place: Site, seconds: float) -> float:
    before = _count(place, "pending")
    result = load.run(place.port, _sign_requests(place), connections=CONNECTIONS, seconds=seconds)
    _expect(result, {303})
    stored = _count(place, "pending") - before
    if stored != result.statuses[303]:
        raise RuntimeError(f"{result.statuses[303]} acknowledged, {stored} stored")
    return stored / result.seconds


def _confirms(place: Site, seconds: float) -> float:
    code = "import sys; from bench import fill; print('\\n'.join(fill.confirm_paths(int(sys.argv[1]))))"
    paths = place.python(code, str(int(4000 * seconds))).split()
    before = _count(place, "confirmed")
    requests = (load.post(path, _host(place), "") for path in paths)
    result = load.run(place.port, requests, connections=CONNECTIONS, seconds=seconds)
    _expect(result, {200, 303})
    stored = _count(place, "confirmed") - before
    if stored != result.statuses.total():
        raise RuntimeError(f"{result.statuses.total()} acknowledged, {stored} stored")
    return stored / result.seconds


def _expect(result: load.Result, wanted: set[int]) -> None:
    if set(result.statuses) - wanted:
        raise RuntimeError(f"unexpected answers: {dict(result.statuses)}")


if __name__ == "__main__":
    main()
