"""The page of deliveries, and the desk's way to it."""

import io
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.edition.delivery.make import make_all
from undersigned.lib import clock
from undersigned.pages import family
from undersigned.signing import sequence
from undersigned.signing.delivery import hand_over, tell
from undersigned.signing.models import Delivery

pytestmark = pytest.mark.django_db

DESK = "/desk/appeals/night-ferry/delivery/"
PAGE = "/appeals/night-ferry/delivery/"


@pytest.fixture
def signed(open_appeal: Appeal) -> Appeal:
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", addressee=True, updates=True)
    crowd.confirmed(version, "Bo Lund", addressee=False)
    sequence.record_due(force=True)
    return open_appeal


def made(client: Client, cast: Cast) -> Delivery:
    client.force_login(cast.editor)
    text = Appeal.objects.get(slug="night-ferry").texts.get().pk
    client.post(DESK, {"recipient": "The Harbour Board", "text": text})
    make_all()
    sequence.record_due(force=True)
    return Delivery.objects.latest("pk")


def test_from_the_desk_to_the_answer(client: Client, cast: Cast, signed: Appeal) -> None:
    assert "has not been handed over yet" in client.get(PAGE).content.decode()
    row = made(client, cast)
    one = f"{DESK}{row.pk}/"
    fetched = client.post(f"{one}file")
    data = b"".join(fetched.streaming_content)  # type: ignore[attr-defined]
    assert len(data) == int(fetched["Content-Length"]) == row.size
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert client.get(f"{one}file").status_code == 405
    today = clock.now().date().isoformat()
    assert client.post(one, {"act": "note", "on": "1936-07-06", "how": "person"}).status_code == 422
    client.post(one, {"act": "note", "on": today, "how": "person", "by": "Ms Porter"})
    answer = {"act": "answer", "signed": "الهيئة", "on": "2026-03-01", "language": "ar", "words": "*نعم*."}
    assert client.post(one, {**answer, "words": "<b>no</b>"}).status_code == 422
    assert client.post(one, answer).status_code == 302
    assert "Tell 1 signer" in client.get(one).content.decode()
    client.post(one, {"act": "tell"})
    tell.go()
    shown = Client().get(PAGE)
    page = shown.content.decode()
    assert 'lang="ar" dir="rtl"' in page and "<em>نعم</em>" in page
    assert "2 signatures" in page and row.digest in page
    for absent in ("Ana Sol", "Bo Lund", "Porter"):
        assert absent not in page
    assert not shown.cookies
    proof = Client().get(f"{PAGE}{row.public_id}.tlog-proof")
    assert proof.content.startswith(b"c2sp.org/tlog-proof@v1\n")
    known = Client().get(PAGE, headers={"if-none-match": shown["ETag"]})
    assert known.status_code == 304
    hand_over.take_down(actor=cast.owner, answer=row.answers.get())
    assert "نعم" not in Client().get(PAGE).content.decode()


def test_the_letter_leads_there(client: Client, cast: Cast, signed: Appeal) -> None:
    assert "Delivery and answer" not in Client().get("/appeals/night-ferry/en/").content.decode()
    made(client, cast)
    # What all pages of an appeal share is kept for a minute.
    family._facts.cache_clear()
    assert PAGE in Client().get("/appeals/night-ferry/en/").content.decode()


def test_others_see_no_file(client: Client, cast: Cast, signed: Appeal) -> None:
    row = made(client, cast)
    for who, status in (("viewer", 403), ("moderator", 403), ("outsider", 404)):
        client.force_login(getattr(cast, who))
        assert client.post(f"{DESK}{row.pk}/file").status_code == status
        assert client.post(DESK, {"recipient": "x"}).status_code == status
    assert client.get(f"{DESK}{row.pk}/").status_code == 404
    client.force_login(cast.viewer)
    assert "Fetch the file" not in client.get(f"{DESK}{row.pk}/").content.decode()


def test_a_draft_has_no_page(client: Client, draft_appeal: Appeal) -> None:
    assert client.get(PAGE).status_code == 404


def test_it_costs_the_same_for_many(client: Client, cast: Cast, signed: Appeal) -> None:
    row = made(client, cast)
    with CaptureQueriesContext(connection) as one:
        Client().get(PAGE)
    fields = {field.attname: getattr(row, field.attname) for field in Delivery._meta.concrete_fields}
    for number in range(30):
        Delivery.objects.create(**{**fields, "id": None, "public_id": f"x{number}", "leaf_index": 3})
    with CaptureQueriesContext(connection) as many:
        page = Client().get(PAGE).content.decode()
    assert len(many) <= len(one)
    assert page.count("<h2") == 20 and "?before=" in page
