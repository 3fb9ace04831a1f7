"""How long a batch waits: pure decisions over numbers and moments."""

from datetime import UTC, datetime, timedelta

import pytest

from undersigned.signing.rhythm import due

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
S, M, H, D = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


@pytest.mark.parametrize(
    ("profile", "waiting", "age", "since", "expected"),
    [
        ("open", 0, None, None, False),
        ("open", 1, S, None, True),
        ("open", 1, S, 59 * S, False),
        ("open", 1, S, M, True),
        ("careful", 4, H, None, False),
        ("careful", 5, S, None, True),
        ("careful", 5, H, H - S, False),
        ("careful", 5, S, H, True),
        ("careful", 1, D - S, 2 * D, False),
        ("careful", 1, D, 2 * D, True),
        ("careful", 1, D, H - S, False),
        ("at_risk", 19, D, None, False),
        ("at_risk", 20, S, None, True),
        ("at_risk", 20, S, D - S, False),
        ("at_risk", 20, S, D, True),
        ("at_risk", 1, 7 * D - S, 8 * D, False),
        ("at_risk", 1, 7 * D, 8 * D, True),
        ("at_risk", 0, None, None, False),
    ],
)
def test_a_batch_is_due_when_enough_wait_or_one_has_waited_long(profile, waiting, age, since, expected):
    found = due(
        profile,
        waiting=waiting,
        oldest=None if age is None else NOW - age,
        last_published=None if since is None else NOW - since,
        now=NOW,
    )
    assert found is expected
