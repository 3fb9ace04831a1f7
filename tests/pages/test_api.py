"""The public JSON interface."""

import pytest
from django.test import Client

from tests.cast import Cast
from tests.pages.conftest import sign
from tests.signing import crowd
from undersigned.appeals.models import Appeal
from undersigned.ledger import append, read
from undersigned.lib import clock
from undersigned.pages import api, counts
from undersigned.signing import opening, sequence, withdraw
from undersigned.signing.models import Signature
from undersigned.tlog.encoding import b64
from undersigned.tlog.leaf import Sign
from undersigned.tlog.leaf import Undo as UndoLeaf

pytestmark = pytest.mark.django_db


def test_an_appeal_has_exactly_the_documented_shape(reader: Client, family: Appeal) -> None:
    page = reader.get("/api/v1/appeals/night-ferry")
    told = page.json()
    assert page["Access-Control-Allow-Origin"] == "*" and page["Cache-Control"].startswith("public")
    assert set(told) == {"id", "slug", "title", "state", "texts", "signatures", "kinds", "log"}
    assert told["id"] == family.public_id and told["state"] == "open"
    assert told["signatures"] == {"recorded": 8, "own": 0, "struck": 0, "moved": 0}
    assert told["kinds"] == {"mail": 8, "vouched": 0, "paper": 0, "org": 0}
    english, arabic = told["texts"]
    assert set(english) == {"id", "text", "language", "relation", "parent", "signatures", "versions"}
    assert english["parent"] is None and english["relation"] == "original"
    assert arabic["parent"] == {"id": english["id"], "text": "en", "version": 1}
    assert [(v["version"], v["signatures"]) for v in english["versions"]] == [(1, 5), (2, 1)]
    assert english["signatures"] == 6 and arabic["signatures"] == 2


def test_the_log_is_that_of_the_signed_checkpoint(reader: Client, signed_appeal: Appeal) -> None:
    log = read.log_of(signed_appeal.public_id)
    assert log
    checkpoint = read.checkpoint(log)
    assert checkpoint
    assert reader.get("/api/v1/appeals/night-ferry").json()["log"] == {
        "origin": log.origin,
        "vkey": log.vkey,
        "size": checkpoint.size,
        "root": b64(checkpoint.root),
    }


def test_before_the_first_checkpoint_there_is_no_log_and_no_count(
    reader: Client, open_appeal: Appeal
) -> None:
    told = reader.get("/api/v1/appeals/night-ferry").json()
    assert told["log"] is None and told["signatures"]["recorded"] == 0


def test_leaves_behind_the_checkpoint_are_not_counted(reader: Client, signed_appeal: Appeal) -> None:
    log = read.log_of(signed_appeal.public_id)
    assert log
    before = reader.get("/api/v1/appeals/night-ferry").json()
    text = read.tallies(log)[0].text_index
    gone = Signature.objects.filter(state="recorded").order_by("pk").first()
    assert gone and gone.leaf_index
    # Appended and committed, and the publisher died before the checkpoint.
    new = Sign(commitment="A" * 42 + "E", kind="mail", text=text)
    append.append(log=log, leaves=[new, UndoLeaf(gone.leaf_index, "own")])
    append.append(log=log, leaves=[Sign(commitment="B" * 42 + "A", kind="mail", text=text)])
    log.refresh_from_db()
    assert log.size == log.published_size + 3
    assert read.totals(log).own == 1
    assert reader.get("/api/v1/appeals/night-ferry").json() == before
    assert counts.standing(signed_appeal).total == counts.Count(5)


def test_what_was_taken_back_is_counted_by_reason(reader: Client, signed_appeal: Appeal) -> None:
    withdraw.withdraw(signature=Signature.objects.get(public_line__name="Heron"), keeps_name=False)
    sequence.record_due(force=True)
    told = reader.get("/api/v1/appeals/night-ferry").json()["signatures"]
    assert told == {"recorded": 4, "own": 1, "struck": 0, "moved": 0}


def test_the_list_names_public_appeals_page_by_page(
    reader: Client, signed_appeal: Appeal, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = reader.get("/api/v1/appeals").json()
    assert told == {
        "appeals": [
            {
                "slug": "night-ferry",
                "title": "For the night ferry",
                "state": "open",
                "url": "http://127.0.0.1:8000/appeals/night-ferry/",
            }
        ],
        "next": None,
    }
    Appeal.objects.create(
        public_id="B" * 22, team=cast.team, slug="empty", title="No text", state="open",
        created_at=clock.now(), opened_at=clock.now(),
    )  # fmt: skip
    assert reader.get("/api/v1/appeals").json() == told
    monkeypatch.setattr(api, "PAGE", 1)
    assert reader.get("/api/v1/appeals", {"after": "night-ferry"}).json() == {"appeals": [], "next": None}


def test_a_closed_appeal_says_so(reader: Client, signed_appeal: Appeal, cast: Cast) -> None:
    opening.close_appeal(actor=cast.owner, appeal=signed_appeal)
    assert reader.get("/api/v1/appeals/night-ferry").json()["state"] == "closed"


def test_what_is_not_there_is_told_as_json(reader: Client) -> None:
    page = reader.get("/api/v1/appeals/nothing")
    assert page.status_code == 404 and page["Content-Type"].startswith("application/json")
    assert "error" in page.json() and page["Access-Control-Allow-Origin"] == "*"


def test_the_interface_describes_itself_and_signing(reader: Client) -> None:
    told = reader.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert set(told["paths"]) == {
        "/api/v1/appeals",
        "/api/v1/appeals/{slug}",
        "/api/v1/appeals/{slug}/cases",
        "/api/v1/appeals/{slug}/cases/{ident}",
        "/api/v1/appeals/{slug}/organisations",
        "/api/v1/appeals/{slug}/persons",
        "/api/v1/appeals/{slug}/persons/{ident}",
        "/api/v1/appeals/{slug}/texts/{text}/signatures",
    }


def test_counts_are_net_for_a_version_that_nobody_signed(reader: Client, family: Appeal) -> None:
    sign(crowd.original(family), "Another One")
    told = reader.get("/api/v1/appeals/night-ferry").json()
    assert told["signatures"]["recorded"] == sum(text["signatures"] for text in told["texts"]) == 9
