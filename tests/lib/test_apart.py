"""Work in a process of its own: its answer, its time, its memory, its silence."""

import time

import pytest

from undersigned.lib.apart import TookTooLong, apart


def test_the_answer_comes_back() -> None:
    assert (
        apart("undersigned.appeals.captured_text:words", b"text/plain\nNo flour", seconds=20) == "No flour\n"
    )


@pytest.mark.parametrize("function", ["time:sleep", "undersigned.nowhere:words", "sys:exit"])
def test_what_fails_or_takes_too_long_gives_nothing(function: str) -> None:
    with pytest.raises(TookTooLong):
        apart(function, b"1", seconds=20)


def endless(data: bytes) -> None:
    """Never comes back."""
    while True:
        time.sleep(0.1)


def greedy(data: bytes) -> int:
    """Takes more memory than it may have."""
    return len(bytes(3 << 30))


def test_it_is_stopped_when_its_time_is_over() -> None:
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        apart("tests.lib.test_apart:endless", b"", seconds=3)
    assert time.monotonic() - begun < 6


def test_it_cannot_take_all_memory() -> None:
    with pytest.raises(TookTooLong):
        apart("tests.lib.test_apart:greedy", b"", seconds=20)
