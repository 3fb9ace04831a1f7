import os
import random
import threading

import pytest

from undersigned.lib.once import Once
from undersigned.lib.rates import Rates


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_lets_so_many_through_and_then_says_how_long_to_wait() -> None:
    hands = Hands()
    rates = Rates(60, clock=hands)
    assert [rates.take("192.0.2.1", 2) for _ in range(3)] == [0, 0, 30]
    hands.now += 29.5
    assert rates.take("192.0.2.1", 2) == 1
    hands.now += 0.5
    assert [rates.take("192.0.2.1", 2) for _ in range(2)] == [0, 30]
    hands.now += 60
    assert [rates.take("192.0.2.1", 2) for _ in range(3)] == [0, 0, 30]


@pytest.mark.parametrize("limit", [1, 3, 7, 30, 300, 20_000])
def test_in_the_long_run_it_lets_the_limit_through_and_no_more(limit: int) -> None:
    hands = Hands()
    rates = Rates(60, clock=hands)
    passed = 0
    for _ in range(10_000):
        hands.now += 0.06
        passed += sum(rates.take("x", limit) == 0 for _ in range(3 if limit < 1000 else 30))
    assert limit * 9 <= passed <= limit * 11


def test_keys_do_not_share_what_they_have() -> None:
    rates = Rates(60, clock=Hands())
    assert [rates.take(f"192.0.2.{number}", 1) for number in range(200)] == [0] * 200


def test_zero_is_no_limit() -> None:
    rates = Rates(60, clock=Hands())
    assert [rates.take("192.0.2.1", 0) for _ in range(100)] == [0] * 100
    assert rates.wait("192.0.2.1", 0) == 0


def test_asking_counts_nothing() -> None:
    rates = Rates(60, clock=Hands())
    assert [rates.wait("192.0.2.1", 1) for _ in range(5)] == [0] * 5
    rates.take("192.0.2.1", 1)
    assert rates.wait("192.0.2.1", 1) == 60


def test_a_crowd_in_full_use_of_its_limit_hardly_touches_others() -> None:
    rates = Rates(60, clock=Hands())
    size = rates.size
    for number in range(10_000):
        for _ in range(30):
            rates.take(f"attacker {number}", 30)
    wrong = sum(rates.take(f"signer {number}", 30) > 0 for number in range(10_000))
    assert wrong < 100
    assert rates.size == size == 2 * 8 << 18


def test_threads_together_get_no_more_than_the_limit() -> None:
    rates = Rates(60)
    passed: list[int] = []

    def press() -> None:
        passed.extend(1 for _ in range(200) if rates.take("192.0.2.1", 50) == 0)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50


def test_forked_processes_count_together() -> None:
    rates = Rates(3600)
    passed = 0
    for _ in range(4):
        child = os.fork()
        if not child:
            os._exit(sum(rates.take("192.0.2.1", 100) == 0 for _ in range(60)))
        passed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert passed == 100
    assert rates.wait("192.0.2.1", 100) > 0


def test_processes_that_race_let_hardly_more_through() -> None:
    rates = Rates(3600)
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            os._exit(min(255, sum(rates.take("192.0.2.1", 200) == 0 for _ in range(20_000))))
        children.append(child)
    passed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert 200 <= passed <= 260


def test_what_is_cleared_is_forgotten() -> None:
    rates = Rates(60)
    rates.take("x", 1)
    rates.clear()
    assert rates.take("x", 1) == 0


def test_a_value_can_be_used_once() -> None:
    once = Once(1200)
    chance = os.urandom(16)
    assert [once.take(chance, 5000) for _ in range(3)] == [True, False, False]
    assert once.take(os.urandom(16), 5000)


def test_processes_know_what_others_used() -> None:
    once = Once(1200)
    chance = os.urandom(16)
    child = os.fork()
    if not child:
        os._exit(int(once.take(chance, 5000)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert not once.take(chance, 5000)


def test_a_used_value_stays_used_until_it_expires_and_space_is_used_again() -> None:
    once = Once(1200)
    chance = os.urandom(16)
    assert once.take(chance, 12_100)
    assert once.take(os.urandom(16), 13_250)
    assert not once.take(chance, 12_100)
    # Three spans later its place serves others.
    assert once.take(chance, 12_100 + 3 * 1200)


def test_it_seldom_takes_a_fresh_value_for_a_used_one() -> None:
    once, chance = Once(1200), random.Random(1)
    assert sum(not once.take(chance.randbytes(16), 5000) for _ in range(200_000)) < 20
