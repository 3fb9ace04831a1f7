"""Forms of other sites are refused, this site's are taken behind any proxy and from any browser."""

from collections.abc import Callable

import pytest

from undersigned.lib.http import is_cross_site


@pytest.mark.parametrize(
    ("headers", "cross"),
    [
        ({}, False),
        ({"Origin": "https://letters.example"}, False),
        ({"Origin": "http://127.0.0.1:8000"}, False),
        ({"Origin": "https://letters.example", "Sec-Fetch-Site": "same-origin"}, False),
        # What browsers say under the policy no-referrer, with and without fetch metadata.
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "https://letters.example.evil.example"}, True),
        ({"Origin": "https://letters.example:8443"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://letters.example"}, True),
    ],
)
def test_it_believes_the_browser(
    configure: Callable[..., None], headers: dict[str, str], cross: bool
) -> None:
    configure(base_url="https://letters.example")
    assert is_cross_site(headers, host="127.0.0.1:8000") is cross
