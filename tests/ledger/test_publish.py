import threading

import pytest
from django.db import connection, transaction

from tests.ledger.conftest import Grow, files, folder, signs, verified
from undersigned.ledger import read
from undersigned.ledger.append import append
from undersigned.ledger.fsck import fsck
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish
from undersigned.lib import env

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_publishes_what_was_appended(log: Log, grow: Grow) -> None:
    grow(log, 300)
    note = publish(log)
    assert note is not None and note.startswith(f"{log.origin}\n301\n")
    assert (folder() / "checkpoint").read_text(encoding="utf-8") == note == log.checkpoint
    assert verified(log)["size"] == 301 == log.published_size
    assert verified(log)["signatures"] == read.totals(log).signatures == 299


@pytest.mark.parametrize("sizes", [[1], [254], [255], [256], [254, 1], [254, 1, 1], [3, 600, 2]])
def test_it_publishes_at_the_edges_of_tiles(log: Log, grow: Grow, sizes: list[int]) -> None:
    for size in sizes:
        grow(log, size)
        publish(log)
        assert verified(log)["size"] == log.size
    assert read.totals(log).signatures == verified(log)["signatures"]


def test_it_publishes_nothing_twice(log: Log, grow: Grow) -> None:
    grow(log, 5)
    publish(log)
    before = files()
    assert publish(log) is None
    assert files() == before


def test_partial_tiles_go_once_the_full_one_is_public(log: Log, grow: Grow) -> None:
    for size in (10, 10, 300):
        grow(log, size)
        publish(log)
    names = files()
    assert not [name for name in names if name.startswith(("tile/0/000.p", "tile/entries/000.p"))]
    assert "tile/0/000" in names and "tile/entries/001.p/65" in names


def test_a_small_appeal_can_be_moved_to_another_folder(log: Log, grow: Grow) -> None:
    grow(log, 3)
    publish(log)
    assert (folder() / "vkey").read_text() == log.vkey + "\n"
    assert folder() == env.load().data / "ledger" / log.appeal_id


def test_publishers_that_run_at_once_do_not_disturb_each_other(log: Log, grow: Grow) -> None:
    grow(log, 20)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            mine = Log.objects.get(pk=log.pk)
            for turn in range(6):
                append(log=mine, leaves=signs(1000 * number + 100 * turn, 40))
                publish(mine)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    log.refresh_from_db()
    assert log.published_size == log.size == 21 + 3 * 6 * 40 == verified(log)["size"]
    assert fsck(log) == []


def test_only_what_is_committed_is_published(log: Log, grow: Grow) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        grow(log, 3)
        publish(log)
    assert not folder().exists()


def test_a_clean_log_has_no_findings(log: Log, grow: Grow) -> None:
    assert fsck(log) == []
    for count in (1, 255, 300):
        grow(log, count)
        assert fsck(log) == []
        publish(log)
        assert fsck(log) == []
