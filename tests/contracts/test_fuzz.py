"""A short run of what `make fuzz` does at length: no parser raises anything but its own refusals."""

import pytest
from hypothesis import HealthCheck, given, settings

from attack import parsers, values
from undersigned.mailroom.bounces import NotABounce


@pytest.mark.django_db
@pytest.mark.parametrize("target", parsers.TARGETS, ids=lambda target: target.name)
def test_a_parser_raises_nothing_but_its_own_refusals(target: parsers.Target) -> None:
    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(values.mutants(target.seeds, target.words))
    def run(data: bytes) -> None:
        try:
            target.call(data)
        except target.refuses:
            pass

    run()


@pytest.mark.django_db
@pytest.mark.parametrize("target", parsers.TARGETS, ids=lambda target: target.name)
def test_what_the_fuzz_begins_with_is_read(target: parsers.Target) -> None:
    for seed in target.seeds:
        try:
            target.call(seed)
        except NotABounce:
            # It is one, but of no mail that was sent from here.
            assert target.name == "delivery reports"
