"""The desk's page of an embargo, for everybody of the cast."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.circulation.conftest import signed_in
from undersigned.appeals.models import Appeal, Embargo
from undersigned.lib import clock
from undersigned.signing import embargo, reveal

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/desk/appeals/night-ferry/embargo/"


def hour(hours: float) -> str:
    return timezone.localtime(clock.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_the_page_is_for_those_who_may_open_an_appeal(cast, published):
    answers = [signed_in(one).get(URL).status_code for one in (cast.owner, cast.editor, cast.moderator)]
    assert answers == [200, 200, 403]
    assert signed_in(cast.viewer).get(URL).status_code == 403
    assert signed_in(cast.outsider).get(URL).status_code == 404
    assert Client().get(URL).status_code == 302


def test_a_post_without_token_is_refused(cast, published):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    assert client.post(URL, {"act": "set", "number": "3"}).status_code == 403


def test_it_begins_is_set_anew_and_lifted_there(cast, published):
    desk = signed_in(cast.owner)
    assert URL in desk.get("/desk/appeals/night-ferry/").content.decode()
    assert desk.post(URL, {"act": "set", "until": hour(24), "number": ""}).status_code == 302
    assert Appeal.objects.get().state == "embargo"
    assert desk.post(URL, {"act": "set", "until": "", "number": "20"}).status_code == 302
    found = Embargo.objects.get()
    assert (found.until, found.number) == (None, 20)
    page = desk.get(URL).content.decode()
    assert "At the latest" in page and "cannot end later" in page
    overview = desk.get("/desk/appeals/night-ferry/").content.decode()
    assert "/appeals/night-ferry/" not in overview.replace("/desk/appeals/night-ferry/", "")
    assert desk.post(URL, {"act": "lift"}).status_code == 422
    assert desk.post(URL, {"act": "lift", "sure": "1"}).status_code == 302
    assert "ending at this moment" in desk.get(URL).content.decode()
    reveal.record_due()
    assert "The embargo ended on" in desk.get(URL).content.decode()
    assert Appeal.objects.get().state == "open"


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"until": "yesterday"},
        {"until": "2001-01-01T10:00"},
        {"number": "0"},
        {"number": "-4"},
        {"number": "x"},
        {"number": "99999999999999999999"},
        {"until": "9999-12-31T23:59"},
        {"until": "0001-01-01T00:00"},
    ],
)
def test_what_is_no_end_comes_back_with_the_reason(cast, published, typed):
    answer = signed_in(cast.owner).post(URL, {"act": "set", **typed})
    assert answer.status_code == 422 and not Embargo.objects.exists()


def test_an_appeal_that_is_not_ready_is_told_what_is_missing(cast, draft_appeal):
    answer = signed_in(cast.owner).post(URL, {"act": "set", "number": "5"})
    assert answer.status_code == 422 and "not published yet" in answer.content.decode()


def test_a_public_appeal_has_nothing_to_hide(cast, open_appeal):
    assert "begins before an appeal opens" in signed_in(cast.owner).get(URL).content.decode()
    answer = signed_in(cast.owner).post(URL, {"act": "set", "number": "5"})
    assert answer.status_code == 422 and Appeal.objects.get().state == "open"


def test_every_desk_page_works_under_embargo(cast, published):
    appeal = embargo.begin(actor=cast.owner, appeal=published.text.appeal, number=5)
    desk = signed_in(cast.owner)
    for name in (
        "desk-appeal", "desk-appeal-settings", "desk-roll", "desk-first", "desk-open", "desk-close",
        "desk-carriers",
    ):  # fmt: skip
        assert desk.get(reverse(name, args=[appeal.slug])).status_code == 200, name
    assert desk.get("/desk/").status_code == 200
