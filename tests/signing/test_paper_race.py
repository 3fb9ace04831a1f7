"""Two at the same moment: two readers, two who settle, two who count, one who takes back."""

import threading

import pytest
from django.db import connection

from tests.signing import crowd, sheets
from tests.signing.sheets import ANA, BO, CY
from undersigned.ledger import read as ledger
from undersigned.signing import sequence
from undersigned.signing.models import Gathering, PaperLine, Signature, Transcript
from undersigned.signing.paper import check, keep, reverse, settle, transcribe, verify
from undersigned.signing.paper.refusals import KeptAlready, NotPossible

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list[BaseException]:
    """Runs acts in threads that start together; gives what they raised."""
    start, raised = threading.Barrier(len(acts)), []

    def run(act) -> None:
        try:
            start.wait(10)
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.fixture
def version(open_appeal):
    return crowd.original(open_appeal)


def test_of_three_who_begin_at_once_two_read(version, cast):
    gathering = sheets.kept(version, cast.owner)
    begin = [
        lambda who=who: transcribe.begin(actor=who, gathering=gathering)
        for who in (cast.owner, cast.editor, cast.moderator)
    ]
    raised = at_once(*begin)
    assert [type(error) for error in raised] == [NotPossible]
    assert sorted(Transcript.objects.values_list("seat", flat=True)) == [1, 2]


def test_two_who_finish_at_once_are_compared_once(version, cast):
    gathering = sheets.kept(version, cast.owner)
    readers = (cast.editor, cast.moderator)
    for who in readers:
        transcribe.begin(actor=who, gathering=gathering)
        transcribe.write(actor=who, gathering=gathering, number=1, values=ANA)
    finish = [
        lambda who=who: transcribe.finish(actor=who, gathering=gathering, rest_empty=True)
        for who in (*readers, *readers)
    ]
    assert at_once(*finish) == []
    gathering.refresh_from_db()
    assert (gathering.state, gathering.transcribed) == ("checking", 1)
    assert PaperLine.objects.count() == 4


def test_one_sheet_brought_in_twice_at_once_is_kept_once(version, cast):
    sheets.sheet(version)
    scan = [sheets.scan(), sheets.scan(), sheets.scan()]
    raised = at_once(
        *(
            lambda each=each: keep.keep(
                actor=cast.owner, appeal=version.text.appeal, number=1, claimed=1, data=each
            )
            for each in scan
        )
    )
    assert [type(error) for error in raised] == [KeptAlready] * 2
    assert Gathering.objects.count() == 1


def test_a_line_is_settled_once(version, cast):
    gathering = sheets.kept(version, cast.owner)
    sheets.read_by(cast.editor, gathering, ANA)
    sheets.read_by(cast.moderator, gathering, BO)
    third = (cast.owner, sheets.third(cast))
    raised = at_once(
        *(
            lambda who=who: settle.settle(actor=who, gathering=gathering, number=1, choice="first")
            for who in third
        )
    )
    assert [type(error) for error in raised] == [NotPossible]
    assert Gathering.objects.get().state == "checking"


def test_counted_by_three_at_once_each_line_counts_once(version, cast, open_appeal, monkeypatch):
    monkeypatch.setattr(verify, "_CHUNK", 1)
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA, BO, CY)
    count = lambda: verify.verify(actor=cast.owner, gathering=gathering)  # noqa: E731  three times
    publish = lambda: sequence.record_due(force=True)  # noqa: E731
    assert at_once(count, count, count, publish) == []
    sequence.record_due(force=True)
    log = ledger.log_of(open_appeal.public_id)
    assert (
        ledger.totals(log).kinds["paper"]
        == Signature.objects.count()
        == Gathering.objects.get().verified
        == 3
    )
    assert log.leaves.count() == 6
    assert check.check(log) == []


def test_a_sheet_taken_back_while_it_is_counted_and_recorded_counts_nothing(
    version, cast, open_appeal, monkeypatch
):
    monkeypatch.setattr(verify, "_CHUNK", 1)
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA, BO, CY)
    raised = at_once(
        lambda: verify.verify(actor=cast.owner, gathering=gathering),
        lambda: reverse.reverse(actor=cast.owner, gathering=gathering, reason="wrong"),
        lambda: reverse.reverse(actor=cast.owner, gathering=gathering, reason="wrong"),
        lambda: sequence.record_due(force=True),
    )
    assert all(isinstance(error, NotPossible) for error in raised)
    sequence.record_due(force=True)
    log = ledger.log_of(open_appeal.public_id)
    assert ledger.totals(log).signatures == 0
    assert not Signature.objects.filter(state__in=Signature.LIVE).exists()
    assert Gathering.objects.get().state == "reversed"
