"""Persons in an edition: an index, TEI with references, Markdown that can be read again, the archive."""

import json
from pathlib import Path

import pytest

from tests.appeals.cased import NAMED
from tests.appeals.personed import HIDDEN, KELL, VEILED, enter
from tests.cast import Cast
from tests.edition.archived import dead_links
from tests.edition.reading import Page, Tei, written
from tests.edition.test_formats import valid
from undersigned.appeals import (
    case_files,
    case_history,
    cases,
    markup,
    person_files,
    person_mentions,
    reading,
)
from undersigned.appeals.case_sealed import Name
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_sealed import PersonAbout, PersonName
from undersigned.edition import document as d
from undersigned.edition.archive.write import archive
from undersigned.edition.build import build
from undersigned.edition.formats import epub, html, markdown, tei
from undersigned.edition.gather import gather, one_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def peopled(cast: Cast, family: Appeal) -> Appeal:
    """The family with its addressee, somebody linked from the words, and one whom nobody may know."""
    text = reading.original(family)
    version = reading.current_version(text)
    assert version is not None
    head, body = markup.split(version.source)
    lino = PersonAbout(
        names=(
            PersonName("name", head.addressee.name), PersonName("civil", "Lucía Mor", "es", "1891", "1920~"),
        ),
        note="Painter.", roles=("addressee",),
    )  # fmt: skip
    enter(cast.owner, family, "lino", lino)
    person = enter(cast.owner, family)
    words = markup.words_of(body).split("\n\n")[1].split()[0]
    person_mentions.mention(actor=cast.owner, person=person, text=text, passage=words, occurrence=1)
    enter(cast.owner, family, "the-heron", VEILED, level="withheld")
    case = cases.add_case(
        actor=cast.owner, appeal=family, consent=NAMED, names=[Name("name", "Ramona Veiga")]
    )
    case_history.add_statement(actor=cast.owner, case=case, state="released", date="1937-02-03")
    cases.publish_case(actor=cast.owner, case=case, published=True)
    return Appeal.objects.select_related("team").get(pk=family.pk)


@pytest.fixture
def made(peopled: Appeal) -> d.Edition:
    return gather(peopled)


def test_the_index_says_where_each_is_named(made: d.Edition) -> None:
    page = Page(written(html.write, made))
    assert page.words("//section[@id='persons']//dt") == ["Anna Kell", made.persons[1].name]
    (target,) = page.words("//p[@class='mentioned']/a/@href")
    assert page.words(f"//*[@id='{target[1:]}']//a[@class='person']/@href") == ["#person-anna-kell"]
    assert page.words("//div[@class='byline']//a[@class='person']/@href") == ["#person-lino"]
    assert page.words("//section[@id='persons']//em") == ["ferry school"]


def test_tei_lists_them_and_refers_to_them(made: d.Edition) -> None:
    data = written(tei.write, made)
    assert valid(data)
    file = Tei(data)
    kell = "//t:person[@xml:id='person-anna-kell']"
    assert file.words(f"{kell}/@role") == ["author mentioned"]
    assert file.words(f"{kell}/t:persName[@type='pseudonym']/@from") == ["1921"]
    assert file.words(f"{kell}/t:birth/@when") == ["1890-05-03"]
    assert file.words(f"{kell}/t:idno/@type") == ["viaf", "wikidata", "orcid"]
    assert file.words("//t:body//t:persName/@ref") == ["#person-anna-kell"]
    assert file.words("//t:correspAction[@type='received']/t:persName/@ref") == ["#person-lino"]


def test_nobody_finds_who_is_withheld(made: d.Edition) -> None:
    for write in (html.write, tei.write, markdown.write):
        data = written(write, made).decode()
        assert not any(part in data for part in (*HIDDEN.split(), "Heron", "the-heron", "998877665"))


def test_markdown_holds_persons_and_cases_and_the_same_words(made: d.Edition, tmp_path: Path) -> None:
    text = made.texts[0]
    data = written(markdown.write, made)
    assert markup.split(data.decode())[1] == markup.split(text.markdown)[1]
    parsed = person_files.read(data)
    assert parsed.problems == [] and [one.ident for one in parsed.records] == ["anna-kell", "lino"]
    assert parsed.records[0].about.names == KELL.names and parsed.records[0].about.note == KELL.note
    (case,) = case_files.read(data).records
    assert case.names[0].text == "Ramona Veiga" and case.statements[0].date == "1937-02-03"
    build(made, tmp_path / "e")
    listed = json.loads((tmp_path / "e/manifest.json").read_text())["data"]
    assert [file["format"] for file in listed] == ["persons", "cases"]
    beside = person_files.read((tmp_path / "e" / listed[0]["name"]).read_bytes())
    assert beside.records == parsed.records


def test_a_book_and_an_archive_lead_to_them(peopled: Appeal, made: d.Edition, tmp_path: Path) -> None:
    book = written(epub.write, made)
    assert b"persons.xhtml" in book
    root = tmp_path / "archive"
    archive(peopled, root)
    page = (root / "data/persons.html").read_text(encoding="utf-8")
    assert "Anna Kell" in page and "index.html#p" in page
    assert dead_links(root) == []
    assert len(json.loads((root / "data/persons.json").read_text(encoding="utf-8"))["persons"]) == 2


def test_one_text_alone_leads_nowhere(peopled: Appeal) -> None:
    alone = one_text(peopled, reading.public_texts(peopled)[0])
    assert b"#person-" not in written(html.write, alone)
