"""The same requests down both ways: the same answers, the same rows, the same mail."""

import difflib
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import LETTER, Cast
from tests.front.odd_requests import Odd
from tests.front.ways import Answered, Request, in_turn
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Version
from undersigned.lib import clock, tokens, vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import limits, opening, people
from undersigned.signing.models import Person, PublicLine, Signature

SEED, NUMBER = 20, 1000
_BY_THE_HOUR = frozenset({"commitment", "address_slot"})
_EMPTIED = (Message, PublicLine, Person, Signature)


def nonce(number: int) -> bytes:
    """The random bytes of a run's rows, the same in each run."""
    return hashlib.sha256(b"row %d" % number).digest()[: tokens.NONCE_SIZE]


@pytest.fixture
def known_nonces(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Rows get known random bytes; begins anew when called."""
    numbers = itertools.count()

    def begin() -> None:
        nonlocal numbers
        numbers = itertools.count()

    monkeypatch.setattr(tokens, "new_nonce", lambda: nonce(next(numbers)))
    monkeypatch.setattr(tokens, "ordered_nonces", lambda many: [nonce(next(numbers)) for _ in range(many)])
    return begin


@pytest.fixture
def ferries(ferry: Version, cast: Cast, configure: Callable[..., None]) -> None:
    """An open appeal with two versions, and a closed one."""
    configure(sign_limit=0, domain_limit=0, mails_per_address=3)
    text = ferry.text
    draft.save_draft(
        actor=cast.owner,
        text=text,
        source=LETTER.replace("one boat", "two boats"),
        revision=text.draft_revision,
    )
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    closed = draft.create_appeal(
        actor=cast.owner, team=cast.team, slug="day-ferry", title="By day", language="en", source=LETTER,
        controller="Lower Quay Residents", controller_contact="board@lower-quay.example", purpose="To ask.",
        closes_at=clock.now() + timedelta(days=3),
    )  # fmt: skip
    publish.publish(actor=cast.owner, text=closed.texts.get())
    opening.open_appeal(actor=cast.owner, appeal=closed)
    opening.close_appeal(actor=cast.owner, appeal=closed)


def empty() -> None:
    """Takes away what a run has stored, and lets numbers begin anew."""
    for model in _EMPTIED:
        model.objects.all().delete()
    with connection.cursor() as cursor:
        for model in (Message, Signature):
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            else:
                cursor.execute(f'ALTER SEQUENCE "{table}_id_seq" RESTART')


def stored() -> dict[str, list[dict[str, Any]]]:
    """All rows, open and without what is random or tells the hour."""
    return {
        model.__name__: [_plain(row) for row in model.objects.order_by("pk").values()] for model in _EMPTIED
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row.items():
        data = bytes(value) if isinstance(value, memoryview) else value
        if name == "sealed":
            data = vault.unseal_json(data, context=people.CONTEXT)
        elif name == "to_sealed":
            data = vault.unseal(data, context=queue.TO_CONTEXT)
        elif name == "params_sealed":
            data = vault.unseal_json(data, context=queue.PARAMS_CONTEXT)
        elif name.startswith("salt_") or name in _BY_THE_HOUR or name.endswith("_at"):
            data = bool(data)
        found[name] = data
    return found


def differences(one: Answered, other: Answered) -> list[str]:
    """What two answers do not have in common, line by line."""
    lines = [
        [
            f"{answer.status}",
            *(f"{name!r}: {value!r}" for name, value in answer.headers),
            *answer.body.decode("utf-8", "replace").splitlines(),
        ]
        for answer in (one, other)
    ]
    return [line for line in difflib.ndiff(*lines) if line[0] in "+-"] if lines[0] != lines[1] else []


def run(requests: list[Request], begin: Callable[[], None], *, fast: bool) -> tuple[list[Answered], Any, int]:
    """Answers, rows, and the number of answers that were the front's own."""
    empty()
    limits.clear()
    begin()
    found, own = in_turn(requests, fast=fast)
    return found, stored(), own


@pytest.mark.slow
def test_a_thousand_requests_get_the_same_answers_and_rows_both_ways(
    ferries: None, known_nonces: Callable[[], None]
) -> None:
    odd = Odd(SEED, lambda n: tokens.token("confirm", nonce(n)), lambda n: tokens.code(n + 1, nonce(n)))
    requests = odd.requests(NUMBER)
    slow, slow_rows, none = run(requests, known_nonces, fast=False)
    fast, fast_rows, own = run(requests, known_nonces, fast=True)
    for request, one, other in zip(requests, slow, fast, strict=True):
        assert differences(one, other) == [], request
    assert slow_rows == fast_rows
    # A comparison of Django with itself would prove nothing, and neither would one without bad requests.
    statuses = Counter(answer.status for answer in slow)
    assert none == 0 and own > NUMBER // 3
    assert {200, 202, 303, 400, 403, 404, 405, 415, 422} <= set(statuses)
    assert len(slow_rows["Signature"]) > 200 and len(slow_rows["Message"]) > 150
    states = Counter(row["state"] for row in slow_rows["Signature"])
    assert states["confirmed"] > 20 and states["pending"] > 100
