"""Whoever has no business on a desk gets nothing there, whatever address they try."""

import re

import pytest

from tests.journeys.client import Client
from tests.journeys.town import FERRY, OTHERS, OUTSIDER, OWNER, PASSWORD, Town

DESK_PAGES = (
    "", "draft/en/", "draft/en/preview/", "draft/en/publish/", "settings/", "open/", "close/", "first/",
    "roll/", "roll/1/strike/", "export.csv", "export.json",
)  # fmt: skip
PLACES = ("", "mail/", "team/", "audit/", "me/", "import/", "appeals/new/")


@pytest.fixture
def signed_in(town: Town) -> dict[str, Client]:
    """An outsider with a team of their own, and the roles of the stage's team."""
    found = {}
    for name in ("otto", "vera", "mo"):
        found[name] = town.client()
        found[name].sign_in(f"{name}@people.example", PASSWORD)
    return found


def _token(client: Client) -> str:
    return client.get("/desk/").forms()[0].fields["csrfmiddlewaretoken"]


def test_a_stranger_is_sent_to_the_login(town: Town) -> None:
    client = town.client()
    paths = [f"/desk/appeals/{slug}/{page}" for slug in (FERRY, "no-such") for page in DESK_PAGES]
    for path in (*(f"/desk/{place}" for place in PLACES), *paths):
        answer = client.get(path)
        assert answer.status == 302 and "/desk/account/login/" in answer.location, (path, answer.status)


def test_another_team_gets_what_a_missing_appeal_gets(town: Town, signed_in: dict[str, Client]) -> None:
    otto = signed_in["otto"]
    for place in DESK_PAGES:
        theirs = otto.get(f"/desk/appeals/{FERRY}/{place}")
        missing = otto.get(f"/desk/appeals/no-such/{place}")
        both = theirs.status, missing.status
        assert both in ((404, 404), (405, 405)), (place, both)
    page = otto.get("/desk/")
    assert "night-ferry" not in page.text and "others-secret" in page.text
    token = _token(otto)
    for path in DESK_PAGES:
        answer = otto.post(f"/desk/appeals/{FERRY}/{path}", {"csrfmiddlewaretoken": token, "reason": "x"})
        assert answer.status in (404, 405), (path, answer.status)
    assert town.appeal(FERRY)["state"] == "open"
    for place in ("/desk/team/", "/desk/audit/", "/desk/mail/"):
        assert OWNER not in otto.follow(otto.get(place)).text
    assert otto.get("/desk/audit/?team=1").status in (403, 404)
    assert otto.get("/desk/team/1/").status in (403, 404)


def test_roles_get_no_more_than_their_own(town: Town, signed_in: dict[str, Client]) -> None:
    vera, mo = signed_in["vera"], signed_in["mo"]
    page = vera.get(f"/desk/appeals/{FERRY}/")
    assert page.status == 200
    for path in ("draft/en/", "draft/en/publish/", "settings/", "close/"):
        for who in (vera, mo):
            answer = who.post(f"/desk/appeals/{FERRY}/{path}", {"csrfmiddlewaretoken": _token(who)})
            assert answer.status in (403, 404), (path, answer.status)
    assert not re.search(r"[\w.]+@people\.example", vera.get(f"/desk/appeals/{FERRY}/roll/").text)
    for kind in ("csv", "json"):
        answer = vera.post(f"/desk/appeals/{FERRY}/export.{kind}", {"csrfmiddlewaretoken": _token(vera)})
        assert answer.status in (403, 404)


def test_a_forged_form_changes_nothing(town: Town) -> None:
    otto = town.client()
    otto.sign_in(OUTSIDER, PASSWORD)
    before = otto.get(f"/desk/appeals/{OTHERS}/settings/").text.count("hijacked")
    assert otto.post(f"/desk/appeals/{OTHERS}/settings/", {"controller": "hijacked"}).status == 403
    assert otto.get(f"/desk/appeals/{OTHERS}/settings/").text.count("hijacked") == before


def test_nothing_private_lies_where_files_are_served(town: Town) -> None:
    client = town.client()
    for path in ("/ledger/../undersigned.sqlite3", "/static/../keys/secret", "/ledger/x/checkpoint",
                 "/static/%2e%2e/%2e%2e/keys/token", "/admin/"):  # fmt: skip
        assert client.get(path).status in (400, 404), path
