"""Every form and address of a running demonstration, sent what nobody would send."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from attack import parsers, values
from attack.served import Form, Server

_FILES = [seed for target in parsers.TARGETS for seed in target.seeds]


def run(
    site: Server,
    cases: int,
    options: Callable[..., Any],
    measured: Callable[..., Any],
    figure: Callable[..., Any],
) -> Any:
    """Sends so many invented requests; the first answer of 500 or above ends it."""
    noted = figure(f"{len(site.forms)} forms and {len(site.links)} addresses")
    mark = site.cookie.rpartition("=")[2]

    @options(cases)
    @given(st.data())
    def go(data: st.DataObject) -> None:
        method, path, body, headers = data.draw(_requests(site, mark))
        began = time.perf_counter()
        status, told = site.ask(method, path, body, **headers)
        noted.cases += 1
        noted.slowest = max(noted.slowest, time.perf_counter() - began)
        assert status < 500, f"{status} for {method} {path[:300]} {headers} {body[:1500]!r}: {told[:300]!r}"

    return measured(noted, go)


_Request = tuple[str, str, bytes, dict[str, str]]


def _requests(site: Server, mark: str) -> st.SearchStrategy[_Request]:
    return st.one_of(
        st.builds(
            lambda form, changes, files, more: _filled(form, changes, files, more, mark),
            st.sampled_from(site.forms),
            st.lists(st.tuples(st.integers(0, 40), values.values()), max_size=5),
            values.mutants(_FILES, (b"\n", b",", b"\0", b"{", b"@")),
            st.lists(
                st.tuples(st.sampled_from(("act", "x", "after", "revision", "pk")), values.values()),
                max_size=2,
            ),
        ),
        st.builds(
            _elsewhere,
            st.sampled_from(site.links),
            st.integers(0, 12),
            values.values(),
            st.lists(
                st.tuples(st.sampled_from(("q", "after", "a", "b", "via", "line", "state")), values.values()),
                max_size=3,
            ),
            st.sampled_from(("GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")),
        ),
    )


def _filled(
    form: Form, changes: list[tuple[int, str]], file: bytes, more: list[tuple[str, str]], mark: str
) -> _Request:
    """A form with some of its fields filled in oddly; one that takes files gets one."""
    known = dict(form.fields)
    names = sorted(known)
    for number, value in changes:
        if names:
            known[names[number % len(names)]] = value
    known["csrfmiddlewaretoken"] = mark
    pairs = [*known.items(), *more]
    if form.method == "GET":
        return "GET", f"{form.action}?{_encoded(pairs)}", b"", {}
    if not form.files:
        return (
            "POST",
            form.action,
            _encoded(pairs).encode(),
            {"Content_Type": "application/x-www-form-urlencoded"},
        )
    parts = [(f'name="{name}"', value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    parts += [(f'name="{name}"; filename="f.csv"', file) for name in form.files]
    body = b"".join(
        b"--b0undary\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + value + b"\r\n"
        for head, value in parts
    )
    return (
        "POST",
        form.action,
        body + b"--b0undary--\r\n",
        {"Content_Type": "multipart/form-data; boundary=b0undary"},
    )


def _elsewhere(link: str, place: int, value: str, query: list[tuple[str, str]], method: str) -> _Request:
    """A known address with one of its parts replaced, and a query that nobody asked for."""
    parts = urlsplit(link).path.split("/")
    if place < len(parts) and place > 1:
        parts[place] = _encoded([("", value)])[1:][:4000]
    path = "/".join(parts) or "/"
    return method, f"{path}?{_encoded(query)}"[:20_000] if query else path, b"", {}


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="surrogatepass")
