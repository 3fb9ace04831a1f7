"""What readers see of cases: the list with its filters, a page each, files, the interface."""

import csv
import gzip
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.appeals.cased import NAMED, enter, follow, hidden
from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.appeals import case_history, cases
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal

pytestmark = pytest.mark.django_db

PAGE = "/appeals/night-ferry/cases/"
API = "/api/v1/appeals/night-ferry/cases"


def get(address: str = PAGE, **query: str) -> str:
    answer = Client().get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def of(case: Case) -> str:
    return f"{PAGE}{case.public_id}/"


@pytest.fixture
def some(cast: Cast, open_appeal: Appeal) -> list[Case]:
    """Two people and a group, each somewhere in a state."""
    ana, bela = enter(cast.owner, open_appeal, "Ángel Ruiz"), enter(cast.owner, open_appeal, "Bela Novák")
    group = cases.add_case(
        actor=cast.owner, appeal=open_appeal, kind="group", names=[Name("name", "The sixty")], consent=NAMED
    )
    cases.publish_case(actor=cast.owner, case=group, published=True)
    for case, state, place in (
        (ana, "imprisoned", "Málaga"), (bela, "released", "Köln"), (group, "deported", "Málaga"),
    ):  # fmt: skip
        case_history.add_statement(actor=cast.owner, case=case, state=state, date="c. 1936", place=place)
    return [ana, bela, group]


def names(page: str) -> list[str]:
    return re.findall(r"<h2><a [^>]*>(?:<bdi[^>]*>)?([^<]+)", page)


def test_a_draft_appeal_shows_no_case(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal)
    for address in (PAGE, of(case), f"{PAGE}all.csv", API):
        assert Client().get(address).status_code == 404


def test_a_case_that_is_a_draft_is_nowhere(cast: Cast, open_appeal: Appeal) -> None:
    case = enter(cast.owner, open_appeal, publish=False)
    assert Client().get(of(case)).status_code == 404
    assert "Veiga" not in get() and "No case is shown" in get()
    assert PAGE not in get("/appeals/night-ferry/en/")


def test_the_list_stands_in_the_order_of_names(some: list[Case]) -> None:
    assert names(get()) == ["Ángel Ruiz", "Bela Novák", "The sixty"]
    assert "<svg" in get() and "around 1936" in get()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "released"}, ["Bela Novák"]),
        ({"kind": "group"}, ["The sixty"]),
        ({"place": "malaga"}, ["Ángel Ruiz", "The sixty"]),
        ({"q": "novak koln"}, ["Bela Novák"]),
        ({"q": "ANGEL", "state": "imprisoned", "kind": "person", "place": "MÁLAGA"}, ["Ángel Ruiz"]),
        ({"q": "nobody"}, []),
        ({"q": "100%_"}, []),
        ({"state": "lost"}, ["Ángel Ruiz", "Bela Novák", "The sixty"]),
        ({"q": "\0' OR 1=1 --"}, []),
    ],
)
def test_filters_find_what_they_say(some: list[Case], query: dict[str, str], found: list[str]) -> None:
    assert names(get(**query)) == found
    assert [one["name"] for one in Client().get(API, query).json()["cases"]] == found


def test_a_search_is_kept_by_no_cache(some: list[Case]) -> None:
    answer = Client().get(PAGE, {"q": "ruiz"})
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert answer["X-Robots-Tag"] == "noindex"
    assert Client().get(API, {"q": "ruiz"})["Cache-Control"] == "no-store"


def test_pages_of_the_list_follow_each_other_by_key(cast: Cast, open_appeal: Appeal) -> None:
    for number in range(51):
        enter(cast.owner, open_appeal, f"Person Number {number:03}")
    hidden(cast.owner, open_appeal)
    first = get()
    (address,) = re.findall(rf'href="({PAGE}\?after=[^"]+)" rel="next"', first)
    assert names(first) + names(get(address)) == [f"Person Number {n:03}" for n in range(51)] + [
        "Name withheld"
    ]
    assert Client().get(PAGE, {"after": "gone"}).headers["Location"] == PAGE
    page = Client().get(API).json()
    assert len(page["cases"]) == 50
    rest = Client().get(page["next"].split("//", 1)[1].partition("/")[2].join(["/", ""])).json()
    assert [one["name"] for one in rest["cases"]] == ["Person Number 050", None]


def test_a_case_has_its_history_with_sources(cast: Cast, open_appeal: Appeal, some: list[Case]) -> None:
    add(cast.owner, open_appeal)
    case = some[0]
    case_history.add_statement(
        actor=cast.owner, case=case, state="deported", date="1936-21", place="Port", note="By <ship>",
        sources=[Cited("ruiz1936", "p. 4")],
    )  # fmt: skip
    case_history.add_update(actor=cast.owner, case=case, on="2026-04-02", text="He & she wrote.")
    page = get(of(case))
    assert "spring 1936" in page and "By &lt;ship&gt;" in page and "He &amp; she wrote." in page
    assert 'href="/appeals/night-ferry/sources/#source-ruiz1936"' in page and "p. 4" in page
    # The source has its entry where the link leads, though no text cites it.
    assert 'id="source-ruiz1936"' in get("/appeals/night-ferry/sources/")


def test_the_letter_leads_to_cases_and_its_words_to_one(cast: Cast, open_appeal: Appeal) -> None:
    text = open_appeal.texts.get()
    letter = "/appeals/night-ferry/en/"
    before = Client().get(letter)
    case = enter(cast.owner, open_appeal)
    follow(cast.owner, case, text, "Nurses, bakers")
    after = Client().get(letter)
    assert before["ETag"] != after["ETag"]
    assert f'href="{of(case)}" class="mention">Nurses, bakers</a> and students' in after.content.decode()
    assert f'href="{PAGE}"' in after.content.decode()
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))
    case.refresh_from_db()
    gone = Client().get(letter, headers={"if-none-match": after["ETag"]})
    assert gone.status_code == 200 and 'class="mention"' not in gone.content.decode()


def test_no_cache_keeps_a_page_without_asking(some: list[Case]) -> None:
    for address in (PAGE, of(some[0]), f"{PAGE}all.json", API, f"{API}/{some[0].public_id}"):
        assert "no-cache" in Client().get(address)["Cache-Control"], address
    answer = Client().get(of(some[0]))
    again = Client().get(of(some[0]), headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "public, no-cache")


def test_files_hold_what_readers_see(some: list[Case]) -> None:
    text = Client().get(f"{PAGE}all.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["text"] for row in rows if row["part"] == "name"] == ["Ángel Ruiz", "Bela Novák", "The sixty"]
    assert "consent" not in rows[0] and "by" not in rows[0]
    found = json.loads(Client().get(f"{PAGE}all.json").content)["cases"]
    assert [one["history"][0]["edtf"] for one in found] == ["1936~"] * 3
    assert Client().get(f"{PAGE}all.xls").status_code == 404


def test_the_interface_describes_what_it_gives(some: list[Case]) -> None:
    described = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/appeals/{slug}/cases", "/api/v1/appeals/{slug}/cases/{ident}"} <= set(described)
    one = Client().get(f"{API}/{some[0].public_id}")
    assert one.json()["name"] == "Ángel Ruiz" and one["Access-Control-Allow-Origin"] == "*"
    assert Client().get(f"{API}/nobody").status_code == 404
    assert Client().get(API, {"after": "nobody"}).status_code == 404


def test_pages_speak_the_language_of_the_family(cast: Cast, family: Appeal) -> None:
    case = enter(cast.owner, family)
    case_history.add_statement(actor=cast.owner, case=case, state="imprisoned", date="1936-07-06")
    page = get(of(case), lang="ar")
    assert 'dir="rtl"' in page and 'direction="rtl"' in page and 'hreflang="en"' in page
    assert f"{PAGE}?lang=ar" in page
    assert f"{PAGE}?lang=ar" in get("/appeals/night-ferry/ar/")


def test_updates_are_news(cast: Cast, open_appeal: Appeal) -> None:
    case = enter(cast.owner, open_appeal)
    case_history.add_update(actor=cast.owner, case=case, on="2026-04-02", text="Seen by a doctor.")
    feed = get("/appeals/night-ferry/feed.atom")
    assert "Ramona Veiga: Seen by a doctor." in feed and of(case) in feed


def test_a_careful_appeal_is_in_no_index(cast: Cast, open_appeal: Appeal, some: list[Case]) -> None:
    Appeal.objects.filter(pk=open_appeal.pk).update(profile="at_risk")
    for address in (PAGE, of(some[0])):
        assert Client().get(address)["X-Robots-Tag"] == "noindex"


def cost(address: str) -> tuple[int, int]:
    Client().get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(address)
    return len(asked), len(gzip.compress(answer.content))


def test_a_page_costs_the_same_for_many_cases(cast: Cast, open_appeal: Appeal) -> None:
    for number in range(51):
        enter(cast.owner, open_appeal, f"Person {number:03}")
    letter = "/appeals/night-ferry/en/"
    few = [cost(address)[0] for address in (PAGE, API, letter)]
    for number in range(51, 120):
        enter(cast.owner, open_appeal, f"Person {number:03}")
    assert [cost(address)[0] for address in (PAGE, API, letter)] == few
