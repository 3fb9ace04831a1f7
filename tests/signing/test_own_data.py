"""Everything about one person: for that person alone, after one more mail."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, tokens, vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.mailroom.render import render
from undersigned.signing import own_data, sequence
from undersigned.signing.disputes import ask as dispute
from undersigned.signing.disputes import freeze
from undersigned.signing.erase import erase
from undersigned.signing.models import Asking, Person, Signature
from undersigned.signing.moderation import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(open_appeal: Appeal) -> Signature:
    version = crowd.original(open_appeal)
    crowd.pending(version, "Ana Sol")
    row = crowd.confirmed(version, "Ana Sol", place="Carrow", country="ES", updates=True)
    crowd.confirmed(version, "Bea Quay")
    sequence.record_due(force=True)
    Message.objects.all().delete()
    return Signature.objects.get(pk=row.pk)


def mailed(client: Client, row: Signature) -> str:
    """The link that the mail holds."""
    place = reverse("mine-data", args=[tokens.token("mine", row.nonce)])
    assert client.get(place).status_code == 200
    assert not Message.objects.exists()
    assert "We have sent a link" in client.post(place).content.decode()
    message = Message.objects.get(kind=own_data.KIND)
    assert "own-data" in render(message).data.decode()
    url = str(vault.unseal_json(message.params_sealed, context=queue.PARAMS_CONTEXT)["url"])
    return url[url.index("/own-data/") :]


def test_it_is_sent_for_by_mail_and_holds_all(client: Client, recorded: Signature) -> None:
    place = mailed(client, recorded)
    page = client.get(place)
    assert page["Cache-Control"] == "no-store" and page["Referrer-Policy"] == "no-referrer"
    shown = page.content.decode()
    assert "ana.sol@people.example" in shown and "Carrow" in shown and "Bea" not in shown
    answer = client.get(place + "?format=json")
    found = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment") and answer["Cache-Control"] == "no-store"
    assert found["given"]["email"] == "ana.sol@people.example"
    assert [row["state"] for row in found["signatures"]] == ["recorded"]
    signature = found["signatures"][0]
    assert signature["agreed"] == {"updates": True, "addressee": False, "edition": False, "wording": "1"}
    assert signature["log"]["line"] == recorded.leaf_index
    assert [mail["kind"] for mail in found["mails"]] == [own_data.KIND]
    assert "Bea" not in answer.content.decode()


def test_what_was_asked_later_is_in_it(recorded: Signature) -> None:
    Asking.objects.create(
        version=recorded.version, signature=recorded, nonce=b"n" * 16, asked_at=clock.now(), answer=""
    )
    found = own_data.gather(signature=recorded)
    assert found["signatures"][0]["asked_about_newer_words"] == [{"version": 1, "answer": ""}]


def test_other_tries_of_the_address_are_in_it(client: Client, recorded: Signature) -> None:
    crowd.pending(crowd.original(recorded.appeal), "Ana Sol")
    Message.objects.all().delete()
    found = own_data.gather(signature=recorded)
    assert sorted(row["state"] for row in found["signatures"]) == ["pending", "recorded"]


def test_the_private_link_alone_does_not_open_it(client: Client, recorded: Signature) -> None:
    for purpose in ("mine", "own-data", "unsubscribe"):
        assert client.get(f"/own-data/{tokens.token(purpose, recorded.nonce)}/").status_code == 404
    assert client.get("/own-data/x/").status_code == 404


def test_the_link_is_good_for_two_days_and_ends_with_the_person(client: Client, recorded: Signature) -> None:
    place = mailed(client, recorded)
    token = place.split("/")[2]
    now = clock.now()
    assert own_data.find(token, at=now + timedelta(days=1)) == recorded
    assert own_data.find(token, at=now + timedelta(days=2)) is None
    erase(signature=recorded)
    assert client.get(place).status_code == 404
    assert not Message.objects.exists()


def test_it_is_mailed_once_in_an_hour(client: Client, recorded: Signature) -> None:
    now = clock.now().replace(minute=10)
    for minutes in (0, 5, 30):
        own_data.ask(signature=recorded, at=now + timedelta(minutes=minutes))
    assert Message.objects.count() == 1


def test_who_has_no_address_here_is_sent_to_the_organisers(client: Client, recorded: Signature) -> None:
    Person.objects.filter(signature=recorded).delete()
    place = reverse("mine-data", args=[tokens.token("mine", recorded.nonce)])
    assert "knows no address" in client.post(place).content.decode()
    assert client.post(place, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Message.objects.exists()


def test_what_was_disputed_and_decided_is_in_it(cast: Cast, recorded: Signature) -> None:
    appeal = recorded.appeal
    request = dispute.Request(name="Ana Sol", email="other@people.example")
    freeze.confirm(dispute=dispute.ask(appeal=appeal, request=request, language="en"))
    decide.decide(actor=cast.owner, appeal=appeal, act="strike", numbers=[recorded.pk], reason="a doubt")
    (found,) = own_data.gather(signature=recorded)["signatures"]
    assert [one["answer"] for one in found["disputed"]] == [""]
    assert [(one["act"], one["reason"]) for one in found["moderated"]] == [("strike", "a doubt")]
    assert "other@people.example" not in json.dumps(found)
