"""Typed codes: the row's number and some of its nonce, enciphered."""

import itertools
from pathlib import Path

import pytest

from undersigned.lib import tokens

NUMBERS = (0, 1, 2, 255, 65_536, 10_000_000, 2**34 - 1)


def test_a_code_is_read_back_as_its_number_and_check(data: Path) -> None:
    code, read, check = tokens.coder(), tokens.decoder(), tokens.checker()
    for number in NUMBERS:
        nonce = tokens.new_nonce()
        assert read(code(number, nonce)) == (number, check(nonce))
        assert tokens.normal_code(code(number, nonce)) == code(number, nonce)


def test_any_typed_code_is_read_as_exactly_one_row_and_check(data: Path) -> None:
    """No two codes are read alike: a guess hits a row as rarely as one of 2^50 does."""
    read = tokens.decoder()
    typed = [
        f"0000{a}-{b}ZZZZ"
        for a in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        for b in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    ]
    assert len({read(code) for code in typed}) == len(typed)


def test_a_code_dies_with_its_nonce(data: Path) -> None:
    """As after a restored copy, when a number is given to somebody else."""
    read, check = tokens.decoder(), tokens.checker()
    old, new = b"o" * 16, b"n" * 16
    assert read(tokens.code(7, old))[1] != check(new)


def test_neighbours_have_nothing_in_common(data: Path) -> None:
    codes = [tokens.code(number, b"n" * 16) for number in range(200)]
    alike = [
        sum(a == b for a, b in zip(one, other, strict=True)) - 1 for one, other in itertools.pairwise(codes)
    ]
    assert sum(alike) / len(alike) < 1


def test_a_number_that_no_code_holds_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="no code"):
        tokens.code(2**34, b"n" * 16)
