"""Who signs on line after their line on paper was counted is put to a person, by address or by name."""

import pytest
from django.test import Client

from tests.signing import crowd, sheets
from tests.signing.sheets import ANA, BO
from undersigned.signing import sequence
from undersigned.signing.models import PaperMatch, PaperWatch, Signature
from undersigned.signing.paper import settle, watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal):
    return crowd.original(open_appeal)


def test_a_line_that_counted_is_asked_about_when_its_person_signs_on_line(version, cast):
    sheets.counted(cast, version, ANA | {"email": "ana@people.example"}, BO)
    sequence.record_due(force=True)
    assert watch.go() == 0
    crowd.confirmed(version, "A. Sol", email="Ana@people.example")
    crowd.confirmed(version, "Bo Reed", email="bo@other.example", place="Upper Quay")
    crowd.confirmed(version, "Bo Reed", email="bo@third.example", place="Elsewhere")
    sequence.record_due(force=True)
    assert watch.go() == 2
    assert sorted(PaperMatch.objects.values_list("why", "verdict")) == [("email", ""), ("name", "")]
    assert watch.go() == 0
    # The desk sees it, says so, and only then does the line leave the count.
    desk = Client()
    desk.force_login(cast.owner)
    page = desk.get(f"/desk/appeals/{version.text.appeal.slug}/paper/").content.decode()
    assert "2 questions wait for a person" in page
    asked = PaperMatch.objects.get(why="email")
    settle.decide(actor=cast.owner, match=asked, same=True)
    sequence.record_due(force=True)
    ended = Signature.objects.get(pk=asked.line.signature_id)
    assert ended.state == Signature.State.STRUCK


def test_looking_begins_where_it_ended_and_asks_nothing_twice(version, cast):
    for number in range(3):
        crowd.confirmed(version, f"Early {number}")
    crowd.confirmed(version, "Ana Sol", email="other@people.example", place="Lower Quay")
    sequence.record_due(force=True)
    gathering = sheets.read(cast, sheets.kept(version, cast.owner), ANA)
    assert PaperMatch.objects.count() == 1, "the sheet itself asked"
    assert watch.go() == 0
    place = PaperWatch.objects.get().size
    assert place > 3
    settle.decide(actor=cast.owner, match=PaperMatch.objects.get(), same=False)
    PaperWatch.objects.update(size=0)
    assert watch.go() == 0 and PaperMatch.objects.get().verdict == "other"
    assert gathering.appeal_id == PaperWatch.objects.get().appeal_id
