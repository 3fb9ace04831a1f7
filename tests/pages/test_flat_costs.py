"""Every page of an appeal costs the same at ten texts and carriers as at a thousand.

Counted are queries and, on SQLite, the steps of its machine: they grow with every row that is read,
whether or not it reaches the page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import circle
from tests.cast import Cast
from undersigned.appeals.models import Appeal
from undersigned.circulation import covering

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 1000
_STEP = 100
# Pages of the desk that say how many there are count them in an index: so many steps for a thousand.
_COUNTING = 60_000


@dataclass(frozen=True)
class Cost:
    """What one answer cost."""

    queries: int
    steps: int
    size: int


@contextmanager
def _steps() -> Iterator[list[int]]:
    found = [0]

    def step() -> int:
        found[0] += _STEP
        return 0

    if connection.vendor != "sqlite":
        yield found
        return
    connection.ensure_connection()
    connection.connection.set_progress_handler(step, _STEP)
    try:
        yield found
    finally:
        connection.connection.set_progress_handler(None, 0)


def cost(client: Client, path: str) -> Cost:
    """The second answer's: the first may fill what is kept between answers."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked, _steps() as steps:
        answer = client.get(path)
    assert answer.status_code in (200, 302, 303), f"{path}: {answer.status_code}"
    return Cost(len(asked), steps[0], len(answer.content))


@pytest.fixture
def clients(cast: Cast) -> dict[str, Client]:
    desk = Client()
    desk.force_login(cast.owner)
    return {"public": Client(), "carry": Client(), "desk": desk}


@pytest.mark.parametrize("face", ["public", "carry", "desk"])
def test_a_page_costs_the_same_for_many(
    face: str, clients: dict[str, Client], signed_appeal: Appeal, cast: Cast
) -> None:
    for language in ("en", "es", "fr", "ar"):
        words = covering.starting_words(language)
        covering.save_template(actor=cast.owner, appeal=signed_appeal, language=language, words=words)
    found = []
    for start, end in ((1, FEW), (FEW, MANY)):
        circle.add(signed_appeal, start, end)
        cache.clear()
        found.append({path: cost(clients[face], path) for path in circle.pages(signed_appeal)[face]})
    grown = [
        f"{path}: {few} -> {many}"
        for (path, few), many in zip(found[0].items(), found[1].values(), strict=True)
        if many.queries > few.queries + 1
        or many.steps > few.steps + _COUNTING
        # A list's first page is fuller, where there were few.
        or many.size > few.size + 60_000
    ]
    assert not grown, "\n".join(grown)
