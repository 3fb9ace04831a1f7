"""The desk's pages about signatures, for everybody of the cast."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.signing import desk_roll, sequence
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db

ROLES = ("owner", "editor", "moderator", "viewer", "outsider")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(cast):
    return signed_in(cast.owner)


@pytest.fixture
def signed(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", affiliation="Harbour School")
    crowd.confirmed(version, "Bo Reed", display="pseudonym", pseudonym="Heron")
    sequence.record_due()
    crowd.pending(version, "Cy Dent")
    return open_appeal


def url(name: str, appeal: Appeal, *args: object) -> str:
    return reverse(name, args=[appeal.slug, *args])


@pytest.mark.parametrize(
    ("page", "args", "allowed"),
    [
        ("desk-open", (), 2),
        ("desk-close", (), 2),
        ("desk-first", (), 2),
        ("desk-roll", (), 4),
        ("desk-strike", ("row",), 3),
        ("desk-export", ("csv",), 2),
        ("desk-export", ("json",), 2),
    ],
)
def test_each_page_is_for_those_who_may_and_outsiders_see_nothing(signed, cast, page, args, allowed):
    row = Signature.objects.order_by("pk")[0].pk
    address = url(page, signed, *[row if arg == "row" else arg for arg in args])
    answers = [signed_in(getattr(cast, who)).get(address).status_code for who in ROLES]
    assert answers == [200] * allowed + [403] * (4 - allowed) + [404]
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("page", ["desk-open", "desk-close", "desk-first", "desk-first-upload"])
def test_a_post_without_token_is_refused(open_appeal, cast, page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    assert client.post(url(page, open_appeal), {"sure": "1"}).status_code == 403
    open_appeal.refresh_from_db()
    assert open_appeal.state == "open"


@pytest.mark.parametrize(("who", "status"), [("moderator", 403), ("viewer", 403), ("outsider", 404)])
def test_others_change_nothing_by_posting(signed, cast, who, status):
    client = signed_in(getattr(cast, who))
    row = Signature.objects.order_by("pk")[0]
    posts = [
        (url("desk-open", signed), {}),
        (url("desk-close", signed), {"sure": "1"}),
        (url("desk-first", signed), {"name": "X", "email": "x@people.example"}),
        (url("desk-first-upload", signed), {}),
        (url("desk-first-change", signed, row.pk), {"act": "remove"}),
    ]
    if who != "moderator":
        posts.append((url("desk-strike", signed, row.pk), {"act": "strike", "reason": "x"}))
    assert [client.post(*post).status_code for post in posts] == [status] * len(posts)
    row.refresh_from_db()
    signed.refresh_from_db()
    assert (row.state, signed.state) == ("recorded", "open")


def test_the_open_page_says_what_is_missing_and_opens_what_is_ready(draft_appeal, desk):
    address = url("desk-open", draft_appeal)
    page = desk.get(address)
    assert "The text is not published yet" in page.text
    assert desk.post(address).status_code == 422
    draft_appeal.refresh_from_db()
    assert draft_appeal.state == "draft"


def test_it_opens_by_a_button(published, desk):
    appeal = published.text.appeal
    address = url("desk-open", appeal)
    assert published.digest_hex[:16] in desk.get(address).text
    assert desk.post(address).status_code == 302
    appeal.refresh_from_db()
    assert appeal.state == "open"
    assert "opens once" in desk.get(address).text


def test_it_closes_only_with_the_tick(open_appeal, desk):
    address = url("desk-close", open_appeal)
    assert desk.post(address).status_code == 422
    assert desk.post(address, {"sure": "1"}).status_code == 302
    open_appeal.refresh_from_db()
    assert open_appeal.state == "closed"
    assert desk.get(address).status_code == 200


def test_the_roll_shows_contacts_to_moderators_only(signed, cast):
    address = url("desk-roll", signed)
    seen = signed_in(cast.moderator).get(address).text
    assert "bo.reed@people.example" in seen
    assert "Bo Reed" in seen
    narrow = signed_in(cast.viewer).get(address).text
    assert "Heron" in narrow
    assert "Ana Sol" in narrow
    assert "Bo Reed" not in narrow
    assert "people.example" not in narrow


def test_a_viewer_does_not_see_who_has_not_confirmed(signed, cast):
    address = url("desk-roll", signed) + "?state=pending"
    assert "Cy Dent" in signed_in(cast.moderator).get(address).text
    assert "Cy Dent" not in signed_in(cast.viewer).get(address).text


@pytest.mark.parametrize(
    ("query", "expected"), [("sol", "Ana Sol"), ("ANA.SOL+x@people.example", "Ana Sol"), ("heron", "Heron")]
)
def test_the_roll_is_searched_by_name_and_by_whole_address(signed, desk, query, expected):
    page = desk.get(url("desk-roll", signed), {"q": query})
    assert expected in page.text
    assert page.text.count('data-label="State"') == 1


def test_a_viewer_cannot_probe_addresses(signed, cast):
    page = signed_in(cast.viewer).get(url("desk-roll", signed), {"q": "ana.sol@people.example"})
    assert "Ana Sol" not in page.text


@pytest.mark.parametrize(
    "query",
    ["?state=nonsense&after=x", "?after=99999999999999999999", "?before=-1", "?q=%00", "?q=" + "x" * 5000],
)
def test_odd_addresses_answer_all_the_same(signed, desk, query):
    assert desk.get(url("desk-roll", signed) + query).status_code == 200


def test_the_roll_is_paged_both_ways(open_appeal, cast):
    version = crowd.original(open_appeal)
    for letter in "ABCDEFG":
        crowd.confirmed(version, f"Person {letter}")
    sequence.record_due()

    def names(asked: desk_roll.Asked) -> tuple[list[str], desk_roll.Shown]:
        shown = desk_roll.page(actor=cast.viewer, appeal=open_appeal, asked=asked, size=3)
        return [row.shown[-1] for row in shown.rows], shown

    first, one = names(desk_roll.Asked())
    assert (first, one.previous) == (["G", "F", "E"], "")
    second, two = names(desk_roll.Asked(after=int(one.next)))
    assert second == ["D", "C", "B"]
    third, three = names(desk_roll.Asked(after=int(two.next)))
    assert (third, three.next) == (["A"], "")
    assert names(desk_roll.Asked(before=int(two.previous)))[0] == first
    assert names(desk_roll.Asked(last=True))[0] == ["C", "B", "A"]


def test_it_strikes_with_a_reason_by_form(signed, cast):
    client = signed_in(cast.moderator)
    row = Signature.objects.order_by("pk")[0]
    address = url("desk-strike", signed, row.pk)
    assert client.post(address, {"act": "strike", "reason": " "}).status_code == 422
    assert client.post(address, {"act": "dance", "reason": "x"}).status_code == 422
    assert client.post(address, {"act": "strike", "reason": "not a person"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "struck"
    assert "nothing to decide" in client.get(address).text


def test_a_signature_of_another_appeal_is_not_there(signed, cast):
    other = signed.signatures.order_by("pk")[0].pk
    Appeal.objects.filter(pk=signed.pk).update(team=cast.outsider.memberships.get().team)
    assert signed_in(cast.owner).get(url("desk-strike", signed, other)).status_code == 404


def test_the_export_is_a_file_that_nobody_keeps(signed, cast):
    answer = signed_in(cast.editor).post(url("desk-export", signed, "csv"))
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert b"ana.sol@people.example" in b"".join(answer.streaming_content)
    assert signed_in(cast.editor).post(url("desk-export", signed, "xlsx")).status_code == 404


def test_a_first_signatory_is_entered_by_form_with_errors_beside_the_fields(published, desk):
    address = url("desk-first", published.text.appeal)
    page = desk.post(address, {"name": "Ana Sol", "email": "not an address"})
    assert page.status_code == 422
    assert 'value="Ana Sol"' in page.text
    assert desk.post(address, {"name": "x" * 10_000, "email": "a@people.example"}).status_code == 422
    assert desk.post(address, {"name": "Ana Sol", "email": "ana@people.example"}).status_code == 302
    assert "ana@people.example" in desk.get(address).text
    assert desk.post(address, {"name": "Ana Sol", "email": "ana@people.example"}).status_code == 422
    assert Message.objects.count() == 1


def upload(desk: Client, appeal: Appeal, data: bytes):
    file = SimpleUploadedFile("list.csv", data, content_type="text/csv")
    return desk.post(url("desk-first-upload", appeal), {"file": file})


def test_a_list_is_shown_before_it_is_taken(published, desk):
    appeal = published.text.appeal
    page = upload(desk, appeal, "name,email\nÁna Só,ana@people.example\nBo,bo@people.example\n".encode())
    assert "Ána Só" in page.text
    assert not Signature.objects.exists()
    sealed = page.context["sealed"]
    assert "ana@" not in sealed
    assert desk.post(url("desk-first-upload", appeal), {"sealed": sealed}).status_code == 302
    assert Signature.objects.filter(first_order__isnull=False).count() == 2


@pytest.mark.parametrize("data", [b"name,email\n,ana@people.example\n", b"\x00\x01", b"name\nx\n", b""])
def test_a_list_with_an_error_enters_nobody(published, desk, data):
    page = upload(desk, published.text.appeal, data)
    assert page.status_code == 422
    assert not Signature.objects.exists()


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "é", "A" * 400])
def test_a_forged_list_is_not_taken(published, desk, sealed):
    assert desk.post(url("desk-first-upload", published.text.appeal), {"sealed": sealed}).status_code == 302
    assert not Signature.objects.exists()


def test_first_signatories_are_ordered_asked_and_removed_by_buttons(published, desk):
    appeal = published.text.appeal
    for name in ("Bo Reed", "Ana Sol"):
        desk.post(url("desk-first", appeal), {"name": name, "email": f"{name[0]}@people.example"})
    bo, ana = Signature.objects.order_by("first_order")
    desk.post(url("desk-first-change", appeal, ana.pk), {"act": "up"})
    assert list(Signature.objects.order_by("first_order")) == [ana, bo]
    desk.post(url("desk-first-change", appeal, 0), {"act": "sort"})
    Message.objects.update(created_at=clock.now() - timedelta(days=2))
    desk.post(url("desk-first-change", appeal, ana.pk), {"act": "ask"})
    assert Message.objects.filter(subject_ref=f"signature:{ana.pk}").count() == 2
    desk.post(url("desk-first-change", appeal, bo.pk), {"act": "remove"})
    assert list(Signature.objects.all()) == [ana]
    assert desk.post(url("desk-first-change", appeal, ana.pk), {"act": "dance"}).status_code == 404
    assert desk.get(url("desk-first", appeal)).status_code == 200
