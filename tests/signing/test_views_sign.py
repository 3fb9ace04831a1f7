from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.signing.crowd import confirmed, original
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.signing import intake, limits
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db

FORM = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"}


@pytest.fixture(autouse=True)
def fresh() -> None:
    limits.signatures.clear()


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


@pytest.fixture
def address(version: Version) -> str:
    return reverse("sign", args=[version.text.appeal.slug, version.text.slug])


def post(client: Client, address: str, **more: Any) -> HttpResponse:
    return client.post(address, {**FORM, **more})  # type: ignore[return-value]


def test_it_answers_303_and_stores(client: Client, address: str) -> None:
    answer = post(client, address, updates="on")
    assert answer.status_code == 303
    assert answer["Location"] == address.replace("/sign", "/signed/")
    assert not answer.cookies
    assert Signature.objects.get().wants_updates
    assert Message.objects.get().kind == "confirm"
    assert client.get(answer["Location"]).status_code == 200


def test_it_answers_alike_whoever_has_signed(client: Client, address: str, version: Version) -> None:
    first = post(client, address, email="new@people.example")
    confirmed(version, email="ana@people.example")
    again = post(client, address)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert dict(first.headers) == dict(again.headers)
    assert client.get(first["Location"]).content == client.get(again["Location"]).content


def test_over_the_mail_limit_it_answers_alike(client: Client, address: str, configure: Any) -> None:
    configure(mails_per_address=1)
    answers = [post(client, address) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert Message.objects.count() == 1


def test_a_wrong_form_keeps_what_was_typed(client: Client, address: str) -> None:
    answer = post(client, address, name="<b>Ana</b> Sol", email="ana@", edition="on")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;Ana&lt;/b&gt; Sol" in page
    assert "<b>Ana" not in page
    assert 'id="id_email_error"' in page
    assert 'id="id_name_error"' not in page
    assert (
        'name="edition" id="id_edition" checked' in page or "checked" in page.split('name="edition"')[1][:80]
    )
    assert not Signature.objects.exists()


def test_nothing_is_ticked_beforehand(client: Client, address: str) -> None:
    page = client.post(address, {"display": "name"}).content.decode()
    for name in ("updates", "addressee", "edition"):
        assert "checked" not in page.split(f'name="{name}"')[1].split(">")[0]


GARBAGE = [
    "",
    " ",
    "A" * 10_000,
    "\0",
    "\x1b[2J",
    "\u202eevil",
    "\u200f",
    "🌊",
    "Z" + "\u0301" * 50,
    "=1+1",
    "'; --",
]
GARBAGE += ["<script>", "%s%n", "{{ 7*7 }}", "ანა", "王", "\ufffe", "\U0010ffff", "../../etc/passwd"]


@pytest.mark.parametrize("value", GARBAGE)
def test_no_value_of_any_field_is_answered_with_500(
    client: Client, address: str, value: str, configure: Any
) -> None:
    configure(sign_limit=0, mails_per_address=1000)
    for name in (*FORM, "pseudonym", "affiliation", "role", "place", "country", "updates", "version"):
        assert post(client, address, **{name: value}).status_code in (303, 422), name


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=%ff%fe&email=%80&display=%00", "application/x-www-form-urlencoded"),
        (b"name=\xff\xfe&email=a", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
        (b"&&&===%%%", "application/x-www-form-urlencoded"),
        (b"name=a&name=b&name=c&display=name&display=unlisted", "application/x-www-form-urlencoded"),
        (b"\x00" * 100, "text/plain"),
        (b'{"name": "Ana"}', "application/json"),
        (
            b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nA\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"name=Ana", "multipart/form-data; boundary=x; charset=hex"),
        (b"broken", "multipart/form-data"),
        (b"name=Ana", "application/x-www-form-urlencoded; charset=utf-16"),
    ],
)
def test_no_body_is_answered_with_500(client: Client, address: str, body: bytes, kind: str) -> None:
    client.raise_request_exception = False
    assert client.generic("POST", address, body, content_type=kind).status_code in (400, 422)


def test_the_version_read_is_the_version_signed(client: Client, address: str, version: Version) -> None:
    assert post(client, address, version=str(version.number)).status_code == 303
    Version.objects.create(
        text=version.text,
        number=2,
        source=version.source,
        canonical=b"other words",
        digest="d" * 43,
        title=version.title,
        language="en",
        published_at=clock.now(),
    )
    answer = post(client, address, version="1", email="bea@people.example")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "read version 2" in page
    assert 'name="version" value="2"' in page
    assert post(client, address, version="2", email="bea@people.example").status_code == 303
    assert Signature.objects.latest("pk").version.number == 2


def test_another_sites_form_is_refused(client: Client, address: str) -> None:
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
    ):
        answer = client.post(address, FORM, headers=headers)
        assert answer.status_code == 403
    assert not Signature.objects.exists()
    own = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert client.post(address, FORM, headers=own).status_code == 303


def test_over_the_networks_limit_it_says_when_to_come_back(
    client: Client, address: str, configure: Any
) -> None:
    configure(sign_limit=2, mails_per_address=100)
    assert [post(client, address).status_code for _ in range(3)] == [303, 303, 429]
    answer = post(client, address, name="Ana of the Quay")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "Ana of the Quay" in answer.content.decode()
    assert Signature.objects.count() == 2


def test_looking_at_sign_leads_to_the_letter(client: Client, address: str) -> None:
    for answer in (client.get(address), client.head(address)):
        assert (answer.status_code, answer["Location"]) == (302, address.removesuffix("sign"))
    assert client.put(address).status_code == 405


def test_what_is_not_public_is_not_there(client: Client, address: str, published: Version) -> None:
    for wrong in ("/appeals/nothing/en/sign", "/appeals/night-ferry/nothing/sign"):
        assert client.post(wrong, FORM).status_code == 404


def test_a_draft_takes_nothing(client: Client, published: Version) -> None:
    assert client.post("/appeals/night-ferry/en/sign", FORM).status_code == 404
    assert client.get("/appeals/night-ferry/en/signed/").status_code == 404


def test_a_closed_letter_says_when_it_was_closed(client: Client, address: str, version: Version) -> None:
    Appeal.objects.update(closes_at=clock.now() - timedelta(minutes=1))
    answer = post(client, address)
    assert answer.status_code == 422
    assert "closed for signature on" in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "trouble", [OperationalError("database or disk is full"), OSError(28, "No space left")]
)
def test_when_nothing_can_be_stored_it_says_so(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise trouble

    # A full disk cannot be had in a test; the insert fails as it would.
    monkeypatch.setattr(intake, "_insert", full)
    answer = post(client, address, name="Ana of the Quay")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True)
    assert "Ana of the Quay" in answer.content.decode()
    assert not Signature.objects.exists()
    assert not Message.objects.exists()


def test_errors_speak_the_language_of_the_text(client: Client, address: str, version: Version) -> None:
    page = post(client, address, name="").content.decode()
    assert '<html lang="en" dir="ltr">' in page


def test_required_fields_of_the_appeal_are_asked(client: Client, address: str) -> None:
    Appeal.objects.update(ask_country="required", ask_role="off")
    answer = post(client, address)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_country_error"' in page
    assert 'name="role"' not in page
    assert post(client, address, country="GE", role="ignored").status_code == 303
    assert Signature.objects.get().public_line.country == "GE"
    assert Signature.objects.get().public_line.role == ""
