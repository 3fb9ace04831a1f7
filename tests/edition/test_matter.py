"""Persons, cases and correspondence: what an edition may hold besides, in the pure document alone."""

from dataclasses import replace

import pytest

from tests.edition.reading import Page, Tei, written
from tests.edition.test_formats import valid
from undersigned.edition import document as d
from undersigned.edition.formats import html, tei

pytestmark = pytest.mark.django_db

PERSON = d.Person(
    "arce", "Lino Arce",
    names=(d.OtherName("civil", "Lucía Arceniega Mor"), d.OtherName("initials", "L. A.")),
    born="1891", died="1958~", note="Teacher", identifiers=(("viaf", "1"),),
)  # fmt: skip
CASES = (
    d.Case("c1", "Ramón Veiga", state="imprisoned", shown="in prison", place="Castle", history=(
        d.CaseEvent("imprisoned", "in prison", "1927-10-02", "Castle", "after the raid"),
        d.CaseEvent("deported", "deported", "1928-21"),
    )),
    d.Case("c2", "The sixty of the warehouse", kind="group", state="imprisoned"),
)  # fmt: skip
LETTER = d.Letter(
    "l1", d.Named("Ernestina Valdomar"), d.Named("Lino Arce"), "el",
    (d.Paragraph((d.Str("Αγαπητή "), d.Emph((d.Str("φίλη"),)))),),
    kind="covering", place="Vigo", date="1927-11-14",
)  # fmt: skip


@pytest.fixture
def full(edition: d.Edition) -> d.Edition:
    """The edition with everything that other parts of the program may put into it."""
    text = edition.texts[0]
    noted = d.Note("editorial", 1, (d.Paragraph((d.Str("Of a lost passage."),)),), place="the old words")
    named = replace(text.addressee, person="arce")
    first, second, *rest = text.blocks
    assert isinstance(second, d.Paragraph)
    mentioned = replace(second, content=(d.Mention((d.Str("L. A."),), "arce"), *second.content))
    text = replace(text, addressee=named, editor_notes=(noted,), blocks=(first, mentioned, *rest))
    return replace(edition, texts=(text,), persons=(PERSON,), cases=CASES, correspondence=(LETTER,))


def test_persons_and_cases_are_lists_of_persons_in_tei(full: d.Edition) -> None:
    data = written(tei.write, full)
    assert valid(data)
    file = Tei(data)
    person = "//t:person[@xml:id='person-arce']"
    assert file.words(f"{person}/t:persName[@type='civil']") == ["Lucía Arceniega Mor"]
    assert file.words(f"{person}/t:idno[@type='viaf']") == ["1"]
    assert (file.words(f"{person}/t:birth/@when"), file.words(f"{person}/t:death/@when")) == (["1891"], [])
    assert file.words("//t:correspAction[@type='received']/t:persName/@ref") == ["#person-arce"]
    assert file.words("//t:body//t:persName/@ref") == ["#person-arce"]
    assert file.words("//t:listPerson[@type='cases']/*/t:persName") == [case.name for case in CASES]
    assert file.words("//t:person[@xml:id='case-c1']/t:state/@type") == ["imprisoned", "deported"]
    assert file.words("//t:personGrp/t:state/@type") == ["imprisoned"]


def test_correspondence_and_loose_notes_stand_in_the_back(full: d.Edition) -> None:
    file = Tei(written(tei.write, full))
    letter = "//t:back//t:div[@type='letter'][@subtype='covering']"
    assert file.words(f"{letter}/@xml:lang") == ["el"]
    assert file.words(f"{letter}//t:dateline") == ["Vigo, 1927-11-14"]
    assert file.words(f"{letter}//t:emph") == ["φίλη"]
    assert "the old words" in file.words("//t:back/t:div[@type='notes']/t:note")[0]


def test_a_page_shows_all_of_it(full: d.Edition) -> None:
    page = Page(written(html.write, full))
    assert page.words("//article//a[@class='person']/@href") == ["#person-arce"] * 2
    assert page.words("//dt[@id='person-arce']") == ["Lino Arce"]
    assert page.words("//section[@id='cases']//h3") == [case.name for case in CASES]
    assert page.words("//section[@id='correspondence']//article/@lang") == ["el"]
    assert "the old words" in page.words("//section[@class='unplaced']")[0]
