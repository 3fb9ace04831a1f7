"""The desk's pages of cases, over HTTP."""

import html
import io
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.appeals.awkward import AWKWARD
from tests.appeals.cased import HIDDEN, enter, hidden
from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.appeals.case_models import Case, PublicCase
from undersigned.appeals.models import Appeal

pytestmark = pytest.mark.django_db

CASES = "/desk/appeals/night-ferry/cases/"


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def words(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def values(*names: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "names-TOTAL_FORMS": len(names) + 2, "names-INITIAL_FORMS": 0, "kind": "person", "note": "",
        "consent-level": "withheld", "consent-by": "", "consent-on": "", "consent-basis": "",
    }  # fmt: skip
    for place in range(len(names) + 2):
        text = names[place] if place < len(names) else ""
        found |= {
            f"names-{place}-kind": "name", f"names-{place}-text": text, f"names-{place}-language": ""
        }  # fmt: skip
    return {**found, **changes}


def test_a_case_is_entered_stated_consented_and_shown(cast: Cast, draft_appeal: Appeal) -> None:
    add(cast.owner, draft_appeal)
    client = desk(cast, "editor")
    answer = client.post(f"{CASES}new/", values("Ramona Veiga", "Рамона"), follow=True)
    assert "The case was entered" in words(answer)
    case = Case.objects.get()
    page = f"{CASES}{case.ref}/"
    for sent in (
        {"act": "state", "statement-state": "imprisoned", "statement-date": "c. 1936",
         "statement-place": "Fort", "statement-sources": "ruiz1936, p. 3"},
        {"act": "update", "update-on": "2026-04-02", "update-text": "She writes."},
        {"act": "mention", "mention-text": "en", "mention-passage": "Nurses, bakers"},
        {"act": "consent", "consent-level": "named", "consent-by": "Herself"},
        {"act": "publish"},
    ):  # fmt: skip
        answer = client.post(page, sent)
        assert answer.status_code == 302, words(answer)
    shown = words(client.get(page))
    assert "around 1936" in shown and "She writes." in shown and "Nurses, bakers" in shown
    assert PublicCase.objects.get().data["history"][0]["edtf"] == "1936~"
    assert "Ramona Veiga" in words(client.get(CASES))


@pytest.mark.parametrize("act", ["unstate", "unupdate", "unmention"])
def test_a_row_of_another_case_is_not_touched(cast: Cast, draft_appeal: Appeal, act: str) -> None:
    case, other = hidden(cast.owner, draft_appeal), enter(cast.owner, draft_appeal)
    row = {"unstate": case.statements, "unupdate": case.updates}.get(act, case.mentions).first()
    for number in (row.pk if row else 1, "x", "9" * 30, ""):
        answer = desk(cast).post(f"{CASES}{other.ref}/", {"act": act, "row": number})
        assert answer.status_code == 404
    assert case.statements.count() == case.updates.count() == 1


def test_erasing_asks_twice(cast: Cast, draft_appeal: Appeal) -> None:
    page = f"{CASES}{enter(cast.owner, draft_appeal).ref}/"
    client = desk(cast)
    client.post(page, {"act": "remove"})
    assert Case.objects.exists()
    assert client.post(page, {"act": "remove", "sure": "yes"}).headers["Location"] == CASES
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "state", "statement-date": "1936-02-31", "statement-state": "dead"}, "1936-02-31"),
        ({"act": "state"}, "at least a state"),
        ({"act": "state", "statement-state": "dead", "statement-sources": "nowhere"}, "nowhere"),
        ({"act": "update", "update-on": "yesterday", "update-text": "x"}, "valid date"),
        ({"act": "consent", "consent-level": "named"}, "Say who consented"),
        ({"act": "mention", "mention-text": "en", "mention-passage": "no such words"}, "do not stand"),
        ({"act": "change", **values()}, "at least one name"),
        ({"act": "change", **values("Ana", **{"names-0-language": "not a tag"})}, "language code"),
    ],
)
def test_what_is_refused_is_said_and_what_was_typed_stays(
    cast: Cast, draft_appeal: Appeal, sent: dict[str, Any], said: str
) -> None:
    case = enter(cast.owner, draft_appeal)
    answer = desk(cast).post(f"{CASES}{case.ref}/", sent)
    assert answer.status_code == 422
    assert said in words(answer)
    typed = [value for name, value in sent.items() if name.endswith(("date", "on", "passage")) and value]
    assert all(value in words(answer) for value in typed)


@pytest.mark.parametrize("typed", AWKWARD)
def test_no_field_of_a_case_breaks_the_page(cast: Cast, draft_appeal: Appeal, typed: str) -> None:
    client, case = desk(cast), enter(cast.owner, draft_appeal)
    page = f"{CASES}{case.ref}/"
    assert client.post(f"{CASES}new/", values(typed, note=typed)).status_code in (302, 422)
    for sent in (
        {"act": "state", "statement-state": typed, "statement-date": typed, "statement-place": typed,
         "statement-note": typed, "statement-sources": typed},
        {"act": "state", "statement-state": "dead", "statement-date": typed},
        {"act": "update", "update-on": "2026-01-01", "update-text": typed},
        {"act": "consent", "consent-level": "named", "consent-by": typed, "consent-on": typed},
        {"act": "mention", "mention-text": typed, "mention-passage": typed, "mention-occurrence": typed},
        {"act": typed},
    ):  # fmt: skip
        assert client.post(page, sent).status_code in (302, 404, 422)
    assert client.get(page).status_code == 200
    assert client.get(CASES, {"after": typed}).status_code == 200


ADDRESSES = ["", "new/", "import/", "export.csv", "export.json", "{ref}/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_outsiders_get_nothing_and_viewers_no_names(cast: Cast, draft_appeal: Appeal, address: str) -> None:
    address = CASES + address.format(ref=hidden(cast.owner, draft_appeal).ref)
    assert desk(cast, "outsider").get(address).status_code == 404
    assert desk(cast, "viewer").get(address).status_code == 403
    assert Client().get(address).status_code == 302
    moderates = address.endswith(("cases/", "/")) and not address.endswith(("new/", "import/"))
    assert desk(cast, "moderator").get(address).status_code == (200 if moderates else 403)
    assert desk(cast, "editor").get(address).status_code == 200


def test_a_file_is_shown_first_and_then_taken(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast)
    file = io.BytesIO(b"case,text,state\n1,Ana Ruiz,dead\n")
    file.name = "cases.csv"
    shown = client.post(f"{CASES}import/", {"file": file, "on_clash": "refuse"})
    assert "Ana Ruiz" in words(shown) and not Case.objects.exists()
    previewed = re.search(r'name="previewed" value="([^"]+)"', shown.content.decode())
    assert previewed
    answer = client.post(f"{CASES}import/", {"previewed": previewed[1]}, follow=True)
    assert "1 case was taken" in words(answer)
    assert Case.objects.count() == 1
    assert client.post(f"{CASES}import/", {"previewed": f"{previewed[1]}x"}).status_code == 302


def test_a_broken_file_is_told_line_by_line(cast: Cast, draft_appeal: Appeal) -> None:
    file = io.BytesIO(b"case,text,state\n1,Ana,lost\n2,,\n")
    file.name = "cases.csv"
    answer = desk(cast).post(f"{CASES}import/", {"file": file, "on_clash": "refuse"})
    assert answer.status_code == 422
    assert "Line 2:" in words(answer) and "Line 3:" in words(answer)


def test_the_teams_export_holds_every_name(cast: Cast, draft_appeal: Appeal) -> None:
    hidden(cast.owner, draft_appeal)
    answer = desk(cast).get(f"{CASES}export.csv")
    assert HIDDEN in answer.content.decode() and answer.headers["Cache-Control"] == "no-store"
    assert desk(cast).get(f"{CASES}export.xls").status_code == 404


def test_the_list_is_paged(cast: Cast, draft_appeal: Appeal) -> None:
    for number in range(52):
        enter(cast.owner, draft_appeal, f"Person Number{number}", publish=False)
    client = desk(cast)
    first = words(client.get(CASES))
    more = re.search(r'href="(\?after=\d+)"', first)
    assert more and first.count("Person Number") == 50
    assert words(client.get(CASES + more[1])).count("Person Number") == 2
