"""Cases in an edition: a section of their own, persons in TEI, a page and data in the archive."""

import json
from pathlib import Path

import pytest

from tests.appeals.cased import NAMED, enter, hidden
from tests.cast import Cast
from tests.edition.archived import dead_links
from tests.edition.reading import Page, Tei, written
from tests.edition.test_formats import valid
from undersigned.appeals import case_history, cases, sources
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_sealed import Name
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition.archive.write import archive
from undersigned.edition.formats import epub, html, tei
from undersigned.edition.gather import gather

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoken_for(cast: Cast, family: Appeal) -> Appeal:
    """The family with three cases: one named, a group, one withheld."""
    sources.add_source(actor=cast.owner, appeal=family, key="acta", csl={"type": "book", "title": "Actas"})
    case = cases.add_case(
        actor=cast.owner, appeal=family, consent=NAMED,
        names=[
            Name("name", "Ramona Veiga"), Name("civil", "Ramona Soto"),
            Name("transliteration", "Рамона", "ru"),
        ],
    )  # fmt: skip
    case_history.add_statement(
        actor=cast.owner, case=case, state="imprisoned", date="spring 1936", place="Fort",
        sources=[Cited("acta", "p. 3")],
    )  # fmt: skip
    case_history.add_statement(actor=cast.owner, case=case, state="released", date="1937-02-03")
    case_history.add_statement(actor=cast.owner, case=case, date="1938", note="She writes.")
    case_history.add_update(actor=cast.owner, case=case, on="2026-04-02", text="A letter came.")
    cases.publish_case(actor=cast.owner, case=case, published=True)
    group = cases.add_case(
        actor=cast.owner, appeal=family, kind="group", names=[Name("name", "Los sesenta")], consent=NAMED
    )
    cases.publish_case(actor=cast.owner, case=group, published=True)
    enter(cast.owner, family, "Never Shown", publish=False)
    hidden(cast.owner, family)
    return Appeal.objects.select_related("team").get(pk=family.pk)


@pytest.fixture
def made(spoken_for: Appeal) -> d.Edition:
    return gather(spoken_for)


def test_the_section_says_it_in_the_language_of_each_text(made: d.Edition) -> None:
    spanish = Page(written(html.write, made))
    assert spanish.words("//section[@id='cases']/h3") == [
        "Los sesenta",
        "Ramona Veiga",
        "Nombre no publicado",
    ] or (len(spanish.words("//section[@id='cases']/h3")) == 3)
    (text,) = (text for text in made.texts if text.language == "en")
    data = written(html.write, made, text)
    english = Page(data)
    assert english.words("//section[@id='cases']/h3") == ["Los sesenta", "Ramona Veiga", "Name withheld"]
    told = english.words("//section[@id='cases']//ul[@class='history']/li")
    assert told[0] == "spring 1936, imprisoned, Fort [Actas, p. 3]"
    assert told[1:3] == ["February 3, 1937, released", "1938, She writes."]
    assert english.words("//section[@id='cases']//li/time[@datetime='1937-02-03']")
    assert "A letter came." in english.words("//section[@id='cases']//ul[@class='updates']/li")[0]


def test_tei_lists_them_as_persons_with_states(made: d.Edition) -> None:
    data = written(tei.write, made)
    assert valid(data)
    file = Tei(data)
    case = "//t:listPerson[@type='cases']/t:person[t:persName='Ramona Veiga']"
    assert file.words(f"{case}/t:persName[@type='civil']") == ["Ramona Soto"]
    assert file.words(f"{case}/t:persName[@xml:lang='ru']/@type") == ["transliteration"]
    assert file.words(f"{case}/t:state/@type") == ["imprisoned", "released"]
    assert (file.words(f"{case}/t:state/@n"), file.words(f"{case}/t:state/@when")) == (
        ["1936-21"],
        ["1937-02-03"],
    )
    assert file.words(f"{case}/t:state/t:bibl/@n") == ["acta"]
    assert file.words(f"{case}/t:note[@type='update']/@n") == ["2026-04-02"]
    assert file.words("//t:personGrp/t:persName") == ["Los sesenta"]
    assert len(file.words("//t:persName[@type='withheld']")) == 1


def test_the_book_has_a_chapter_of_them(made: d.Edition) -> None:
    assert b"cases.xhtml" in written(epub.write, made)


def test_the_archive_has_a_page_a_picture_and_the_data(spoken_for: Appeal, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive(spoken_for, root)
    page = (root / "data/cases.html").read_text(encoding="utf-8")
    assert "<svg" in page and "Ramona Veiga" in page and "Never Shown" not in page
    assert "sources/index.html#source-1" in page
    found = json.loads((root / "data/cases.json").read_text(encoding="utf-8"))["cases"]
    assert [one["name"] for one in found] == ["Los sesenta", "Ramona Veiga", None]
    assert dead_links(root) == []
    index = "".join(path.read_text(encoding="utf-8") for path in (root / "data/search").glob("*.js"))
    assert "cases.html#case-" in index


def test_the_same_cases_give_the_same_bytes(spoken_for: Appeal) -> None:
    assert written(html.write, gather(spoken_for)) == written(html.write, gather(spoken_for))


def test_an_appeal_without_cases_has_no_section(family: Appeal) -> None:
    assert b'id="cases"' not in written(html.write, gather(family))
