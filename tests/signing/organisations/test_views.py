import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.signing.organisations.societies import FORM, SECOND, NameServer, asked, signed
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import tokens
from undersigned.mailroom.models import Message
from undersigned.signing import limits, sequence
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import confirm, mails

pytestmark = pytest.mark.django_db
State = Organisation.State


@pytest.fixture
def address(version: Version) -> str:
    return reverse("organisation-ask", args=[version.text.appeal.slug, version.text.slug])


def post(client: Client, address: str, **more: Any) -> HttpResponse:
    return client.post(address, {**FORM, **more})  # type: ignore[return-value]


def link(purpose: str, row: Organisation) -> str:
    return reverse(purpose, args=[tokens.token(purpose, row.nonce)])


def cosign_link(row: Organisation) -> str:
    return reverse(mails.COSIGN, args=[tokens.token(mails.COSIGN, row.second_nonce or b"")])


def test_the_letter_leads_to_the_form(client: Client, address: str, version: Version) -> None:
    letter = client.get(reverse("letter", args=[version.text.appeal.slug, version.text.slug]))
    assert f'href="{address}"' in letter.content.decode()
    assert client.get(address).status_code == 200


def test_it_answers_303_and_writes_to_the_officer(client: Client, address: str) -> None:
    answer = post(client, address, **SECOND)
    assert (answer.status_code, answer["Location"]) == (303, f"{address}asked/")
    assert not answer.cookies
    assert client.get(answer["Location"]).status_code == 200
    assert [message.kind for message in Message.objects.all()] == ["org-confirm"]


def test_it_answers_alike_whether_or_not_it_has_signed(
    client: Client, address: str, version: Version
) -> None:
    first = post(client, address, domain="other.example", officer_email="eve@other.example")
    signed(version)
    again = post(client, address)
    assert (first.status_code, first.content, dict(first.headers)) == (
        again.status_code, again.content, dict(again.headers),
    )  # fmt: skip
    assert Message.objects.filter(kind="org-confirm").count() == 3


def test_over_the_mail_limit_it_answers_alike(client: Client, address: str, configure: Any) -> None:
    configure(mails_per_address=1)
    assert {post(client, address).status_code for _ in range(3)} == {303}
    assert Message.objects.count() == 1


def test_a_wrong_form_keeps_what_was_typed(client: Client, address: str) -> None:
    answer = post(client, address, name="<b>Union</b> A", domain="gmail.com", resolution="One\nTwo")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;Union&lt;/b&gt; A" in page
    assert 'id="id_domain_error"' in page
    assert "One\nTwo" in page
    assert 'value="2026-03-01"' in page
    assert not Organisation.objects.exists()


def test_limits_answer_429_with_what_was_typed(client: Client, address: str, configure: Any) -> None:
    configure(sign_limit=1)
    limits.clear()
    post(client, address)
    answer = post(client, address)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "Ferry Users" in answer.content.decode()


def test_another_sites_form_is_refused(client: Client, address: str) -> None:
    answer = client.post(address, FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Organisation.objects.exists()


def test_an_appeal_may_switch_it_off(client: Client, address: str, version: Version, author: Any) -> None:
    from_team = version.text.appeal
    client.force_login(author)
    client.post(reverse("desk-organisations-rule", args=[from_team.slug]), {})
    client.logout()
    letter = client.get(reverse("letter", args=[from_team.slug, version.text.slug]))
    assert address not in letter.content.decode()
    assert post(client, address).status_code == 422
    assert "people only" in client.get(address).content.decode()


def test_a_letter_that_is_not_public_has_no_such_page(client: Client, published: Version) -> None:
    address = reverse("organisation-ask", args=[published.text.appeal.slug, published.text.slug])
    assert client.get(address).status_code == 404


def test_looking_confirms_nothing_and_the_button_does(client: Client, version: Version) -> None:
    row = asked(version)
    address = link(mails.CONFIRM, row)
    page = client.get(address)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert Organisation.objects.get().state == State.WAITING
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (303, link(mails.PAGE, row))
    assert Organisation.objects.get().state == State.SIGNED
    assert client.get(address).status_code == 200


def test_wrong_links_lead_nowhere(client: Client, version: Version) -> None:
    row = asked(version)
    for path in (
        reverse(mails.CONFIRM, args=["A" * 43]),
        reverse(mails.PAGE, args=[tokens.token(mails.CONFIRM, row.nonce)]),
        reverse(mails.COSIGN, args=[tokens.token(mails.PAGE, row.nonce)]),
    ):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_the_private_page_says_which_record_is_missing(
    client: Client, version: Version, names: NameServer
) -> None:
    row = signed(version, email="ida@elsewhere.example")
    address = link(mails.PAGE, row)
    page = client.get(address).content.decode()
    assert "_undersigned.ferry.example" in page
    assert confirm.record_text(row) in page
    assert not names.questions
    client.post(address)
    assert "no such record yet" in client.get(address).content.decode()
    names.records["_undersigned.ferry.example"] = [confirm.record_text(row)]
    assert client.post(address).status_code == 303
    assert Organisation.objects.get().check_kind == "dns"


def test_looks_at_the_dns_are_limited(client: Client, version: Version, names: NameServer) -> None:
    address = link(mails.PAGE, signed(version, email="ida@elsewhere.example"))
    statuses = [client.post(address).status_code for _ in range(12)]
    assert statuses[0] == 303
    assert statuses[-1] == 429


def test_the_second_officer_signs_and_erases(client: Client, version: Version) -> None:
    row = signed(version, second="tom@reed.example", shows_officers=True)
    address = cosign_link(row)
    assert client.get(address).status_code == 200
    assert Organisation.objects.get().cosigned_at is None
    assert client.post(address, {"act": "sign"}).status_code == 303
    assert Organisation.objects.get().second_line == "Tom Reed, Secretary"
    assert client.post(address, {"act": "erase"}).status_code == 422
    assert client.post(address, {"act": "erase", "sure": "on"}).status_code == 200
    assert Organisation.objects.get().second_line == ""
    assert client.get(address).status_code == 404
    assert Organisation.objects.get().officer_line == "Ida Berg, Chair"


def test_it_withdraws_and_the_dated_line_stays(client: Client, version: Version, open_appeal: Appeal) -> None:
    row = signed(version)
    sequence.record_due(force=True)
    names_page = reverse("names", args=[open_appeal.slug])
    assert "Ferry Users&#x27; Union" in client.get(names_page).content.decode()
    address = reverse("organisation-withdraw", args=[tokens.token(mails.PAGE, row.nonce)])
    assert client.get(address).status_code == 200
    assert Organisation.objects.get().state == State.SIGNED
    assert client.post(address).status_code == 303
    sequence.record_due(force=True)
    page = client.get(names_page).content.decode()
    assert "Ferry Users" not in page
    assert "withdrawn on" in page
    assert client.get(link(mails.PAGE, row)).status_code == 200


def test_a_withdrawn_name_stays_where_it_is_wished(
    client: Client, version: Version, open_appeal: Appeal
) -> None:
    row = signed(version)
    sequence.record_due(force=True)
    client.post(reverse("organisation-withdraw", args=[tokens.token(mails.PAGE, row.nonce)]), {"keep": "on"})
    page = client.get(reverse("names", args=[open_appeal.slug])).content.decode()
    assert re.search("Ferry Users.*withdrawn on", page)


def test_it_erases_the_officers_and_goes_on_standing(client: Client, version: Version) -> None:
    row = signed(version, shows_officers=True)
    sequence.record_due(force=True)
    address = reverse("organisation-erase", args=[tokens.token(mails.PAGE, row.nonce)])
    assert client.post(address).status_code == 422
    assert client.post(address, {"sure": "on"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.officer_line) == (State.SIGNED, "")
    assert not Message.objects.filter(subject_ref=mails.subject_ref(row)).exists()
    page = client.get(link(mails.PAGE, row)).content.decode()
    assert "Ida Berg" not in page


def test_its_receipt_can_be_had(client: Client, version: Version) -> None:
    row = signed(version)
    address = reverse("organisation-receipt", args=[tokens.token(mails.PAGE, row.nonce)])
    assert client.get(address).status_code == 404
    sequence.record_due(force=True)
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content.startswith(b"c2sp.org/tlog-proof@v1\n")
