"""Every public address of an appeal under embargo answers as if there were no such appeal."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.circulation.conftest import ALL
from tests.front.ways import Answered, Request, ask, form, through
from undersigned.appeals.models import Appeal
from undersigned.circulation import enrol, links
from undersigned.circulation.enrol import Entry
from undersigned.front.door import Front
from undersigned.lib import clock, tokens
from undersigned.signing import confirm, embargo, intake, reveal
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest

pytestmark = pytest.mark.django_db(transaction=True)
UNKNOWN = "night-heron"
# What an address may hold beside the slug of the appeal.
FILLED = {
    "text": "en", "key": "timetable", "sha256": "a" * 64, "digest": "b" * 64, "number": "1",
    "format": "csv", "ident": "c" * 22, "public_id": "d" * 22,
}  # fmt: skip
# Named by a person's token, or the organisers' own: they answer nobody by the appeal's name.
NOT_BY_NAME = ("desk/", "confirm/", "again/", "mine/", "unsubscribe/", "carry/", "embargo/", "outbox/")
HEADERS = [{}, {"Accept-Encoding": "gzip"}, {"Accept-Language": "ar"}, {"If-None-Match": "*"}]


@pytest.fixture
def hidden(author, published) -> Appeal:
    return embargo.begin(actor=author, appeal=published.text.appeal, until=clock.now() + timedelta(days=2))


@pytest.fixture
def signed(author, hidden) -> Signature:
    """A confirmed signature that came by a carrier's link."""
    entry = Entry("Ines", "ines@people.example", "en")
    carrier = enrol.add(actor=author, appeal=hidden, entry=entry, given=ALL)
    version = hidden.texts.get().versions.get()
    request = SignRequest(name="Ana Sol", email="ana@people.example")
    intake.sign(version=version, request=request, language="en", carrier_id=carrier.pk)
    row = Signature.objects.get()
    confirm.confirm(token=tokens.token("confirm", row.nonce))
    return row


def routes(patterns, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address that the program serves, with what fills it."""
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, path)
        else:
            yield path, one


def addresses(name: str) -> list[str]:
    """Each public address that names an appeal, filled in for this one."""
    found = []
    for path, pattern in routes(get_resolver().url_patterns):
        if path.startswith(NOT_BY_NAME) or ("<" not in path and "{" not in path):
            continue
        filled = path
        for key in pattern.pattern.converters:
            value = name if key == "slug" else FILLED.get(key, "")
            filled = re.sub(rf"<(?:\w+:)?{key}>", value, filled)
        if name in filled:
            found.append("/" + filled.lstrip("/"))
    return found


def told(answer, name: str) -> tuple[int, dict[str, str], bytes]:
    headers = {key: value.replace(name, "NAME") for key, value in answer.items()}
    return answer.status_code, headers, answer.content.replace(name.encode(), b"NAME")


def test_the_sweep_reaches_every_public_address_of_an_appeal() -> None:
    assert len(addresses(UNKNOWN)) >= 14
    for part in ("names/", "feed.atom", "verify/", "sources/", "versions/1/text.txt", "sign", "signatures"):
        assert any(path.endswith(part) for path in addresses(UNKNOWN)), part


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_each_answers_as_an_unknown_appeal_does(signed: Signature, method: str) -> None:
    client = Client()
    for known, unknown in zip(addresses("night-ferry"), addresses(UNKNOWN), strict=True):
        for headers in HEADERS:
            for query in ("", "?via=" + signed.carrier.public_id, "?lang=ar", "?q=Ana"):
                one = getattr(client, method)(known + query, headers=headers)
                other = getattr(client, method)(unknown + query, headers=headers)
                assert told(one, "night-ferry") == told(other, UNKNOWN), (method, known, query, headers)
                # A form's address leads to its letter, or takes no GET, whatever letter it is.
                if method in ("get", "head") and not known.endswith(("/sign", "/signatures")):
                    assert one.status_code in (404, 405), known
                assert b"Ana" not in one.content and b"one boat more" not in one.content


def test_a_sign_post_of_form_and_json_is_answered_as_for_an_unknown_appeal(signed: Signature) -> None:
    client = Client()
    fields = {"name": "Ben", "email": "ben@people.example", "display": "name"}
    for path in ("/appeals/{}/en/sign", "/api/v1/appeals/{}/texts/en/signatures"):
        for kind in (None, "application/json"):
            more = {"content_type": kind} if kind else {}
            one = client.post(path.format("night-ferry"), fields, **more)
            other = client.post(path.format(UNKNOWN), fields, **more)
            assert told(one, "night-ferry") == told(other, UNKNOWN) and one.status_code == 404
    assert Signature.objects.count() == 1


SITE = ["/", "/feed.atom", "/api/v1/appeals", "/.well-known/undersigned.json", "/how/", "/robots.txt"]


def test_the_pages_of_the_site_are_what_they_are_without_it(author, published) -> None:
    client = Client()
    before = [client.get(path).content for path in SITE]
    appeal = embargo.begin(actor=author, appeal=published.text.appeal, number=5)
    after = [client.get(path).content for path in SITE]
    assert re.sub(rb"<updated>.*?</updated>", b"", before[1]) == re.sub(
        rb"<updated>.*?</updated>", b"", after[1]
    )
    assert before[:1] + before[2:] == after[:1] + after[2:]
    assert not any(appeal.public_id.encode() in page or b"ferry" in page for page in after)
    behind = client.get("/?after=night-ferry"), client.get(f"/?after={UNKNOWN}")
    assert behind[0].content.replace(b"night-ferry", b"") == behind[1].content.replace(UNKNOWN.encode(), b"")


def test_its_log_is_none_for_who_knows_its_id_from_a_promise(signed: Signature, hidden: Appeal) -> None:
    client = Client()
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "tile/0/000"):
        one = client.get(f"/ledger/{hidden.public_id}/{path}")
        other = client.get(f"/ledger/{'A' * 22}/{path}")
        assert told(one, "x") == told(other, "x") and one.status_code == 404


def test_an_unknown_appeal_costs_as_many_questions_to_the_database(
    signed: Signature,
) -> None:
    client = Client()
    for known, unknown in zip(addresses("night-ferry"), addresses(UNKNOWN), strict=True):
        counts = []
        for path in (known, unknown):
            with CaptureQueriesContext(connection) as seen:
                client.get(path)
            counts.append(len(seen))
        assert counts[0] == counts[1], known


FORM = b"name=Ben&email=ben%40people.example&display=name"


def test_the_front_answers_as_for_an_unknown_appeal_and_shows_it_when_it_appears(signed: Signature) -> None:
    carrier = signed.carrier

    async def act(front: Front) -> list[Answered]:
        asked = []
        for name in ("night-ferry", UNKNOWN):
            asked += [
                Request("GET", f"/appeals/{name}/en/"),
                Request("HEAD", f"/appeals/{name}/en/"),
                form(f"/appeals/{name}/en/sign", FORM),
                Request("GET", f"/appeals/{name}/en/", query=f"via={carrier.public_id}".encode()),
            ]
        return [await ask(front, one) for one in asked]

    for fast in (True, False):
        answers = through(act, fast=fast)
        half = len(answers) // 2
        for one, other in zip(answers[:half], answers[half:], strict=True):
            assert one.status == other.status == 404
            assert (one.headers, one.body) == (other.headers, other.body)
    assert Signature.objects.count() == 1


def test_the_front_keeps_no_letter_under_embargo_and_gives_the_public_one_at_once(signed: Signature) -> None:
    letter = Request("GET", "/appeals/night-ferry/en/")
    unseen = Request("GET", f"/embargo/{links.unseen(signed.carrier)}/en/")

    async def act(front: Front) -> tuple[Answered, ...]:
        found = [await ask(front, letter), await ask(front, unseen)]
        assert front._sums.total() == 0, "the front itself answered"
        await asyncio.to_thread(_reveal)
        return (*found, await ask(front, letter))

    hidden, read, shown = through(act)
    assert (hidden.status, read.status, shown.status) == (404, 200, 200)
    assert read["cache-control"] == "no-store" and b"one boat more" in read.body
    assert b"one boat more" in shown.body


def _reveal() -> None:
    reveal.record_due(now=clock.now() + timedelta(days=3))
    connections.close_all()
