"""A series with its order, and references from one text to another: pages, HTML, TEI."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from lxml import etree

from tests.cast import Cast
from undersigned.appeals import cross_references, draft, publish
from undersigned.appeals.models import Appeal, Text
from undersigned.edition import gather
from undersigned.edition.formats import html, tei
from undersigned.lib import clock
from undersigned.signing import opening

pytestmark = pytest.mark.django_db

TEI = "{http://www.tei-c.org/ns/1.0}"


def letter(
    cast: Cast, slug: str, order: str, words: str = "One boat more.", *, series: str = "Quay letters"
) -> Text:
    source = (
        f"---\ntitle: Letter {slug}\nauthor: Ana Ruiz\nlang: en\naddressee: The Board\nseries: {series}\n"
        f'series-order: "{order}"\nintroduction: |\n  Written *at night*.\n'
        f"fonds: Lund papers\nshelfmark: Box 3\narchive: Harbour Museum\n---\n\nDear Board,\n\n{words}\n"
    )
    appeal = draft.create_appeal(
        actor=cast.owner, team=cast.team, slug=slug, title=f"Letter {slug}", language="en", source=source
    )
    Appeal.objects.filter(pk=appeal.pk).update(
        controller="Harbour",
        controller_contact="h@quay.example",
        purpose="One boat",
        closes_at=clock.now() + timedelta(days=30),
    )
    text = Text.objects.select_related("appeal__team").get(appeal=appeal)
    publish.publish(actor=cast.owner, text=text)
    opening.open_appeal(actor=cast.owner, appeal=Appeal.objects.get(pk=appeal.pk))
    return text


@pytest.fixture
def three(cast: Cast) -> list[Text]:
    """Entered out of order; a fourth is of another series."""
    last = letter(cast, "third", "10")
    letter(cast, "elsewhere", "1", series="Other")
    words = "As [I wrote before](/appeals/first/en/), one boat more."
    return [letter(cast, "first", "1"), letter(cast, "second", "2", words), last]


def get(slug: str) -> str:
    answer = Client().get(f"/appeals/{slug}/en/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_letter_leads_to_its_neighbours_in_the_series(three: list[Text]) -> None:
    page = get("second")
    assert (
        '<a href="/appeals/first/en/" rel="prev"' in page
        and '<a href="/appeals/third/en/" rel="next"' in page
    )
    assert "no. 2" in page and "elsewhere" not in page
    assert 'rel="prev"' not in get("first") and 'rel="next"' not in get("third")


def test_a_neighbour_that_comes_later_shows_at_once(cast: Cast, three: list[Text]) -> None:
    before = Client().get("/appeals/third/en/")
    letter(cast, "fourth", "11")
    after = Client().get("/appeals/third/en/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200 and 'rel="next"' in after.content.decode()


def test_a_letter_refers_to_another_of_its_series(three: list[Text]) -> None:
    assert '<a href="/appeals/first/en/" rel="noopener noreferrer">I wrote before</a>' in get("second")
    edition = gather.gather(Appeal.objects.get(slug="second"))
    assert "/appeals/first/en/" in "".join(html.pieces(edition, edition.texts[0]))


def test_the_desk_says_which_references_lead_nowhere(cast: Cast, three: list[Text]) -> None:
    second = three[1]
    letter(cast, "fourth", "4")
    Appeal.objects.filter(slug="fourth").update(state=Appeal.State.DRAFT)
    words = (
        "One [a](/appeals/first/en/#p2), [b](/appeals/first/en/versions/1/), [c](/appeals/first/), [d][]\n"
        "[e](/appeals/first/en/versions/2/), [f](/appeals/first/fr/), [g](/appeals/gone/en/),\n"
        "[h](/appeals/fourth/en/), [i](https://quay.example/appeals/gone/), [k](/appeals/second/en/).\n\n"
        "[d]: /appeals/first/names/\n"
    )
    found = cross_references.broken(second.appeal, words)
    assert [(problem.line, problem.params["what"]) for problem in found] == [
        (2, "/appeals/first/en/versions/2/"),
        (2, "/appeals/first/fr/"),
        (2, "/appeals/gone/en/"),
        (3, "/appeals/fourth/en/"),
    ]
    text = Text.objects.get(pk=second.pk)
    source = text.draft.replace("/appeals/first/en/", "/appeals/gone/en/")
    draft.save_draft(actor=cast.owner, text=second, source=source, revision=text.draft_revision)
    client = Client()
    client.force_login(cast.owner)
    for place in ("", "publish/"):
        page = client.get(f"/desk/appeals/second/draft/en/{place}").content.decode()
        assert "leads to /appeals/gone/en/" in page
    assert publish.problems_of(Text.objects.select_related("appeal").get(pk=second.pk)) == []


def test_introduction_fonds_and_shelfmark_stand_on_the_page(three: list[Text]) -> None:
    page = get("first")
    assert 'role="doc-introduction"' in page and "<em>at night</em>" in page
    for part in ("Lund papers", "Harbour Museum", "Box 3"):
        assert part in page


def test_the_edition_has_the_series_as_structure(three: list[Text]) -> None:
    edition = gather.gather(Appeal.objects.get(slug="second"))
    pieces = edition.texts[0].provenance.series_texts
    assert [(piece.order, piece.here) for piece in pieces] == [("1", False), ("2", True), ("10", False)]
    tree = etree.fromstring("".join(tei.pieces(edition, edition.texts[0])).encode())
    refs = {ref.get("type"): ref.get("target") for ref in tree.iter(f"{TEI}ref") if ref.get("type")}
    assert refs["prev"].endswith("/appeals/first/en/") and refs["next"].endswith("/appeals/third/en/")
    schema = etree.RelaxNG(etree.parse(Path(tei.__file__).with_name("tei.rng")))
    assert schema.validate(tree), schema.error_log


def test_the_page_costs_the_same_for_a_long_series(
    cast: Cast, three: list[Text], django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    get("first")
    with django_assert_max_num_queries(40) as few:
        get("first")
        needed = len(few)
    for number in range(4, 9):
        letter(cast, f"letter-{number}", str(number))
    get("first")
    with django_assert_max_num_queries(needed):
        get("first")
