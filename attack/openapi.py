"""The API attacked with what its own description allows and forbids, by schemathesis."""

import time
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from attack.served import Server


def run(
    site: Server,
    cases: int,
    options: Callable[..., Any],
    measured: Callable[..., Any],
    figure: Callable[..., Any],
) -> list[Any]:
    """So many requests over all operations, half of them against the description."""
    schema = schemathesis.openapi.from_url(f"{site.site.url}/api/v1/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    share = -(-cases // len(found))
    return [_attack(operation, site, share, options, measured, figure) for operation in found]


def _attack(
    operation: Any,
    site: Server,
    cases: int,
    options: Callable[..., Any],
    measured: Callable[..., Any],
    figure: Callable[..., Any],
) -> Any:
    noted = figure(f"API: {operation.label}")
    good = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @options(cases)
    @given(st.one_of(good, bad))
    def go(case: Any) -> None:
        began = time.perf_counter()
        answer = case.call(base_url=site.site.url)
        noted.cases += 1
        noted.slowest = max(noted.slowest, time.perf_counter() - began)
        case.validate_response(answer, checks=[not_a_server_error])

    return measured(noted, go)
