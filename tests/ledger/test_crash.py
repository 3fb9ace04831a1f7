"""Every step of a publication fails twice: before it was done, and after; then it is run again.

Raised in the process, and in a process of its own that dies at that point without a word.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction

from tests.ledger.conftest import APPEAL, Grow, files, folder, growth, verified
from undersigned.ledger import publish as publishing
from undersigned.ledger import signer, standing, store
from undersigned.ledger.append import append, create_log
from undersigned.ledger.fsck import fsck
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish

pytestmark = pytest.mark.django_db(transaction=True)


class Cut(Exception):
    """The moment at which the publication ends too early."""


@dataclass(frozen=True)
class Step:
    """One call of the publication: its place in the code, and which of its calls fails."""

    name: str
    owner: object
    attribute: str
    call: int = 1
    having: str = ""

    def __str__(self) -> str:
        return self.name


# In the order of docs/explanation/publication.md.
STEPS = (
    Step("the lock is taken", publishing, "standing"),
    Step("what stands is compared", publishing, "_refuse_fork"),
    Step("the key is put beside the files", store.LogFiles, "put", having="vkey"),
    Step("the first bundle", store.LogFiles, "put", having="tile/entries/"),
    Step("a full tile", store.LogFiles, "put", having="tile/0/001"),
    Step("the last tile", store.LogFiles, "put", having="tile/1/000.p/"),
    Step("the bytes of a tile", os, "fsync", call=3),
    Step("the name of a tile", Path, "replace", call=4),
    Step("the folders of the tiles", store.LogFiles, "sync"),
    Step("the signer looks at the tree", signer.Signer, "_continues"),
    Step("the signer remembers", signer.Signer, "_remember"),
    Step("the bytes of the signer's memory", signer, "write_durably"),
    Step("the signature", signer, "sign_note"),
    Step("the checkpoint", store.LogFiles, "put", having="checkpoint"),
    Step("the folder of the checkpoint", store.LogFiles, "sync", call=2),
    Step("old partial tiles go", publishing, "drop_partials"),
    Step("one old partial tile goes", store.LogFiles, "discard_partials"),
    Step("the database learns of it", publishing, "note_published"),
)


def cut(monkeypatch: pytest.MonkeyPatch, step: Step, *, done: bool, end: Callable[[], None]) -> None:
    """Ends the publication at this step: before it, or (`done`) right after it."""
    real: Any = getattr(step.owner, step.attribute)
    calls = 0

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += not step.having or any(str(a).startswith(step.having) for a in args)
        here = calls == step.call and (not step.having or str(args[1]).startswith(step.having))
        if here and not done:
            end()
        result = real(*args, **kwargs)
        if here:
            end()
        return result

    monkeypatch.setattr(step.owner, step.attribute, failing)


def stop() -> None:
    raise Cut


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process_of_its_own(act: Callable[[], object]) -> int:
    """Runs the act in a forked process with connections of its own; how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.fixture
def expected(log: Log, grow: Grow) -> dict[str, bytes]:
    """The files as they are when nothing goes wrong; the log stands before its second publication.

    They are made from the same leaves under the same key, in a data folder of their own.
    """
    grow(log, 200)
    publish(log)
    kept = {name: data for name, data in files().items() if name != "vkey"}
    memory = signer.Signer(APPEAL).path.read_bytes()
    grow(log, 500)
    publish(log)
    whole = files()
    _put_back(kept)
    signer.Signer(APPEAL).path.write_bytes(memory)
    note = kept["checkpoint"].decode()
    Log.objects.filter(pk=log.pk).update(published_size=201, checkpoint=note)
    return whole


def _put_back(kept: dict[str, bytes]) -> None:
    top = folder()
    for name in files():
        if name not in kept:
            (top / name).unlink()
    for name, data in kept.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)


def once_more(expected: dict[str, bytes]) -> None:
    """The publication is run again: the same bytes, everything there, nothing twice."""
    log = Log.objects.get(appeal_id=APPEAL)
    publish(log)
    assert files() == expected
    assert verified(log)["size"] == 701 == log.published_size
    assert fsck(log) == []
    assert publish(log) is None


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_it_goes_on_after_a_step_that_failed(
    step: Step, done: bool, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut(patch, step, done=done, end=stop)
        with pytest.raises(Cut):
            publish(Log.objects.get(appeal_id=APPEAL))
    # What readers see in between is the old state or the new one, whole.
    assert verified(Log.objects.get(appeal_id=APPEAL))["size"] in (201, 701)
    once_more(expected)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_it_goes_on_after_it_was_killed(
    step: Step, done: bool, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> None:
        cut(monkeypatch, step, done=done, end=die)
        publish(Log.objects.get(appeal_id=APPEAL))

    assert os.WTERMSIG(in_a_process_of_its_own(act)) == signal.SIGKILL
    assert verified(Log.objects.get(appeal_id=APPEAL))["size"] in (201, 701)
    once_more(expected)


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("step", STEPS[:1] + STEPS[3:6] + STEPS[8:14], ids=str)
def test_leaves_appended_after_a_crash_are_published_with_the_others(
    step: Step, done: bool, expected: dict[str, bytes], grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log.objects.get(appeal_id=APPEAL)
    with monkeypatch.context() as patch:
        cut(patch, step, done=done, end=stop)
        with pytest.raises(Cut):
            publish(log)
    log.refresh_from_db()
    grow(log, 90)
    publish(log)
    assert verified(log)["size"] == 791
    assert fsck(log) == []


def test_a_batch_that_was_not_committed_leaves_nothing(log: Log, grow: Grow) -> None:
    grow(log, 4)

    def act() -> None:
        with transaction.atomic():
            append(log=log, leaves=growth(log, 10))
            die()

    assert os.WTERMSIG(in_a_process_of_its_own(act)) == signal.SIGKILL
    log.refresh_from_db()
    assert log.size == 5 == log.leaves.count()
    assert fsck(log) == []


def test_a_batch_that_was_committed_is_published_by_the_next_run(log: Log, grow: Grow) -> None:
    def act() -> None:
        grow(log, 10)
        die()

    assert os.WTERMSIG(in_a_process_of_its_own(act)) == signal.SIGKILL
    log = create_log(appeal_id=APPEAL)
    assert log.size == 11 and log.published_size == 0
    publish(log)
    assert verified(log)["size"] == 11


def test_a_full_disk_leaves_the_old_state_whole(
    expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        cut(patch, STEPS[6], done=False, end=full)
        with pytest.raises(OSError, match="No space"):
            publish(Log.objects.get(appeal_id=APPEAL))
    assert not [name for name in files() if name.endswith(".new")]
    once_more(expected)


def test_the_lock_of_a_killed_publisher_is_free(log: Log, grow: Grow) -> None:
    grow(log, 4)

    def act() -> None:
        with publisher_lock(APPEAL):
            die()

    assert os.WTERMSIG(in_a_process_of_its_own(act)) == signal.SIGKILL
    publish(log)
    assert verified(log)["size"] == 5
    assert standing.standing(log).signed == signer.State(5, standing.standing(log).anchors[-1][1])
