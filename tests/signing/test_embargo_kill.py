"""A reveal in a process of its own that is killed in the middle, and one begun by two publishers."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connections

from tests.ledger.test_crash import in_a_process_of_its_own
from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.ledger import append
from undersigned.ledger import publish as publishing
from undersigned.ledger.models import Leaf, Log
from undersigned.ledger.signer import Signer
from undersigned.ledger.store import LogFiles
from undersigned.lib import clock
from undersigned.signing import batch, embargo, embargo_check, reveal, sequence
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 25
STEPS = [
    (append, "create_log", 1),
    (sequence, "_append", 1),
    (sequence, "_append", 2),
    (sequence, "_mark", 2),
    (publishing, "write_tiles", 1),
    (Signer, "sign", 1),
    (LogFiles, "sync", 2),
    (publishing, "note_published", 1),
    (append, "show", 1),
    (reveal, "_show", 1),
]


@pytest.fixture
def hidden(author, published) -> Appeal:
    appeal = embargo.begin(actor=author, appeal=published.text.appeal, until=clock.now() + timedelta(days=1))
    version = crowd.original(appeal)
    for number in range(CROWD):
        crowd.confirmed(version, f"Ana {number}")
    return appeal


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("owner", "name", "call"), STEPS)
def test_killed_at_any_step_it_is_whole_after_the_next_run(
    hidden, client, monkeypatch, owner, name, call, after
):
    # Several batches, so that one is committed when the other is not.
    monkeypatch.setattr(batch, "LIMIT", 10)
    later = clock.now() + timedelta(days=2)

    def killed() -> None:
        real, calls = getattr(owner, name), [0]

        def dying(*given, **more):
            calls[0] += 1
            if calls[0] == call and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            done = real(*given, **more)
            if calls[0] == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        setattr(owner, name, dying)
        reveal.record_due(now=later)

    assert os.WTERMSIG(in_a_process_of_its_own(killed)) == signal.SIGKILL
    hidden.refresh_from_db()
    shown = hidden.is_public
    assert shown == ((name, after) == ("_show", True))
    paths = [
        "/appeals/night-ferry/en/",
        f"/ledger/{hidden.public_id}/checkpoint",
        "/api/v1/appeals/night-ferry",
    ]
    assert {client.get(path).status_code for path in paths} == {200 if shown else 404}
    assert embargo_check.check(hidden) == []

    # The decision stands, whatever the clock says now.
    reveal.record_due()
    hidden.refresh_from_db()
    assert hidden.state == "open" and {client.get(path).status_code for path in paths} == {200}
    assert client.get(paths[2]).json()["signatures"]["recorded"] == CROWD
    assert Signature.objects.filter(state="recorded").count() == CROWD
    assert Leaf.objects.count() == CROWD + 2 and Log.objects.get().published_size == CROWD + 2
    assert embargo_check.check(hidden) == []


def test_the_order_of_leaves_says_nothing_of_who_confirmed_first(hidden):
    reveal.record_due(now=clock.now() + timedelta(days=2))
    order = list(Signature.objects.order_by("pk").values_list("leaf_index", flat=True))
    assert order != sorted(order), "one in 25! would be by chance"
    connections.close_all()
