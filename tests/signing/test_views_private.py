import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.signing.crowd import confirmed, original, pending
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import tokens
from undersigned.mailroom.models import Message
from undersigned.signing import intake, limits, sequence
from undersigned.signing.models import Amendment, Signature
from undersigned.signing.request import SignRequest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    limits.codes.clear()


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def recorded(version: Version) -> Signature:
    row = confirmed(version, email="ana@people.example", affiliation="Bakery")
    sequence.record_due(force=True)
    row.refresh_from_db()
    return row


def link(name: str, row: Signature, purpose: str = "mine") -> str:
    return reverse(name, args=[tokens.token(purpose, row.nonce)])


def test_looking_confirms_nothing(client: Client, version: Version) -> None:
    row = pending(version)
    for answer in (client.get(link("confirm", row, "confirm")), client.head(link("confirm", row, "confirm"))):
        assert answer.status_code == 200
    assert "<script" not in re.sub(r"<script[^>]*src=[^>]*></script>", "", answer.content.decode())
    row.refresh_from_db()
    assert row.state == "pending"


def test_the_page_says_what_will_be_shown(client: Client, version: Version) -> None:
    page = client.get(link("confirm", pending(version, affiliation="Bakery"), "confirm")).content.decode()
    for word in (version.title, version.digest_hex[:16], "Ana Sol", "Bakery"):
        assert word in page


def test_the_button_confirms_and_pressing_it_twice_does_no_more(client: Client, version: Version) -> None:
    row = pending(version)
    address = link("confirm", row, "confirm")
    for _ in range(2):
        answer = client.post(address)
        assert (answer.status_code, answer["Location"]) == (303, address)
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert link("mine", row) in client.get(address).content.decode()
    assert Message.objects.filter(kind="signed").count() == 1


def test_a_repeat_leads_to_the_page_of_what_stands(client: Client, version: Version) -> None:
    own = confirmed(version, email="ana@people.example")
    again = pending(version, email="ana@people.example")
    assert client.post(link("confirm", again, "confirm"))["Location"] == link("mine", own)


def test_private_pages_are_kept_by_nobody(client: Client, version: Version, recorded: Signature) -> None:
    addresses = [
        link("confirm", pending(version, "Bea Quay"), "confirm"),
        *(link(name, recorded) for name in ("mine", "mine-withdraw", "mine-erase", "mine-receipt")),
        link("unsubscribe", recorded, "unsubscribe"),
        "/mine/" + "x" * 43 + "/",
        reverse("confirm-code"),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-store", address
        assert answer["Referrer-Policy"] == "no-referrer", address
        assert answer["X-Robots-Tag"] == "noindex", address
        assert not answer.cookies


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 500, "é" * 43, "%00", "..%2f"])
@pytest.mark.parametrize("name", ["confirm", "mine"])
def test_a_wrong_link_gets_a_friendly_404(client: Client, open_appeal: Appeal, name: str, token: str) -> None:
    for answer in (client.get(f"/{name}/{token}/"), client.post(f"/{name}/{token}/")):
        assert answer.status_code == 404


def test_a_link_opens_one_purpose_only(client: Client, recorded: Signature) -> None:
    for name in ("confirm", "mine-erase"):
        assert client.get(link(name, recorded, "other")).status_code == 404
    assert client.get(link("confirm", recorded, "mine")).status_code == 404
    assert client.get(link("mine", recorded, "confirm")).status_code == 404


def test_the_code_confirms_when_typed(client: Client, version: Version) -> None:
    row = pending(version)
    assert client.get("/confirm/").status_code == 200
    answer = client.post("/confirm/", {"code": f" {tokens.code(row.pk, row.nonce).lower()} "})
    assert answer.status_code == 303
    row.refresh_from_db()
    assert row.state == "confirmed"


@pytest.mark.parametrize("code", ["", "00000-00000", "\0", "A" * 10_000, "\u202e", "🌊"])
def test_a_wrong_code_is_asked_again(client: Client, version: Version, code: str) -> None:
    pending(version)
    answer = client.post("/confirm/", {"code": code})
    assert answer.status_code == 422
    assert 'id="id_code_error"' in answer.content.decode()


def test_codes_cannot_be_tried_out(client: Client, version: Version) -> None:
    row = pending(version)
    for number in range(limits.CODE_TRIES):
        assert client.post("/confirm/", {"code": f"00000-{number:05d}"}).status_code == 422
    answer = client.post("/confirm/", {"code": tokens.code(row.pk, row.nonce)})
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    row.refresh_from_db()
    assert row.state == "pending"


def test_a_first_signatory_reads_the_letter_before_the_opening(client: Client, published: Version) -> None:
    asked = SignRequest(name="Ana Sol", email="ana@people.example")
    row = intake.add_pending(version=published, request=asked, first_order=1)
    page = client.get(link("confirm", row, "confirm")).content.decode()
    assert "The last ferry leaves at nine" in page
    assert "/appeals/night-ferry/" not in page
    assert client.post(link("confirm", row, "confirm")).status_code == 303
    assert client.get(link("confirm", row, "confirm")).status_code == 200
    assert client.get(link("mine", row)).status_code == 200


def test_the_private_page_shows_how_it_stands(client: Client, version: Version, recorded: Signature) -> None:
    page = client.get(link("mine", recorded)).content.decode()
    for word in ("Recorded since", "Ana Sol", "Bakery", version.digest_hex[:16], "?full=1", "evidence"):
        assert word in page
    waiting = client.get(link("mine", confirmed(version, "Bea Quay"))).content.decode()
    assert "being recorded" in waiting
    assert "/receipt" not in waiting


@pytest.mark.parametrize("state", ["held", "disputed", "withdrawn", "struck", "refused", "moved"])
def test_every_state_has_its_page(client: Client, recorded: Signature, state: str) -> None:
    Signature.objects.filter(pk=recorded.pk).update(state=state, ended_at=recorded.recorded_at)
    assert client.get(link("mine", recorded)).status_code == 200


def test_the_display_is_changed_there(client: Client, recorded: Signature) -> None:
    answer = client.post(link("mine-display", recorded), {"display": "pseudonym", "pseudonym": "Heron"})
    assert (answer.status_code, answer["Location"]) == (303, link("mine", recorded))
    assert Signature.objects.get().public_line.name == "Heron"
    assert Amendment.objects.count() == 1
    wrong = client.post(link("mine-display", recorded), {"display": "pseudonym", "pseudonym": "🌊🌊"})
    assert wrong.status_code == 422
    assert "🌊🌊" in wrong.content.decode()


def test_consents_are_changed_there(client: Client, recorded: Signature) -> None:
    assert client.post(link("mine", recorded), {"addressee": "on"}).status_code == 303
    row = Signature.objects.get()
    assert (row.wants_updates, row.for_addressee, row.for_edition) == (False, True, False)
    assert client.post(link("mine", recorded), {"addressee": "perhaps"}).status_code == 422


def test_withdrawing_is_explained_and_then_done(client: Client, recorded: Signature) -> None:
    assert "withdrawn" in client.get(link("mine-withdraw", recorded)).content.decode()
    assert Signature.objects.get().state == "recorded"
    assert client.post(link("mine-withdraw", recorded), {"keep": "on"}).status_code == 303
    row = Signature.objects.get()
    assert (row.state, row.keeps_name) == ("withdrawn", True)
    assert "You withdrew" in client.get(link("mine", recorded)).content.decode()
    assert client.post(link("mine-display", recorded), {"display": "unlisted"}).status_code == 422


def test_erasing_needs_its_tick(client: Client, recorded: Signature, data: Path) -> None:
    assert client.get(link("mine-erase", recorded)).status_code == 200
    assert client.post(link("mine-erase", recorded)).status_code == 422
    assert Signature.objects.exists()
    answer = client.post(link("mine-erase", recorded), {"sure": "on"})
    assert answer.status_code == 200
    assert "erased" in answer.content.decode()
    assert "Ana" not in answer.content.decode()
    assert not Signature.objects.exists()
    for name in ("mine", "mine-erase", "mine-receipt"):
        assert client.get(link(name, recorded)).status_code == 404


def test_the_receipt_is_a_file(client: Client, version: Version, recorded: Signature) -> None:
    answer = client.get(link("mine-receipt", recorded))
    assert answer.content.decode().startswith("c2sp.org/tlog-proof@v1\n")
    assert answer["Content-Disposition"] == 'attachment; filename="night-ferry.tlog-proof"'
    assert len(client.get(link("mine-receipt", recorded) + "?full=1").content) > len(answer.content)
    assert client.get(link("mine-receipt", confirmed(version, "Bea Quay"))).status_code == 404


def test_one_click_unsubscribes_and_looking_does_not(client: Client, recorded: Signature) -> None:
    Signature.objects.update(wants_updates=True)
    address = link("unsubscribe", recorded, "unsubscribe")
    assert client.get(address).status_code == 200
    assert Signature.objects.get().wants_updates
    answer = client.post(
        address, {"List-Unsubscribe": "One-Click"}, headers={"origin": "https://mail.example"}
    )
    assert answer.status_code == 200
    assert not Signature.objects.get().wants_updates


def test_stopping_answers_the_same_for_any_token(client: Client, recorded: Signature) -> None:
    Signature.objects.update(wants_updates=True)
    own = link("unsubscribe", recorded, "unsubscribe")
    others = (link("unsubscribe", recorded, "mine"), f"/unsubscribe/{'x' * 43}/", "/unsubscribe/x/")
    for ask in (client.get, client.post):
        for other in others:
            right, wrong = ask(own), ask(other)
            assert wrong.status_code == right.status_code == 200
            assert wrong.content.replace(other.encode(), b"") == right.content.replace(own.encode(), b"")


def test_another_sites_page_does_nothing_here(client: Client, version: Version, recorded: Signature) -> None:
    row = pending(version, "Bea Quay")
    addresses = [link("confirm", row, "confirm"), reverse("confirm-code")]
    addresses += [link(name, recorded) for name in ("mine", "mine-display", "mine-withdraw", "mine-erase")]
    body = {"code": tokens.code(row.pk, row.nonce), "sure": "on", "display": "unlisted"}
    for address in addresses:
        assert client.post(address, body, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert sorted(Signature.objects.values_list("state", flat=True)) == ["pending", "recorded"]
