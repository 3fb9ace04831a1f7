"""Readers see where each text comes from, and any two beside each other."""

import pytest
from django.test import Client

from tests.appeals.test_derive import SPANISH, rewrite
from tests.cast import Cast
from undersigned.appeals import derive
from undersigned.appeals.models import Appeal, Version

pytestmark = pytest.mark.django_db
ADDRESS = "/appeals/night-ferry/variants/"


def test_a_letter_alone_stands_alone(client: Client, open_appeal: Appeal) -> None:
    page = client.get(ADDRESS).content.decode()
    assert "1 text, each signature tied" in page
    assert "Two texts beside each other" not in page


def test_a_draft_shows_nothing(client: Client, published: Version) -> None:
    assert client.get(ADDRESS).status_code == 404


@pytest.fixture
def family(cast: Cast, open_appeal: Appeal) -> Appeal:
    source = open_appeal.texts.get().versions.get()
    text = derive.derive(
        actor=cast.owner,
        source=source,
        relation="translation",
        language="es",
        made_by="Inés <b>Paz",
        reason="For the south shore",
    )
    rewrite(cast, text, SPANISH)
    return open_appeal


def test_the_tree_says_who_made_what_and_why(client: Client, family: Appeal) -> None:
    page = client.get(ADDRESS).content.decode()
    assert "Inés &lt;b&gt;Paz" in page
    assert "For the south shore" in page
    assert "After version 1 of the English text" in page
    assert "In doubt, the text rules that it comes from" in page


def test_a_translation_stands_beside_its_source(client: Client, family: Appeal) -> None:
    page = client.get(f"{ADDRESS}?a=en.1&b=es.1").content.decode()
    assert '<td lang="en" dir="ltr"><p>Dear members of the Board,</p></td>' in page
    assert "Estimados miembros:" in page
    assert "noindex" in page


def test_two_texts_are_named_in_the_language_of_the_page(client: Client, family: Appeal) -> None:
    page = client.get(f"{ADDRESS}?lang=es&a=en.1&b=es.1").content.decode()
    assert "traducción</span></th>" in page
    assert "translation" not in page


def test_an_adaptation_is_compared_word_by_word(client: Client, cast: Cast, family: Appeal) -> None:
    source = family.texts.get(relation="original").versions.get()
    text = derive.derive(actor=cast.owner, source=source, relation="adaptation", language="en")
    rewrite(cast, text, source.source.replace("one boat", "two boats"))
    page = client.get(f"{ADDRESS}?a=en.1&b=en-adapted.1").content.decode()
    assert "</span>two boats" in page
    assert "</span>one boat" in page


def test_it_says_what_lags_behind(client: Client, cast: Cast, family: Appeal) -> None:
    original = family.texts.get(relation="original")
    rewrite(cast, original, original.draft.replace("one boat", "two boats"))
    page = client.get(ADDRESS).content.decode()
    assert "Behind its source, which has a version 2" in page
    assert "?a=en.1&amp;b=en.2" in page


@pytest.mark.parametrize("query", ["a=nope.1&b=en.1", "a=en.99&b=en.1", "a=en.x&b=en.1", "a=en&b=en.1"])
def test_a_text_that_is_not_there_is_not_found(client: Client, family: Appeal, query: str) -> None:
    assert client.get(f"{ADDRESS}?{query}").status_code == 404


@pytest.mark.parametrize("query", ["from=-1", "from=x", "from=99999", "lang=xx", "a=en.1"])
def test_odd_queries_show_the_page(client: Client, family: Appeal, query: str) -> None:
    assert client.get(f"{ADDRESS}?{query}").status_code == 200
