"""Plain requests that meet trouble: limits, a full queue, a database that is away, lies about addresses."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from tests.front.ways import Answered, Request, ask, form, through
from undersigned.appeals.models import Appeal, Version
from undersigned.front import sign
from undersigned.front.asked import _fields
from undersigned.front.door import Front
from undersigned.lib import fields
from undersigned.signing import intake, limits, proof
from undersigned.signing.models import Signature

SIGN = "/appeals/night-ferry/en/sign"
API = "/api/v1/appeals/night-ferry/texts/en/signatures"
ANA = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"}
JSON = (("content-type", "application/json"),)


def ana(**more: str) -> Request:
    return form(SIGN, urlencode(ANA).encode(), **more)


def in_json(**more: object) -> Request:
    return Request("POST", API, json.dumps(ANA | more).encode(), JSON)


def both(requests: list[Request]) -> tuple[list[Answered], list[Answered]]:
    """The answers down both ways; what the networks have done so far is forgotten in between."""

    async def act(front: Front) -> list[Answered]:
        limits.clear()
        return [await ask(front, request) for request in requests]

    return through(act), through(act, fast=False)


def without_wait(answers: list[Answered]) -> list[tuple[int, list[tuple[bytes, bytes]]]]:
    wanted = (b"retry-after", b"content-length")
    return [(one.status, [pair for pair in one.headers if pair[0] not in wanted]) for one in answers]


def test_the_limit_of_a_network_counts_both_ways_alike(
    ferry: Version, configure: Callable[..., None]
) -> None:
    configure(sign_limit=3)
    fast, slow = both([ana() for _ in range(5)] + [in_json()])
    assert [answer.status for answer in fast] == [303, 303, 303, 429, 429, 429]
    assert without_wait(fast) == without_wait(slow)
    assert all(1 <= int(answer["retry-after"]) <= 60 for answer in fast[3:])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"domain_limit": 2}, b"use another address"),
        ({"appeal_limit": 2}, b"So many people sign"),
        ({"unproved_limit": 2}, b"small calculation, and yours"),
    ],
    ids=["domain", "appeal", "without proof"],
)
def test_the_limits_of_crowds_count_both_ways_alike(
    ferry: Version, configure: Callable[..., None], settings: dict[str, int], words: bytes
) -> None:
    configure(**settings)
    Appeal.objects.update(proof_of_work="unproved_limit" in settings)
    fast, slow = both([ana() for _ in range(4)] + [in_json(), in_json(proof="x")])
    assert [answer.status for answer in fast] == [303, 303, 429, 429, 429, 429]
    assert without_wait(fast) == without_wait(slow)
    assert all(1 <= int(answer["retry-after"]) <= 60 for answer in fast[2:])
    assert words in fast[2].body and words in slow[2].body
    assert [json.loads(a.body) for a in fast[4:]] == [json.loads(a.body) for a in slow[4:]]


def test_a_proof_of_work_counts_both_ways_alike(ferry: Version, configure: Callable[..., None]) -> None:
    configure(unproved_limit=1, proof_work=50)
    Appeal.objects.update(proof_of_work=True)
    appeal = Appeal.objects.get(pk=ferry.text.appeal_id)
    proofs = []
    for _ in range(2):
        asked = proof.challenge(appeal)
        numbers = (n for n in range(51) if proof._digest(asked["salt"], str(n)) == asked["challenge"])
        proofs.append(f"{asked['salt']}.{next(numbers)}.{asked['signature']}")

    def proved(number: int) -> Request:
        return form(SIGN, urlencode(ANA | {"proof": proofs[number]}).encode())

    requests = [proved(0), proved(0), proved(0), in_json(proof=proofs[1]), in_json(proof=proofs[1]), ana()]
    fast, slow = both(requests)
    # The first replay is taken as one without proof.
    assert [one.status for one in fast] == [one.status for one in slow] == [303, 303, 429, 202, 429, 429]
    assert without_wait(fast) == without_wait(slow)


def test_a_crowd_over_a_limit_costs_no_pages(ferry: Version, configure: Callable[..., None]) -> None:
    configure(appeal_limit=1, sign_limit=0)

    async def act(front: Front) -> list[Answered]:
        assert front.plain is not None
        for _ in range(sign.MOST_REFUSALS_TOGETHER):
            front.plain._sign._refused.take("appeal", sign.MOST_REFUSALS_TOGETHER)
        return [await ask(front, ana()) for _ in range(3)]

    found = through(act)
    assert [one.status for one in found] == [303, 429, 429]
    assert found[-1].body == b"Too many signatures for this letter at this moment; please wait.\n"


def test_wrong_fields_do_not_count_for_the_limit(ferry: Version, configure: Callable[..., None]) -> None:
    configure(sign_limit=1)
    wrong = form(SIGN, b"name=&email=x")
    fast, slow = both([wrong, wrong, ana(), wrong])
    assert [answer.status for answer in fast] == [answer.status for answer in slow] == [422, 422, 303, 429]


def test_a_network_that_floods_gets_no_page_any_more(ferry: Version, configure: Callable[..., None]) -> None:
    configure(sign_limit=1)

    async def act(front: Front) -> list[Answered]:
        return [await ask(front, ana()) for _ in range(sign.MOST_REFUSALS + 5)]

    found = through(act)
    assert {answer.status for answer in found[1:]} == {429}
    assert len(found[1].body) > 1000 > len(found[-1].body)
    assert int(found[-1]["retry-after"]) >= 1 and found[-1]["cache-control"] == "no-store"


def test_only_a_configured_proxy_is_believed(ferry: Version, configure: Callable[..., None]) -> None:
    def crowd(client: str) -> list[Request]:
        named = [ana(x_forwarded_for=f"198.51.100.{number}") for number in range(4)]
        return [Request(one.method, one.path, one.body, one.headers, client=client) for one in named]

    configure(sign_limit=2, trusted_proxies="10.0.0.0/8")
    liars, slow_liars = both(crowd("192.0.2.9"))
    assert [one.status for one in liars] == [one.status for one in slow_liars] == [303, 303, 429, 429]
    proxied, slow_proxied = both(crowd("10.1.1.1"))
    assert [one.status for one in proxied] == [one.status for one in slow_proxied] == [303] * 4


def test_an_ipv6_network_counts_as_one(ferry: Version, configure: Callable[..., None]) -> None:
    configure(sign_limit=2)
    crowd = [
        Request("POST", SIGN, ana().body, ana().headers, client=f"2001:db8:0:{n:x}::{n}") for n in range(4)
    ]
    fast, slow = both(crowd)
    assert [one.status for one in fast] == [one.status for one in slow] == [303, 303, 429, 429]


def test_a_header_with_underscores_changes_nothing(ferry: Version, configure: Callable[..., None]) -> None:
    configure(sign_limit=1, trusted_proxies="192.0.2.0/24")
    odd = Request("POST", SIGN, ana().body, (*ana().headers, ("x_forwarded_for", "198.51.100.1")))
    fast, slow = both([odd, odd])
    assert [one.status for one in fast] == [one.status for one in slow] == [303, 429]


@pytest.mark.parametrize("request_", [ana(accept_language="es"), in_json()], ids=["form", "json"])
@pytest.mark.parametrize(
    "error", [OperationalError("away"), OSError(28, "full"), intake.NotAccepted()], ids=repr
)
def test_what_cannot_be_stored_is_answered_as_django_does(
    ferry: Version, monkeypatch: pytest.MonkeyPatch, request_: Request, error: Exception
) -> None:
    def fail(items: list[object], **_more: object) -> list[Exception]:
        if isinstance(error, intake.NotAccepted):
            return [error] * len(items)
        raise error

    monkeypatch.setattr(intake, "sign_many", fail)
    fast, slow = both([request_])
    assert fast == slow
    assert fast[0].status == (422 if isinstance(error, intake.NotAccepted) else 503)
    assert fast[0].status == 422 or fast[0]["retry-after"] == "30"


def test_a_full_queue_is_answered_with_503_and_stores_nothing(ferry: Version) -> None:
    async def act(front: Front) -> list[Answered]:
        assert front.plain is not None

        async def full(_asked: object) -> None:
            raise sign.Full

        for part in (front.plain._sign, front.plain._confirm):
            part._writer.sign = part._writer.confirm = full  # type: ignore[method-assign,assignment]
        return [await ask(front, ana()), await ask(front, in_json())]

    found = through(act)
    assert [(one.status, one["retry-after"]) for one in found] == [(503, "5")] * 2
    assert not Signature.objects.exists()


def test_a_form_in_chunks_is_read_both_ways(ferry: Version) -> None:
    async def act(front: Front) -> int:
        scope = ana().scope()
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        scope["headers"].append((b"transfer-encoding", b"chunked"))
        parts, sent = [ana().body[:10], ana().body[10:]], []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: object) -> None:
            sent.append(message)

        await front(scope, receive, send)  # type: ignore[arg-type]
        return int(sent[0]["status"])  # type: ignore[index]

    assert [through(act), through(act, fast=False)] == [303, 303]


def test_who_signs_at_once_is_stored_each(ferry: Version, configure: Callable[..., None]) -> None:
    configure(sign_limit=0)

    async def act(front: Front) -> list[Answered]:
        body = "name=Ana&email=signer{}@people.example"
        return await asyncio.gather(*[ask(front, form(SIGN, body.format(n).encode())) for n in range(60)])

    assert {answer.status for answer in through(act)} == {303}
    assert Signature.objects.count() == 60


def _as_library(address: str) -> str | None:
    try:
        return validate_email(
            address, check_deliverability=False, test_environment=True, strict=True
        ).normalized
    except (EmailNotValidError, ValueError):
        return None


def _as_field(address: str) -> str | None:
    try:
        return fields.clean_email(address)
    except fields.FieldError:
        return None


_LOCAL = st.one_of(st.from_regex(r"[A-Za-z0-9._+\-]{1,70}", fullmatch=True), st.text(max_size=20))
_DOMAIN = st.one_of(
    st.from_regex(r"[a-zA-Z0-9.\-]{1,30}", fullmatch=True),
    st.sampled_from(
        ["People.Example", "bücher.example", "x." + "a" * 60 + ".example", "people.test", "localhost"]
    ),
    st.integers(1, 62).map(lambda n: ".".join(["d" * n] * 4) + ".example"),
    st.text(max_size=20),
)


@given(_LOCAL, _DOMAIN)
def test_the_short_way_of_an_address_is_the_librarys(local: str, domain: str) -> None:
    address = f"{local}@{domain}".strip()
    assert _as_field(address) == _as_library(address)


@given(st.lists(st.tuples(st.text(max_size=10), st.text(max_size=10)), max_size=8))
def test_fields_are_read_as_django_reads_them(pairs: list[tuple[str, str]]) -> None:
    found = _fields(urlencode(pairs))
    assert found == (dict(pairs) if len(dict(pairs)) == len(pairs) else None)
