import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.signing.crowd import confirmed, original
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.signing import limits
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/appeals/night-ferry/texts/en/signatures"
FIELDS = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"}


@pytest.fixture(autouse=True)
def fresh() -> None:
    limits.signatures.clear()


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


def post(client: Client, body: object, **options: Any) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic(
        "POST", ADDRESS, data, content_type=options.pop("kind", "application/json"), **options
    )


def test_it_answers_202_and_stores(client: Client, version: Version) -> None:
    answer = post(client, {**FIELDS, "edition": True, "updates": False})
    assert (answer.status_code, answer.json()) == (202, {"status": "check your mail"})
    assert answer["Cache-Control"] == "no-store"
    row = Signature.objects.get()
    assert (row.for_edition, row.wants_updates) == (True, False)


def test_it_answers_alike_whoever_has_signed(client: Client, version: Version) -> None:
    first = post(client, {**FIELDS, "email": "new@people.example"})
    confirmed(version, email="ana@people.example")
    again = post(client, FIELDS)
    assert (first.status_code, first.content, dict(first.headers)) == (
        again.status_code,
        again.content,
        dict(again.headers),
    )


def test_errors_stand_beside_their_fields(client: Client, version: Version) -> None:
    answer = post(client, {"email": "ana", "display": "loud", "version": 9})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"version"}
    answer = post(client, {"email": "ana", "display": "loud"})
    assert set(answer.json()["errors"]) == {"name", "email", "display"}
    assert all(
        isinstance(message, str) for messages in answer.json()["errors"].values() for message in messages
    )


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b"\xff\xfe",
        b"{}" * 2,
        b"[" * 100_000,
        b'{"a": 1' + b"0" * 5000 + b"}",
    ],
)
def test_broken_json_gets_400(client: Client, version: Version, body: bytes) -> None:
    assert post(client, body).status_code == 400


WRONG = [None, 1, 1.5, True, [], ["Ana"], {}, "\ud800", "\0", "A" * 10_000, "🌊", "\u202e", float("nan")]


@pytest.mark.parametrize("value", WRONG)
def test_no_value_is_answered_with_500(
    client: Client, version: Version, value: object, configure: Any
) -> None:
    configure(sign_limit=0, mails_per_address=1000)
    Appeal.objects.update(ask_country="optional")
    for name in (*FIELDS, "pseudonym", "affiliation", "role", "place", "country", "updates", "version"):
        assert post(client, {**FIELDS, name: value}).status_code in (202, 422), name


def test_other_kinds_of_body_get_415(client: Client, version: Version) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert post(client, FIELDS, kind=kind).status_code == 415
    assert post(client, FIELDS, kind="application/json; charset=utf-8").status_code == 202


def test_a_huge_body_gets_400(client: Client, version: Version) -> None:
    assert post(client, {**FIELDS, "name": "A" * 2_000_000}).status_code == 400


def test_only_post_is_possible(client: Client, version: Version) -> None:
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_what_is_not_public_is_not_there(client: Client, published: Version) -> None:
    assert post(client, FIELDS).status_code == 404


def test_another_site_is_refused(client: Client, version: Version) -> None:
    assert post(client, FIELDS, headers={"origin": "https://elsewhere.example"}).status_code == 403


def test_the_limit_is_shared_with_the_form(client: Client, version: Version, configure: Any) -> None:
    configure(sign_limit=1)
    assert client.post("/appeals/night-ferry/en/sign", FIELDS).status_code == 303
    answer = post(client, FIELDS)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_closed_letter_takes_nothing(client: Client, version: Version) -> None:
    Appeal.objects.update(closes_at=clock.now() - timedelta(minutes=1))
    answer = post(client, FIELDS)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"appeal"})
