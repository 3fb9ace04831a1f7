from datetime import timedelta
from typing import Any

import pytest

from tests.signing.organisations.societies import FORM, SECOND
from undersigned.lib import clock
from undersigned.lib.fields import FieldError
from undersigned.signing.organisations import domains
from undersigned.signing.organisations.request import RESOLUTION_MAX, read
from undersigned.signing.request import Invalid


def wrong(**more: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read({**FORM, **more})
    return sorted(caught.value.errors)


def test_a_whole_form_is_read() -> None:
    made = read({**FORM, **SECOND, "shows_officers": "on"})
    assert (made.domain, made.officer.line, made.shows_officers) == ("ferry.example", "Ida Berg, Chair", True)
    assert made.second is not None


def test_words_and_the_second_officer_may_be_left_out() -> None:
    made = read({**FORM, "resolution": ""})
    assert (made.resolution, made.second) == ("", None)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("Ferry.Example", "ferry.example"),
        ("https://www.ferry.example/about?x=1#y", "ferry.example"),
        ("www.ferry.example.", "ferry.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("chem.uni.example", "chem.uni.example"),
    ],
)
def test_a_domain_is_read_from_what_people_paste(typed: str, read_as: str) -> None:
    assert domains.clean_domain(typed) == read_as


@pytest.mark.parametrize(
    "typed",
    [
        "", "ferry", "ida@ferry.example", "ftp://ferry.example", "192.0.2.7", "ferry.example:8000",
        "a b.example",
        "-.example", "gmail.com", "mail.gmail.com", "posteo.de", "co.uk", "blog.wordpress.com",
        "x" * 400, ["x"], "_dmarc.ferry.example", "[::1]",
    ],
)  # fmt: skip
def test_what_is_no_domain_of_ones_own_is_refused(typed: Any) -> None:
    with pytest.raises(FieldError):
        domains.clean_domain(typed)


def test_every_error_stands_beside_its_field() -> None:
    found = wrong(name="", domain="gmail.com", resolved_on="yesterday", officer_email="ida@", country="ZZ")
    assert found == ["country", "domain", "name", "officer_email", "resolved_on"]


@pytest.mark.parametrize("typed", ["", "2026-02-30", "1.3.2026", "0001-01-01", "9999-12-31", ["2026-03-01"]])
def test_a_day_that_is_none_is_refused(typed: Any) -> None:
    assert wrong(resolved_on=typed) == ["resolved_on"]


def test_a_resolution_of_the_day_after_tomorrow_is_refused() -> None:
    assert wrong(resolved_on=(clock.now() + timedelta(days=2)).date().isoformat()) == ["resolved_on"]


def test_long_words_are_refused() -> None:
    assert wrong(resolution="x" * (RESOLUTION_MAX + 1)) == ["resolution"]


def test_half_a_second_officer_is_refused() -> None:
    assert wrong(second_name="Tom Reed") == ["second_email", "second_role"]


def test_the_second_officer_is_somebody_else() -> None:
    assert wrong(**{**SECOND, "second_email": "IDA@ferry.example"}) == ["second_email"]
