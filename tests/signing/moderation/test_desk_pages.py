"""The pages of the moderation desk: who may see them, and that each form does what it says."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, vault
from undersigned.signing import people, sequence
from undersigned.signing.disputes import ask, freeze
from undersigned.signing.models import Decision, Dispute, Person, RefusalWords, Signature
from undersigned.signing.moderation import decide, growth, patterns, queue

pytestmark = pytest.mark.django_db
BASE = "/desk/appeals/night-ferry/"
PAGES = ["moderation/", "moderation/patterns/", "moderation/words/", "moderation/names/", "disputes/"]


@pytest.fixture
def desk(cast):
    def sign_in(who="moderator"):
        client = Client()
        client.force_login(getattr(cast, who))
        return client

    return sign_in


@pytest.fixture
def held(open_appeal, cast):
    version = crowd.original(open_appeal)
    rows = [
        crowd.confirmed(version, name, email=f"{place}@mailinator.com")
        for place, name in enumerate(("Ana Sol", "ANNA  sol", "Ben Ito"))
    ]
    decide.decide(
        actor=cast.owner, appeal=open_appeal, act="hold", numbers=[row.pk for row in rows], reason="odd"
    )
    return rows


def states(rows):
    return [Signature.objects.get(pk=row.pk).state for row in rows]


@pytest.mark.parametrize("path", PAGES)
def test_those_who_moderate_see_it_and_nobody_else_does(desk, held, path):
    assert [desk(who).get(BASE + path).status_code for who in ("owner", "editor", "moderator")] == [200] * 3
    assert desk("viewer").get(BASE + path).status_code == 403
    assert desk("outsider").get(BASE + path).status_code == 404
    assert Client().get(BASE + path).status_code == 302


def test_the_queue_decides_about_those_that_are_ticked_and_takes_it_back(desk, held):
    client = desk()
    shown = client.get(BASE + "moderation/").content.decode()
    assert "odd" in shown and "0@mailinator.com" in shown
    assert client.post(BASE + "moderation/", {"act": "refuse", "pk": held[0].pk}).status_code == 422
    assert client.post(BASE + "moderation/", {"act": "refuse", "reason": "so"}).status_code == 422
    values = {"act": "refuse", "reason": "so", "pk": [held[0].pk, held[1].pk, "x"]}
    assert client.post(BASE + "moderation/", values).status_code == 302
    assert states(held) == ["refused", "refused", "held"]
    made = Decision.objects.latest("pk")
    assert client.post(f"{BASE}moderation/decisions/{made.pk}/undo/").status_code == 302
    assert states(held) == ["held"] * 3
    assert client.post(BASE + "moderation/", {"act": "release", "whole": "1"}).status_code == 302
    assert states(held) == ["confirmed"] * 3


def test_the_pictures_lead_to_the_signatures_and_say_the_same_in_words(desk, held):
    client = desk()
    page = client.get(BASE + "moderation/patterns/").content.decode()
    assert page.count("<svg") == page.count('role="img"') >= 3
    assert "<script" not in page.partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="([^"]*pattern=name[^"]*)"', page)
    found = client.get(links[0].replace("&amp;", "&")).content.decode()
    assert "0@mailinator.com" in found and "1@mailinator.com" in found and "2@mailinator.com" not in found
    assert not any("mailinator" in link or "Sol" in link for link in re.findall(r'href="([^"]*)"', page))


def test_recorded_signatures_that_fit_a_pattern_are_struck_out_together(desk, held, cast, open_appeal):
    decide.decide_held(actor=cast.owner, appeal=open_appeal, act="release")
    sequence.record_due(force=True)
    client = desk()
    page = client.get(BASE + "moderation/patterns/?of=recorded").content.decode()
    link = re.findall(r'href="([^"]*pattern=domain[^"]*)"', page)[0].replace("&amp;", "&")
    assert "Ben Ito" in client.get(link).content.decode()
    client.post(link, {"act": "strike", "reason": "one hand", "pk": [row.pk for row in held]})
    assert states(held) == ["struck"] * 3


def test_a_page_of_a_pattern_looks_at_so_many_rows_and_no_more(held, cast, open_appeal, monkeypatch):
    monkeypatch.setattr(queue, "SCAN", 2)
    found = patterns.look(actor=cast.owner, appeal=open_appeal).groups["domain"][0]
    asked = queue.Asked(pattern="domain", value=found.value)
    first = queue.page(actor=cast.owner, appeal=open_appeal, asked=asked)
    assert len(first.rows) == 2 and first.next
    asked = queue.Asked(pattern="domain", value=found.value, after=int(first.next))
    last = queue.page(actor=cast.owner, appeal=open_appeal, asked=asked)
    assert len(last.rows) == 1 and not last.next


def test_words_review_and_names_are_set_by_their_forms(desk, open_appeal):
    client = desk()
    assert client.post(BASE + "moderation/words/", {"language": "en", "words": "No."}).status_code == 302
    assert RefusalWords.objects.get().words == "No."
    assert client.post(BASE + "moderation/words/", {"language": "xx", "words": "No."}).status_code == 422
    client.post(BASE + "moderation/review/", {"review": "1"})
    assert Appeal.objects.get().reviewed_since is not None
    assert client.post(BASE + "moderation/names/", {"act": "hide"}).status_code == 422
    assert client.post(BASE + "moderation/names/", {"act": "hide", "reason": "now"}).status_code == 302
    assert Appeal.objects.get().names_hidden_at is not None
    assert "now" in client.get(BASE + "moderation/names/").content.decode()
    client.post(BASE + "moderation/names/", {"act": "show", "reason": "over"})
    assert Appeal.objects.get().names_hidden_at is None
    for path in ("moderation/names/", "moderation/words/", "moderation/review/"):
        assert desk("viewer").post(BASE + path, {"act": "hide", "reason": "so"}).status_code == 403


def test_a_dispute_is_read_and_decided_at_the_desk(desk, open_appeal):
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    sequence.record_due(force=True)
    request = ask.Request(name="Ana Sol", email="true@people.example", words="I was at sea.")
    dispute = freeze.confirm(dispute=ask.ask(appeal=open_appeal, request=request, language="en"))
    client = desk()
    assert "Ana Sol" in client.get(BASE + "disputes/").content.decode()
    path = f"{BASE}disputes/{dispute.pk}/"
    assert "I was at sea." in client.get(path).content.decode()
    assert client.post(path, {"act": "dismiss"}).status_code == 422
    assert client.post(path, {"act": "uphold", "reason": "so"}).status_code == 422
    assert desk("viewer").post(path, {"act": "dismiss", "reason": "so"}).status_code == 403
    number = dispute.lines.get().number
    values = {"act": "uphold", "reason": "so", "number": number}
    assert client.post(path, values).status_code == 302
    assert Dispute.objects.get().state == "upheld"
    assert client.post(path, values).status_code == 422


@pytest.mark.parametrize("profile", ["open", "careful", "at_risk"])
def test_of_a_network_a_mark_is_kept_and_nothing_where_people_are_at_risk(open_appeal, profile):
    Appeal.objects.update(profile=profile)
    values = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"}
    assert Client(REMOTE_ADDR="192.0.2.77").post("/appeals/night-ferry/en/sign", values).status_code == 303
    opened = vault.unseal(Person.objects.get().sealed, context=people.CONTEXT)
    assert "192.0.2" not in opened
    assert bool(people.network(opened)) == (profile != "at_risk")
    moment = patterns.rounded(Appeal.objects.get(), clock.now().replace(hour=5, minute=37))
    assert (moment.hour, moment.minute) == {"open": (5, 30), "careful": (5, 0), "at_risk": (0, 0)}[profile]


def test_growth_is_kept_with_each_batch_by_the_hour_and_by_the_day_at_risk(open_appeal):
    now = clock.now()
    growth.add(open_appeal, 3, now - timedelta(hours=2))
    growth.add(open_appeal, 2, now)
    growth.add(open_appeal, 2, now)
    found = growth.curve(open_appeal, now)
    assert not found.by_day and [step.total for step in found.steps] == [3, 3, 7]
    later = growth.curve(open_appeal, now + timedelta(days=5))
    assert later.by_day and later.steps[-1].total == 7 and sum(step.recorded for step in later.steps) == 7
    far = growth.curve(open_appeal, now + timedelta(days=400))
    assert len(far.steps) == growth.DAYS and far.steps[0].total == 7
    open_appeal.profile = "at_risk"
    growth.add(open_appeal, 1, now)
    assert growth.curve(open_appeal, now).by_day
