"""The publisher as command and as service: publishes, says what failed, stops when asked."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError

from tests.signing import crowd
from undersigned.commands import erase_expired, publish
from undersigned.ledger import read
from undersigned.ledger.errors import FilesDamaged
from undersigned.ledger.models import Log, VersionTally
from undersigned.lib import clock
from undersigned.signing import publisher, sequence
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db


def run(**options: bool) -> int:
    return publish.run(publish.argparse.Namespace(**{"loop": False, "force": False, **options}))


def test_the_command_records_and_says_how_many(open_appeal, capsys):
    crowd.confirmed(crowd.original(open_appeal))
    assert run() == 0
    assert capsys.readouterr().out == "recorded 1\n"


def test_the_command_does_not_wait_for_the_minute(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol")
    run()
    crowd.confirmed(version, "Bo Reed")
    run()
    assert Signature.objects.filter(state="recorded").count() == 2


def test_the_command_says_which_log_failed(open_appeal, monkeypatch, capsys):
    def broken(_log):
        raise FilesDamaged("a broken tile")

    monkeypatch.setattr(sequence.publish, "publish", broken)
    assert run() == 1
    assert capsys.readouterr().err == "night-ferry: a broken tile\n"


def test_the_command_refuses_an_old_database_though_nothing_waits(open_appeal, capsys):
    sequence.record_due(force=True)
    log = read.log_of(open_appeal.public_id)
    # What a restored backup looks like: fewer leaves than were published.
    VersionTally.objects.filter(log=log).delete()
    Log.objects.filter(pk=log.pk).update(published_size=0, size=0)
    assert run() == 1
    assert "fsck --mend" in capsys.readouterr().err


def test_the_service_publishes_reminds_and_stops(open_appeal, monkeypatch):
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    crowd.pending(crowd.original(open_appeal), "Bo Reed", at=clock.now() - timedelta(hours=50))
    monkeypatch.setattr(publisher, "close_old_connections", lambda: None)
    stop = threading.Event()
    seen = []

    def once(pause: float) -> bool:
        seen.append(pause)
        stop.set()
        return True

    monkeypatch.setattr(stop, "wait", once)
    publisher.publish_loop(stop)
    assert len(seen) == 1
    assert read.log_of(open_appeal.public_id).published_size == 3
    assert Signature.objects.get(state="pending").reminded_at is not None


def test_the_service_outlives_trouble_and_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr(publisher, "close_old_connections", lambda: None)
    turns = []

    def trouble(*, now, **_how):
        turns.append(now)
        if len(turns) < 3:
            raise DatabaseError("away")
        return 0

    monkeypatch.setattr(sequence, "record_due", trouble)
    stop = threading.Event()
    pauses = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        if len(pauses) == 4:
            stop.set()
        return True

    monkeypatch.setattr(stop, "wait", wait)
    with caplog.at_level("INFO"):
        publisher.publish_loop(stop)
    assert pauses == [3.0, 6.0, 1.5, 1.5]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_erase_expired_reports_numbers_only(open_appeal, capsys):
    crowd.pending(crowd.original(open_appeal), "Ana Sol", at=clock.now() - timedelta(days=15))
    assert erase_expired.run(erase_expired.argparse.Namespace()) == 0
    out = capsys.readouterr().out
    assert "unconfirmed for 14 days: 1 deleted" in out
    assert "Ana" not in out


def test_an_idle_tick_is_cheap(open_appeal, django_assert_max_num_queries):
    sequence.record_due()
    started = time.perf_counter()
    with django_assert_max_num_queries(2):
        sequence.record_due()
    assert time.perf_counter() - started < 1
