import threading

from django.test import RequestFactory

from undersigned.signing.limits import Window, network_of


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_lets_so_many_through_and_then_says_how_long_to_wait() -> None:
    hands = Hands()
    window = Window(60, clock=hands)
    assert [window.take("192.0.2.1", 2) for _ in range(3)] == [0, 0, 60]
    hands.now = 59.5
    assert window.take("192.0.2.1", 2) == 1
    hands.now = 60
    assert window.take("192.0.2.1", 2) == 0


def test_networks_do_not_share_a_window() -> None:
    window = Window(60, clock=Hands())
    assert window.take("192.0.2.1", 1) == 0
    assert window.take("192.0.2.2", 1) == 0


def test_zero_is_no_limit() -> None:
    window = Window(60, clock=Hands())
    assert [window.take("192.0.2.1", 0) for _ in range(100)] == [0] * 100


def test_asking_counts_nothing() -> None:
    window = Window(60, clock=Hands())
    assert [window.wait("192.0.2.1", 1) for _ in range(5)] == [0] * 5
    window.take("192.0.2.1", 1)
    assert window.wait("192.0.2.1", 1) == 60


def test_its_memory_is_bounded() -> None:
    window = Window(60, networks=100, clock=Hands())
    for number in range(1000):
        window.take(f"network {number}", 5)
    assert len(window._seen) == 100
    for _ in range(1000):
        window.take("network 999", 5)
    assert len(window._seen["network 999"]) == 5


def test_threads_together_get_no_more_than_the_limit() -> None:
    window = Window(60)
    passed: list[int] = []

    def press() -> None:
        passed.extend(1 for _ in range(200) if window.take("192.0.2.1", 50) == 0)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50


def test_a_header_that_anybody_can_send_is_not_believed() -> None:
    request = RequestFactory().post("/", headers={"x-forwarded-for": "198.51.100.7"}, REMOTE_ADDR="192.0.2.1")
    assert network_of(request) == "192.0.2.1"
