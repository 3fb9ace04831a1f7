"""What readers see of persons: the list page by page, one, the interface, links from the letter."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.appeals.personed import HIDDEN, VEILED, called, enter
from tests.cast import Cast
from undersigned.appeals import person_mentions, persons, reading
from undersigned.appeals.models import Appeal

pytestmark = pytest.mark.django_db

PAGE = "/appeals/night-ferry/persons/"
API = "/api/v1/appeals/night-ferry/persons"


def get(address: str, **query: str) -> str:
    answer = Client().get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_draft_appeal_shows_nobody(cast: Cast, draft_appeal: Appeal) -> None:
    enter(cast.owner, draft_appeal)
    for address in (PAGE, f"{PAGE}anna-kell/", API, f"{API}/anna-kell"):
        assert Client().get(address).status_code == 404


def test_a_person_has_a_page_and_stands_in_the_interface(cast: Cast, open_appeal: Appeal) -> None:
    enter(cast.owner, open_appeal)
    enter(cast.owner, open_appeal, "jon-vane", called("Jon Vane"))
    text = reading.original(open_appeal)
    person = open_appeal.persons.get(ident="anna-kell")
    person_mentions.mention(actor=cast.owner, person=person, text=text, passage="bakers")
    page = get(f"{PAGE}anna-kell/")
    for told in (
        "May 3, 1890 – around 1951", "The Tern", "1921 – 1934", 'lang="ru">Анна Келль',
        "<em>ferry school</em>",
        'href="/appeals/night-ferry/persons/jon-vane/"', "https://orcid.org/0000-0002-1825-0097",
        "https://www.wikidata.org/wiki/Q42", "https://viaf.org/viaf/113230702",
        f"/appeals/night-ferry/{text.slug}/",
    ):  # fmt: skip
        assert told in page, told
    assert re.findall(r'<h2><a href="([^"]+)"', get(PAGE)) == [f"{PAGE}anna-kell/", f"{PAGE}jon-vane/"]
    letter = get(f"/appeals/night-ferry/{text.slug}/")
    assert f'<a href="{PAGE}anna-kell/" class="mention">bakers</a>' in letter
    assert f'href="{PAGE}"' in letter
    one = Client().get(f"{API}/anna-kell").json()
    assert one["names"][1]["until"] == "1934" and one["identifiers"]["wikidata"] == "Q42"
    assert [each["id"] for each in Client().get(API).json()["persons"]] == ["anna-kell", "jon-vane"]


def test_who_is_withheld_is_nowhere_at_once(cast: Cast, open_appeal: Appeal) -> None:
    person = enter(cast.owner, open_appeal)
    address = f"{PAGE}anna-kell/"
    first = Client().get(address)
    assert first["Cache-Control"] == "public, no-cache"
    persons.set_level(actor=cast.owner, person=person, level="withheld")
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == 404
    assert "Kell" not in get(PAGE) + get(API) and Client().get(f"{API}/anna-kell").status_code == 404


def test_a_hidden_name_is_on_no_page(cast: Cast, open_appeal: Appeal) -> None:
    enter(cast.owner, open_appeal, "the-heron", VEILED, level="other")
    whole = get(PAGE) + get(f"{PAGE}the-heron/") + get(API)
    assert "The Heron" in whole
    for part in HIDDEN.split():
        assert part.lower() not in whole.lower()


def test_pages_are_cut_by_key_and_cost_the_same(cast: Cast, open_appeal: Appeal) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            get(PAGE)
        return len(asked)

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            persons.add_person(
                actor=cast.owner, appeal=open_appeal, ident=f"p-{number}", level="named",
                about=called(f"Person Number {number:03}"), show=number == last - 1,
            )  # fmt: skip

    more(0, 3)
    get(PAGE)
    few = cost()
    more(3, 55)
    assert cost() <= few
    assert get(PAGE).count("<h2><a ") == 50 and get(PAGE, after="p-49").count("<h2><a ") == 5
    assert Client().get(PAGE, {"after": "nobody"}).status_code == 302
    page = Client().get(API).json()
    assert len(page["persons"]) == 50 and len(Client().get(page["next"]).json()["persons"]) == 5
    assert Client().get(API, {"after": "nobody"}).status_code == 404
