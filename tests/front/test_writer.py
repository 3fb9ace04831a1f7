"""The one writer of a process, with real commits and its own thread."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tests.signing.crowd import original
from undersigned.appeals.models import Appeal, Version
from undersigned.front import writer as writers
from undersigned.front.writer import Asked, Full, Intake, Writer
from undersigned.lib import tokens
from undersigned.mailroom.models import Message
from undersigned.signing import intake
from undersigned.signing.confirm import Outcome
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(real_commits: None, open_appeal: Appeal) -> Version:
    return original(open_appeal)


def item(version: Version, number: int) -> Intake:
    return Intake(version, SignRequest(name="Ana Sol", email=f"signer{number}@people.example"), "en")


def with_writer(act: Any, **options: int) -> Any:
    """What `act` answers that is given a running writer; the writer is stopped behind it."""

    async def run() -> Any:
        writer = Writer(**options)
        writer.start()
        try:
            return await act(writer)
        finally:
            await writer.stop()

    return asyncio.run(run())


def gathered(*asked: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.gather(*asked, return_exceptions=True)


def test_each_is_answered_after_its_own_commit(version: Version) -> None:
    async def act(writer: Writer) -> Any:
        return await gathered(*(writer.sign(item(version, number)) for number in range(40)))

    assert with_writer(act) == [None] * 40
    assert Signature.objects.count() == Message.objects.count() == 40


def test_signs_and_confirmations_share_a_batch(version: Version) -> None:
    intake.sign_many([item(version, number) for number in range(5)])
    links = [Asked(tokens.token("confirm", row.nonce)) for row in Signature.objects.all()]

    async def act(writer: Writer) -> Any:
        new = [writer.sign(item(version, 100 + number)) for number in range(5)]
        return await gathered(*new, *(writer.confirm(one) for one in [*links, Asked(code="00000-00000")]))

    done = with_writer(act)
    assert done[:5] == [None] * 5
    assert [one.outcome for one in done[5:]] == [Outcome.RECORDED_SOON] * 5 + [Outcome.EXPIRED]
    assert bytes(Signature.objects.get(pk=done[5].signature.pk).nonce) == done[5].signature.nonce


def test_one_that_is_refused_fails_alone(version: Version) -> None:
    closed = Version.objects.select_related("text__appeal").get(pk=version.pk)
    closed.text.appeal.state = Appeal.State.CLOSED

    async def act(writer: Writer) -> Any:
        return await gathered(*(writer.sign(item(one, 1)) for one in (version, closed, version)))

    done = with_writer(act)
    assert [type(one) for one in done] == [type(None), intake.NotAccepted, type(None)]


def test_a_full_queue_refuses_at_once(version: Version) -> None:
    async def act(writer: Writer) -> Any:
        return await gathered(*(writer.sign(item(version, number)) for number in range(12)))

    done = with_writer(act, longest=8, largest=4)
    assert sum(isinstance(one, Full) for one in done) == 4
    assert Signature.objects.count() == 8


def test_it_drains_before_it_stops_and_takes_no_more(version: Version) -> None:
    async def run() -> list[Any]:
        writer = Writer(largest=3)
        writer.start()
        asked = [asyncio.ensure_future(writer.sign(item(version, number))) for number in range(20)]
        await asyncio.sleep(0)
        await writer.stop()
        with pytest.raises(Full):
            await writer.sign(item(version, 99))
        assert all(one.done() for one in asked)
        return await asyncio.gather(*asked)

    assert asyncio.run(run()) == [None] * 20
    assert Signature.objects.count() == 20


def test_who_goes_away_keeps_nobody_else_waiting(version: Version) -> None:
    async def act(writer: Writer) -> Any:
        gone = asyncio.ensure_future(writer.sign(item(version, 1)))
        stays = asyncio.ensure_future(writer.sign(item(version, 2)))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert with_writer(act) is None
    assert Signature.objects.count() == 2


def test_a_database_that_is_away_fails_all_and_stores_nothing(version: Version, monkeypatch: Any) -> None:
    """Its connection is lost between the rows and their commit; the next batch goes through."""
    real = writers.intake.sign_many
    broken = [True]

    def lose(items: Any, **more: Any) -> Any:
        done = real(items, **more)
        if broken:
            broken.clear()
            raise OperationalError("server closed the connection unexpectedly")
        return done

    monkeypatch.setattr(writers.intake, "sign_many", lose)
    monkeypatch.setattr(
        writers, "_act", lambda signs, asked: _inside(lambda: writers.intake.sign_many(signs))
    )

    async def act(writer: Writer) -> Any:
        first = await gathered(*(writer.sign(item(version, number)) for number in range(3)))
        return first, await gathered(writer.sign(item(version, 9)))

    first, then = with_writer(act)
    assert [type(one) for one in first] == [OperationalError] * 3
    assert len({id(one) for one in first}) == 3
    assert then == [None]
    assert Signature.objects.count() == 1


def _inside(act: Any) -> Any:
    with transaction.atomic():
        return act()


def test_two_writers_share_a_database(version: Version) -> None:
    async def run() -> list[Any]:
        pair = [Writer(), Writer()]
        for writer in pair:
            writer.start()
        done = await asyncio.gather(*(pair[number % 2].sign(item(version, number)) for number in range(80)))
        for writer in pair:
            await writer.stop()
        return list(done)

    assert asyncio.run(run()) == [None] * 80
    assert Signature.objects.values("nonce").distinct().count() == 80


def test_its_own_connection_is_durable(version: Version, monkeypatch: Any) -> None:
    """Asked in the writer's thread, of the connection that it stores with."""
    if connection.vendor != "sqlite":
        pytest.skip("what PostgreSQL does at a commit is set on its server")
    real = writers.intake.sign_many
    seen: list[tuple[str, Any]] = []

    def look(items: Any, **more: Any) -> Any:
        done = real(items, **more)
        with connection.cursor() as cursor:
            names = ("synchronous", "journal_mode", "secure_delete")
            found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
        seen.extend((threading.current_thread().name, one) for one in found)
        return done

    monkeypatch.setattr(writers.intake, "sign_many", look)

    async def act(writer: Writer) -> Any:
        return await gathered(writer.sign(item(version, 1)))

    assert with_writer(act) == [None]
    assert seen == [("writer", 2), ("writer", "wal"), ("writer", 1)]
