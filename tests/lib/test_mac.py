import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undersigned.lib import mac


@given(
    key=st.binary(max_size=64),
    begin=st.binary(max_size=80),
    values=st.lists(st.binary(max_size=200), max_size=4),
)
def test_it_is_hmac_for_each_value(key: bytes, begin: bytes, values: list[bytes]) -> None:
    make = mac.maker(key, begin)
    assert [make(value) for value in values] == [
        hmac.digest(key, begin + value, "sha256") for value in values
    ]


def test_a_key_that_would_be_hashed_first_is_refused() -> None:
    with pytest.raises(ValueError, match="64"):
        mac.maker(b"x" * 65)
