"""The circulation desk, for everybody of the cast."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.circulation.conftest import signed_in
from undersigned.circulation import dispatch, enrol, links, people
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier, Circulation, Dispatch, LetterTemplate
from undersigned.circulation.rights import Rights
from undersigned.lib import clock

pytestmark = pytest.mark.django_db

ROLES = ("owner", "editor", "moderator", "viewer", "outsider")


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("desk-carriers", 3),
        ("desk-carriers-tree", 3),
        ("desk-carrier", 3),
        ("desk-carriers-add", 2),
        ("desk-carriers-list", 2),
        ("desk-letters", 2),
        ("desk-letter", 2),
        ("desk-runs", 2),
        ("desk-run", 2),
        ("desk-carrier-letter", 2),
    ],
)
def test_each_page_is_for_those_who_may_and_outsiders_see_nothing(carry, cast, letters, page, allowed):
    carrier = carry()
    run = dispatch.start(actor=cast.owner, appeal=letters)
    more = {"desk-carrier": [carrier.pk], "desk-carrier-letter": [carrier.pk], "desk-run": [run.pk]}
    more["desk-letter"] = ["en"]
    address = reverse(page, args=[letters.slug, *more.get(page, [])])
    answers = [signed_in(getattr(cast, who)).get(address).status_code for who in ROLES]
    assert answers == [200] * allowed + [403] * (4 - allowed) + [404]
    assert Client().get(address).status_code == 302
    refused = Client(enforce_csrf_checks=True)
    refused.force_login(cast.owner)
    assert refused.post(address, {}).status_code in (403, 405)


@pytest.mark.parametrize(("who", "status"), [("moderator", 403), ("viewer", 403), ("outsider", 404)])
def test_others_change_nothing_by_posting(carry, cast, letters, who, status):
    carrier = carry()
    client = signed_in(getattr(cast, who))
    posts = [
        ("desk-carrier", [carrier.pk], {"act": "revoke"}),
        ("desk-carrier", [carrier.pk], {"act": "send"}),
        ("desk-carrier", [carrier.pk], {"act": "erase"}),
        ("desk-carriers-add", [], {"name": "X", "email": "x@people.example", "language": "en"}),
        ("desk-carriers-list", [], {"take": "x"}),
        ("desk-letter", ["fr"], {"subject": "a", "body": "b"}),
        ("desk-runs", [], {"kind": "cover"}),
    ]
    for name, more, data in posts:
        assert client.post(reverse(name, args=[letters.slug, *more]), data).status_code == status
    assert Carrier.objects.get().state == "written"
    assert LetterTemplate.objects.count() == 2
    assert not Dispatch.objects.exists()


def test_the_desk_goes_from_template_to_letter_sent(cast, letters):
    client = signed_in(cast.owner)
    slug = letters.slug
    page = reverse("desk-letter", args=[slug, "fr"])
    wrong = client.post(page, {"subject": "Une lettre", "body": "Bonjour {nom} {link}"})
    assert wrong.status_code == 422
    assert "{nom}" in wrong.content.decode()
    shown = client.post(page, {"subject": "Une lettre", "body": "Bonjour {name}, {link}", "preview": "1"})
    assert shown.status_code == 200
    assert LetterTemplate.objects.filter(language="fr").count() == 0
    assert client.post(page, {"subject": "Une lettre", "body": "Bonjour {name}, {link}"}).status_code == 302
    person = {"name": "Zoé", "email": "zoe@people.example", "language": "fr", "rights": ["collect"]}
    added = client.post(reverse("desk-carriers-add", args=[slug]), person)
    carrier = Carrier.objects.get()
    assert added["Location"] == reverse("desk-carrier", args=[slug, carrier.pk])
    again = client.post(reverse("desk-carriers-add", args=[slug]), person)
    assert again.status_code == 422
    assert "on the list already" in again.content.decode()
    letter = reverse("desk-carrier-letter", args=[slug, carrier.pk])
    assert "Bonjour Zoé, {link}" in client.get(letter).content.decode()
    edited = {"subject": "Chère Zoé", "body": "Comme promis : {link}", "act": "approve"}
    assert client.post(letter, edited).status_code == 302
    started = client.post(reverse("desk-runs", args=[slug]), {"kind": "cover"})
    run = Dispatch.objects.get()
    shown = client.get(started["Location"])
    assert shown["Refresh"] == "5"
    assert "<progress" in shown.content.decode()
    assert client.post(reverse("desk-run", args=[slug, run.pk]), {"act": "pause"}).status_code == 302
    assert Dispatch.objects.get().state == "paused"
    html = client.get(reverse("desk-carrier", args=[slug, carrier.pk])).content.decode()
    assert links.token(carrier) not in html


def test_rights_deadline_and_travel_are_changed_at_the_desk(carry, cast, letters):
    carrier = carry()
    client = signed_in(cast.owner)
    page = reverse("desk-carrier", args=[letters.slug, carrier.pk])
    good = {"act": "change", "rights": ["collect"], "language": "es", "deadline": "2035-01-01T12:00"}
    assert client.post(page, good).status_code == 302
    carrier.refresh_from_db()
    assert (carrier.may_adapt, carrier.language, carrier.deadline.year) == (False, "es", 2035)
    assert client.post(page, good | {"deadline": "2001-01-01T12:00"}).status_code == 422
    assert client.post(page, good | {"language": "klingon"}).status_code == 422
    assert client.post(page, {"act": "dance"}).status_code == 404
    travel = reverse("desk-letters", args=[letters.slug])
    assert client.post(travel, {"depth_max": "9", "author": ""}).status_code == 422
    assert client.post(travel, {"depth_max": "3", "author": "Olive"}).status_code == 302
    assert Circulation.objects.get().depth_max == 3


def test_a_carrier_of_another_appeal_is_not_there(carry, cast, letters, outsider):
    carrier = carry()
    client = signed_in(cast.owner)
    assert client.get(reverse("desk-carrier", args=[letters.slug, carrier.pk + 999])).status_code == 404
    tree = reverse("desk-carriers-tree", args=[letters.slug])
    for below in ("x", "9" * 30, "-1", str(carrier.pk + 999)):
        assert client.get(tree, {"below": below}).status_code == 404


def test_a_whole_address_finds_its_carrier_and_half_a_one_nobody(carry, cast, letters):
    carry("Ines Luz")
    carry("Ana")
    client = signed_in(cast.owner)
    page = reverse("desk-carriers", args=[letters.slug])
    assert "Ines Luz" in client.get(page, {"q": "INES.LUZ@people.example"}).content.decode()
    assert "Ines Luz" not in client.get(page, {"q": "ines"}).content.decode()
    assert client.get(page, {"state": "nonsense", "after": "x'", "before": "-"}).status_code == 200


def _crowd(appeal, count: int) -> None:
    now = clock.now()
    made = [
        enrol.new_carrier(
            appeal=appeal, entry=Entry(f"P {n}", f"p{n}@people.example", "en"), given=Rights(), now=now
        )
        for n in range(count)
    ]
    Carrier.objects.bulk_create(made, batch_size=500)


def test_ten_thousand_carriers_cost_what_ten_do(carry, cast, letters):
    _crowd(letters, 10)
    client = signed_in(cast.owner)
    pages = [
        reverse("desk-carriers", args=[letters.slug]),
        reverse("desk-carriers", args=[letters.slug]) + "?state=written",
        reverse("desk-carriers-tree", args=[letters.slug]),
        reverse("desk-runs", args=[letters.slug]),
    ]

    def cost(address: str) -> tuple[int, int]:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address)
        assert page.status_code == 200
        return len(asked), len(page.content)

    few = [cost(address) for address in pages]
    Carrier.objects.all().delete()
    _crowd(letters, 10_000)
    many = [cost(address) for address in pages]
    for (asked_few, size_few), (asked_many, size_many) in zip(few, many, strict=True):
        assert asked_many <= asked_few
        # A page of fifty is longer than one of ten, and that is all.
        assert size_many < 6 * size_few
    listing = pages[0]
    last = client.get(listing + "?last=1").content.decode()
    assert "P 0<" in last
    assert "before=" in last
    state = client.get(listing).context["pages"]["next"]
    assert "P 9949<" in client.get(state).content.decode()


def test_the_tree_shows_a_branch_and_says_how_many_it_does_not_draw(carry, cast, letters):
    first = carry("Ana")
    for number in range(70):
        child = enrol.new_carrier(
            appeal=letters,
            entry=Entry(f"Child {number}", f"c{number}@people.example", "en"),
            given=Rights(),
            now=clock.now(),
            parent=first,
        )
        child.save(force_insert=True)
    html = signed_in(cast.owner).get(reverse("desk-carriers-tree", args=[letters.slug])).content.decode()
    assert "<svg" in html
    assert "Child 1<" in html
    assert "more below" in html
    assert people.contact_of(first).name in html
