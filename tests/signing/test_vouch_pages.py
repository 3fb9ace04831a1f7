"""The pages of vouching: what a link alone shows, what a session does, what the desk and readers see."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.signing import crowd
from tests.signing.vouching import carrier, mailed, opened, vouched
from undersigned.appeals import draft, publish
from undersigned.circulation import links
from undersigned.lib import clock
from undersigned.signing import sequence
from undersigned.signing.models import Signature, Undo, Voucher
from undersigned.signing.vouch import add, session

pytestmark = pytest.mark.django_db

PERSON = {"display": "pseudonym", "name": "Heron", "place": "Lower Quay", "stated": "on", "form": "a form"}


@pytest.fixture
def ines(author, open_appeal):
    return carrier(author, open_appeal)


def address(one) -> str:
    return reverse("carry-vouch", args=[links.token(one)])


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def secret(html: str) -> str:
    return re.findall(r'name="session" value="([^"]+)"', html)[0]


def person(one, given: str, **more) -> dict[str, object]:
    return {**PERSON, "version": add.version_for(one).pk, "session": given, "act": "keep", **more}


def test_it_goes_from_the_mailed_code_to_the_slip_and_the_persons_own_page(ines, client):
    asked = client.post(address(ines), {"act": "code"})
    assert "on its way" in asked.content.decode()
    assert "ines@people.example" not in asked.content.decode()
    entered = client.post(address(ines), {"act": "enter", "code": mailed()})
    assert entered.status_code == 200
    given = secret(entered.content.decode())
    done = client.post(address(ines), person(ines, given))
    slip = done.content.decode()
    assert done.status_code == 200
    assert (done["Cache-Control"], done["Referrer-Policy"]) == ("no-store", "no-referrer")
    link = re.findall(r'class="link-box" dir="ltr">\s*([^<\s]+)', slip)[0]
    code = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", slip)[0]
    mine = client.get(link[link.index("/mine/") :])
    assert "Heron" in mine.content.decode()
    assert "Write to me" not in mine.content.decode()
    typed = client.post(reverse("confirm-code"), {"code": code}, follow=True)
    assert link[link.index("/mine/") :] in typed.content.decode()
    listed = client.post(address(ines), {"act": "open", "session": given}).content.decode()
    assert "Heron" in listed
    assert link not in listed
    for answer in (asked, entered, done, mine):
        assert not answer.cookies
        assert given not in str(answer.headers)


def test_a_forwarded_link_shows_nothing_of_what_the_carrier_did(ines, client):
    vouched(ines, opened(ines), "Heron")
    for method in (client.get, client.post):
        html = method(address(ines)).content.decode()
        assert "Heron" not in html
        assert 'name="session"' not in html
    for act in ("keep", "back", "name", "open", "end", "nonsense"):
        answered = client.post(
            address(ines), person(ines, "x" * 43, act=act, name="Tern", number="1", public_name="X")
        )
        assert answered.status_code == 403
        assert "Your session is over" in answered.content.decode()
    # In an address it opens nothing, either.
    given = opened(ines)
    assert "Heron" not in client.get(f"{address(ines)}?session={given}").content.decode()
    assert Signature.objects.count() == 1
    assert Voucher.objects.get().public_name == ""


def test_what_was_typed_survives_a_session_that_ran_out(ines, client):
    answered = client.post(address(ines), person(ines, "old"))
    assert 'name="name" value="Heron"' in answered.content.decode()
    session.ask_code(token=links.token(ines))
    typed = {**PERSON, "act": "enter", "code": mailed(), "version": add.version_for(ines).pk}
    entered = client.post(address(ines), typed).content.decode()
    assert 'value="Heron"' in entered
    assert not Signature.objects.exists()


def test_a_wrong_code_and_a_wrong_form_are_said_and_kept(ines, client):
    session.ask_code(token=links.token(ines))
    wrong = client.post(address(ines), {"act": "enter", "code": "AAAAA-AAAAA"})
    assert wrong.status_code == 422
    given = session.enter(token=links.token(ines), typed=mailed())
    for more in (
        {"stated": ""}, {"name": ""}, {"name": "123"}, {"display": "shout"}, {"name": "a\u202eb"},
        {"place": "x" * 300}, {"version": "7777"}, {"version": "x"}, {"stated": "perhaps"},
    ):  # fmt: skip
        answered = client.post(address(ines), person(ines, given, **more))
        assert answered.status_code == 422, more
    assert not Signature.objects.exists()
    assert client.post(address(ines), person(ines, given, display="unlisted", name="")).status_code == 200


def test_another_sites_page_vouches_for_nobody(ines, client):
    given = opened(ines)
    refused = client.post(address(ines), person(ines, given), headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert not Signature.objects.exists()


def test_the_same_name_is_asked_about_on_the_page(ines, client):
    given = opened(ines)
    assert client.post(address(ines), person(ines, given)).status_code == 200
    asked = client.post(address(ines), person(ines, given, form="another"))
    assert asked.status_code == 422
    assert "Is this another person?" in asked.content.decode()
    assert client.post(address(ines), person(ines, given, form="another", another="1")).status_code == 200


def test_readers_and_programs_see_the_two_counts_apart(ines, client, open_appeal):
    vouched(ines, opened(ines))
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    letter = client.get("/appeals/night-ferry/", follow=True).content.decode()
    names = client.get("/appeals/night-ferry/names/").content.decode()
    for html in (letter, names):
        assert "1 confirmed by mail" in html
        assert "1 vouched for" in html
    assert "vouched for by a carrier of this letter" in names
    told = json.loads(client.get("/api/v1/appeals/night-ferry").content)
    assert told["kinds"] == {"mail": 1, "vouched": 1, "paper": 0, "org": 0}
    assert told["signatures"]["recorded"] == 2


def test_the_desk_sees_carriers_quota_and_repeats_and_outsiders_nothing(ines, cast, open_appeal):
    given = opened(ines)
    vouched(ines, given, "Heron")
    vouched(ines, given, "Heron", form="two", another=True)
    pages = [
        reverse("desk-vouched", args=["night-ferry"]),
        reverse("desk-vouched-carrier", args=["night-ferry", ines.pk]),
    ]
    for page in pages:
        assert signed_in(cast.outsider).get(page).status_code == 404
        assert signed_in(cast.viewer).get(page).status_code in (403, 404)
        assert Client().get(page).status_code == 302
        assert "Heron" in signed_in(cast.moderator).get(page).content.decode()
    owner = signed_in(cast.owner)
    repeat = Signature.objects.order_by("-pk")[0]
    assert owner.post(pages[0], {"signature": repeat.pk}).status_code == 302
    assert "Let it stand" not in owner.get(pages[0]).content.decode()
    assert owner.post(pages[1], {"act": "quota", "quota": "1"}).status_code == 422
    assert owner.post(pages[1], {"act": "quota", "quota": "30"}).status_code == 302
    assert owner.post(pages[1], {"fate": "undo"}).status_code == 404
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        asked = owner.post(pages[1], {"act": "finish", "fate": "undo"})
        assert "next=" in asked["Location"] and not Undo.objects.exists()
    assert owner.post(pages[1], {"act": "finish"}).status_code == 422
    assert owner.post(pages[1], {"act": "finish", "fate": "undo"}).status_code == 302
    assert not Signature.objects.filter(state__in=Signature.LIVE).exists()
    assert client_is_gone(ines)


def client_is_gone(one) -> bool:
    return Client().get(address(one)).status_code == 410


def test_a_carriers_desk_page_is_there_before_anybody_vouched(ines, cast):
    page = reverse("desk-vouched-carrier", args=["night-ferry", ines.pk])
    assert signed_in(cast.owner).get(page).status_code == 200
    assert signed_in(cast.owner).get(reverse("desk-vouched", args=["night-ferry"])).status_code == 200
    assert (
        signed_in(cast.owner).get(reverse("desk-carrier", args=["night-ferry", ines.pk])).status_code == 200
    )


def test_pages_cost_the_same_for_one_person_as_for_many(ines, cast, client, django_assert_max_num_queries):
    given = opened(ines)
    vouched(ines, given, "Heron 0")
    owner, page = signed_in(cast.owner), reverse("desk-vouched-carrier", args=["night-ferry", ines.pk])
    owner.get(page)
    for number in range(1, 12):
        vouched(ines, given, f"Heron {number}")
    with django_assert_max_num_queries(20):
        owner.get(page)
    with django_assert_max_num_queries(20):
        client.post(address(ines), {"act": "open", "session": given})


def test_a_form_for_older_words_comes_back_with_what_was_typed_and_goes_through_when_read(
    ines, author, client
):
    given, old = opened(ines), add.version_for(ines)
    text = old.text
    changed = text.draft.replace("one boat", "two boats")
    draft.save_draft(actor=author, text=text, source=changed, revision=text.draft_revision)
    publish.publish(actor=author, text=text)
    asked = client.post(address(ines), person(ines, given, version=old.pk))
    assert asked.status_code == 422
    html = asked.content.decode()
    assert 'value="Heron"' in html
    assert "The text has changed" in html
    again = re.findall(r'name="version" value="(\d+)"', html)[0]
    assert client.post(address(ines), person(ines, given, version=again)).status_code == 200
