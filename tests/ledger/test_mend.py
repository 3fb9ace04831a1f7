"""A database restored from a backup is older than what was published: the ledger stops, and can be mended."""

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from tests.ledger.conftest import APPEAL, Grow, digest, files, folder, growth, signs, verified
from undersigned.commands import BadInput
from undersigned.commands import fsck as command
from undersigned.ledger import publish as publishing
from undersigned.ledger import read, store
from undersigned.ledger.append import append, create_log
from undersigned.ledger.errors import DuplicateCommitment, ForkRefused, LogAhead, NotMended
from undersigned.ledger.fsck import fsck
from undersigned.ledger.mend import mend, rescue
from undersigned.ledger.models import Leaf, Log, VersionTally
from undersigned.ledger.publish import publish
from undersigned.ledger.receipt import receipt
from undersigned.ledger.signer import Signer
from undersigned.tlog.leaf import Amend, Undo
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.receipt import verify_receipt
from undersigned.tlog.sources import Folder

pytestmark = pytest.mark.django_db


@contextmanager
def forgotten() -> Iterator[None]:
    """What the database learns within is lost, as when a backup from before is restored."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


@pytest.fixture
def old(log: Log, grow: Grow) -> Log:
    """A log of which 31 leaves are in the restored database and 341 are public."""
    grow(log, 30)
    publish(log)
    with forgotten():
        append(log=log, leaves=[*signs(100, 9), Undo(2, "own"), Amend(digest("shown otherwise"), 3)])
        grow(log, 299)
        publish(log)
    log.refresh_from_db()
    assert log.size == 31 and len(files())
    return log


def run(*arguments: str) -> int:
    parser = ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(arguments))


def codes(log: Log) -> set[str]:
    return {finding.code for finding in fsck(log)}


def test_an_old_database_can_neither_append_nor_publish(old: Log) -> None:
    before = files(), Signer(APPEAL).state()
    for act in (lambda: append(log=old, leaves=signs(500, 3)), lambda: publish(old)):
        with pytest.raises(LogAhead, match="fsck --mend"):
            act()
    assert (files(), Signer(APPEAL).state()) == before
    assert old.leaves.count() == 31 and codes(old) == {"database-behind"}


def test_mending_adopts_what_is_public(old: Log, grow: Grow) -> None:
    before = files()
    assert mend(old) == ["adopted 310 published leaves"]
    assert files() == before
    assert fsck(old) == [] and old.size == 341 == old.published_size
    assert old.leaves.filter(adopted=True).count() == 310
    assert read.dead_leaves(old, range(31)) == {2}
    grow(old, 20)
    publish(old)
    assert verified(old)["size"] == 361 and verified(old)["signatures"] == read.totals(old).signatures


def test_mending_twice_does_nothing(old: Log) -> None:
    mend(old)
    assert mend(old) == []


def test_an_adopted_signature_is_not_recorded_again(old: Log) -> None:
    mend(old)
    wanted = {digest(100), digest(108), digest("shown otherwise"), digest("never seen")}
    assert read.find_commitments(old, wanted) == {
        digest(100): 31,
        digest(108): 39,
        digest("shown otherwise"): 41,
    }
    with pytest.raises(DuplicateCommitment) as refused:
        append(log=old, leaves=[*signs(9000, 1), *signs(100, 2)])
    assert refused.value.indexes == {digest(100): 31, digest(101): 32}
    old.refresh_from_db()
    assert old.size == 341
    assert append(log=old, leaves=signs(9000, 1)) == 341


def test_receipts_of_adopted_leaves_hold(old: Log) -> None:
    mend(old)
    for index in (0, 5, 31, 340):
        assert verify_receipt(receipt(log=old, index=index), [parse_vkey(old.vkey)]).index == index


def test_lost_files_come_from_another_copy(old: Log, tmp_path: Path) -> None:
    before = files()
    copy = tmp_path / "copy"
    shutil.move(folder(), copy)
    with pytest.raises(NotMended, match="--from"):
        mend(old)
    assert mend(old, Folder(copy))[0] == "adopted 310 published leaves"
    assert files() == before and fsck(old) == []


def test_a_copy_that_was_altered_is_refused(old: Log, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder(), copy)
    bundle = copy / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(digest(100).encode(), digest(7777).encode()))
    with pytest.raises(NotMended):
        mend(old, Folder(copy))
    old.refresh_from_db()
    assert old.size == 31 == old.leaves.count()


def test_a_copy_that_is_too_old_is_refused(old: Log, tmp_path: Path) -> None:
    mend(old)
    copy = tmp_path / "copy"
    shutil.copytree(folder(), copy)
    with forgotten():
        append(log=old, leaves=signs(9000, 5))
        publish(old)
    old.refresh_from_db()
    shutil.rmtree(folder())
    with pytest.raises(NotMended):
        mend(old, Folder(copy))


def test_leaves_that_were_signed_but_never_shown_are_adopted(
    log: Log, grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(log, 30)
    publish(log)
    put = store.LogFiles.put

    def stop(self: store.LogFiles, path: str, data: bytes) -> None:
        if path == "checkpoint":
            raise ConnectionError
        put(self, path, data)

    with forgotten(), monkeypatch.context() as patch:
        grow(log, 12)
        patch.setattr(store.LogFiles, "put", stop)
        with pytest.raises(ConnectionError):
            publish(log)
    log.refresh_from_db()
    with pytest.raises(LogAhead):
        publish(log)
    assert mend(log) == ["adopted 12 published leaves", "published a checkpoint of 43 leaves"]
    assert verified(log)["size"] == 43 and fsck(log) == []


def test_a_log_that_the_database_never_heard_of_is_taken_back(data: Path, key: None, grow: Grow) -> None:
    with forgotten():
        log = create_log(appeal_id=APPEAL)
        grow(log, 20)
        publish(log)
    with pytest.raises(LogAhead):
        create_log(appeal_id=APPEAL)
    assert not Log.objects.exists()
    assert run() == 1
    assert run("--mend", APPEAL) == 0
    log = create_log(appeal_id=APPEAL)
    assert log.size == 21 and fsck(log) == []


def test_files_of_another_key_are_not_taken_back(data: Path, key: None, grow: Grow) -> None:
    with forgotten():
        publish(create_log(appeal_id=APPEAL))
    (folder() / "checkpoint").write_text("not a checkpoint")
    with pytest.raises(NotMended):
        rescue(APPEAL)


def test_other_leaves_in_the_place_of_signed_ones_are_a_fork(old: Log) -> None:
    before = files(), Signer(APPEAL).state()
    rows = [Leaf(log=old, index=index, entry=b'{"t":"close"}') for index in range(31, 400)]
    Leaf.objects.bulk_create(rows)
    Log.objects.update(size=400)
    with pytest.raises(ForkRefused):
        publish(old)
    assert "database-fork" in codes(old)
    with pytest.raises((NotMended, ForkRefused)):
        mend(old)
    with pytest.raises(NotMended, match="restore a backup"):
        mend(old, Folder(folder()))
    assert (files(), Signer(APPEAL).state()) == before


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("harm", [_flip, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/45",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/45",
    ],
)
def test_a_damaged_file_is_found_and_written_again(
    log: Log, grow: Grow, name: str, harm: Callable[[Path], object]
) -> None:
    grow(log, 300)
    publish(log)
    before = files()
    harm(folder() / name)
    assert {finding.severity for finding in fsck(log)} == {"error"}
    mend(log)
    assert files() == before and fsck(log) == []


def test_a_partial_tile_left_behind_is_looked_at_too(log: Log, grow: Grow) -> None:
    for count in (20, 20):
        grow(log, count)
        publish(log)
    _flip(folder() / "tile/0/000.p/21")
    assert codes(log) == {"files"}
    mend(log)
    assert fsck(log) == []


def test_all_files_lost_are_written_again_from_the_database(log: Log, grow: Grow) -> None:
    grow(log, 300)
    publish(log)
    before = files()
    shutil.rmtree(folder())
    assert codes(log) == {"checkpoint-behind"}
    mend(log)
    assert files() == before and fsck(log) == []


def test_wrong_counts_and_marks_are_found_and_corrected(log: Log, grow: Grow) -> None:
    grow(log, 30)
    grow(log, 10)
    right = read.totals(log)
    VersionTally.objects.update(mail=999)
    log.leaves.filter(index__in=[2, 31]).update(dead=True)
    log.leaves.filter(index=31).update(dead=False)
    assert codes(log) == {"database-count", "database-dead"}
    mend(log)
    assert read.totals(log) == right and fsck(log) == []


def test_a_signer_without_memory_is_noticed_and_learns(log: Log, grow: Grow) -> None:
    grow(log, 30)
    publish(log)
    Signer(APPEAL).path.unlink()
    assert codes(log) == {"signer-behind"}
    publish(log)
    assert fsck(log) == []


def test_a_checkpoint_that_the_database_missed_is_noticed(log: Log, grow: Grow) -> None:
    grow(log, 30)
    publish(log)
    grow(log, 3)
    with forgotten():
        publish(log)
    log.refresh_from_db()
    assert codes(log) == {"checkpoint-not-noted"}
    publish(log)
    assert fsck(log) == [] and log.published_size == 34


def test_a_damaged_leaf_in_the_database_is_found(log: Log, grow: Grow) -> None:
    grow(log, 5)
    Leaf.objects.create(log=log, index=6, entry=b'{"r":99,"t":"undo","y":"own"}')
    Log.objects.update(size=7)
    assert codes(log) == {"database-leaves"}
    Log.objects.update(size=9)
    assert codes(log) == {"database-leaves"}


def test_the_command_says_what_is_wrong_and_mends_it(old: Log, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(APPEAL, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False and found["logs"][0]["findings"][0]["code"] == "database-behind"
    assert run("--mend", "--from", str(folder().parent), APPEAL) == 0
    out = capsys.readouterr().out
    assert f"{APPEAL}: in order" in out and "adopted 310 published leaves" in out
    assert run() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["--from", "x"],
        ["--mend", "--from", "/nowhere", APPEAL],
        [APPEAL, "--mend", "--from", "ftp://x/"],
    ],
)
def test_the_command_refuses_what_names_nothing(log: Log, arguments: list[str]) -> None:
    with pytest.raises(BadInput):
        run(*arguments)


def test_growth_is_the_same_every_time(log: Log) -> None:
    assert growth(log, 9) == growth(log, 9)
    assert publishing.publish(log) is not None
