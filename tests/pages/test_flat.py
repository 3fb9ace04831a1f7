"""Pages of an appeal cost the same for three texts as for two thousand."""

import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock, tokens
from undersigned.pages import family, letters, names, variants

pytestmark = pytest.mark.django_db
PAGES = ("en/", "names/", "variants/", "verify/", "privacy/", "feed.atom", "text-2/", "sources/", "cases/")


def derive_many(appeal: Appeal, start: int, end: int) -> None:
    """Published adaptations of the original, straight into the tables."""
    source = Version.objects.filter(text__appeal=appeal, text__relation="original").latest("number")
    now = clock.now()
    texts = Text.objects.bulk_create(
        Text(
            public_id=tokens.public_id(),
            appeal=appeal,
            slug=f"text-{n}",
            language="en" if n % 2 else "es",
            relation="adaptation" if n % 2 else "translation",
            parent=source,
            made_by=f"Circle {n}",
            created_at=now,
        )
        for n in range(start, end)
    )
    Version.objects.bulk_create(
        Version(
            text=text,
            number=1,
            source=source.source,
            canonical=bytes(source.canonical),
            digest=source.digest,
            title=f"Text {text.slug}",
            language=text.language,
            derived_from=source,
            published_at=now,
        )
        for text in texts
    )


def cost(path: str) -> tuple[int, int]:
    """How many queries a page asks, and how many bytes it is."""
    client = Client()
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return len(asked), len(gzip.compress(answer.content))


def test_cost_is_the_same_for_many_texts(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 1, 120)
    few = {page: cost(f"/appeals/{signed_appeal.slug}/{page}") for page in PAGES}
    derive_many(signed_appeal, 120, 2000)
    many = {page: cost(f"/appeals/{signed_appeal.slug}/{page}") for page in PAGES}
    assert {page: queries for page, (queries, _size) in many.items()} == {
        page: queries for page, (queries, _size) in few.items()
    }
    for page, (_queries, size) in many.items():
        assert size <= few[page][1] * 1.1 + 200, page
    assert many["en/"][1] < 40_000


def test_even_the_first_look_reads_few_rows(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 1, 2000)
    for cache in (family._facts, letters._asked, names._listed):
        cache.cache_clear()
    read: list[int] = []

    def count(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        read.append(1)
        return result

    with connection.execute_wrapper(count):
        page = Client().get(f"/appeals/{signed_appeal.slug}/en/").content.decode()
    assert len(read) < 25
    # Twenty texts to switch to, and the way to all others.
    assert page.count("hreflang=") < 60
    assert f'<a href="/appeals/{signed_appeal.slug}/variants/">All texts</a>' in page


def test_a_text_outside_the_switch_is_in_its_own(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 1, 100)
    page = Client().get(f"/appeals/{signed_appeal.slug}/text-99/").content.decode()
    assert page.count('aria-current="true"') == 1


def test_the_interface_lists_every_text_and_the_tree_every_page(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 1, 130)
    answer = Client().get(f"/api/v1/appeals/{signed_appeal.slug}").json()
    assert len(answer["texts"]) == 130 and "next" not in answer
    seen = set()
    for start in range(0, 150, variants.PER_PAGE):
        html = Client().get(f"/appeals/{signed_appeal.slug}/variants/?from={start}").content.decode()
        seen |= {n for n in range(1, 130) if f'id="text-text-{n}"' in html}
    assert len(seen) == 129
    rows = Client().get(f"/appeals/{signed_appeal.slug}/verify/?from=100").content.decode()
    assert rows.count("<tr><td") == 30


def test_the_interface_gives_thousands_page_by_page_each_text_once(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 1, 450)
    address, seen = f"/api/v1/appeals/{signed_appeal.slug}", []
    while address:
        answer = Client().get(address).json()
        seen += [text["text"] for text in answer["texts"]]
        assert all(text["parent"]["text"] == "en" for text in answer["texts"] if text["text"] != "en")
        address = answer.get("next", "")
    assert seen[0] == "en" and len(seen) == len(set(seen)) == 450


def test_the_desk_shows_every_text_once_page_by_page(signed_appeal: Appeal, cast: Cast) -> None:
    derive_many(signed_appeal, 1, 120)
    client, address, seen = Client(), "", []
    client.force_login(cast.owner)
    while address is not None:
        html = client.get(f"/desk/appeals/{signed_appeal.slug}/{address}").content.decode()
        table = html[html.index("<tbody>") : html.index("</tbody>")]
        seen += re.findall(r"/draft/([^/]+)/\">", table)
        found = re.search(r'href="(\?after=[^"]+)"', html)
        address = found[1] if found else None
    assert seen[0] == "en" and len(seen) == len(set(seen)) == 120


def test_a_new_text_shows_at_once(signed_appeal: Appeal) -> None:
    client, path = Client(), f"/appeals/{signed_appeal.slug}/en/"
    before = client.get(path)
    derive_many(signed_appeal, 2, 3)
    after = client.get(path)
    assert before["ETag"] != after["ETag"]
    assert "text-2/" in after.content.decode()


def test_a_letter_says_what_it_comes_from(signed_appeal: Appeal) -> None:
    derive_many(signed_appeal, 2, 3)
    page = Client().get(f"/appeals/{signed_appeal.slug}/text-2/").content.decode()
    assert "Hecho por" in page or "Circle 2" in page
    assert "/en/versions/1/" in page
