"""Each part of a printed edition of a letter is found as structure in what we write of it."""

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.edition.conftest import LETTER, MODEL, make
from tests.edition.reading import Page, Tei, written
from undersigned.appeals import letter
from undersigned.appeals.letter import Imported
from undersigned.edition import document as d
from undersigned.edition.formats import html, tei
from undersigned.edition.gather import gather

pytestmark = pytest.mark.django_db

SHARED_ONLY = pytest.mark.skipif(not MODEL.exists(), reason="the model letter is not at UNDERSIGNED_SHARED")


@pytest.fixture(params=[LETTER, pytest.param(MODEL, marks=SHARED_ONLY)], ids=["invented", "model"])
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def known(path: Path) -> Imported:
    return letter.read_letter_file(path)


@pytest.fixture
def made(cast: Cast, path: Path) -> d.Edition:
    return gather(make(cast, path, "letter").text.appeal)


@pytest.fixture
def file(made: d.Edition) -> Tei:
    return Tei(written(tei.write, made))


@pytest.fixture
def page(made: d.Edition) -> Page:
    return Page(written(html.write, made))


def test_the_title(known: Imported, file: Tei, page: Page) -> None:
    assert file.words("//t:titleStmt/t:title[@type='supplied']") == [known.head.title]
    assert page.words("//h1") == page.words("//title") == [known.head.title]


def test_the_author(known: Imported, file: Tei, page: Page) -> None:
    sent = "//t:correspAction[@type='sent']/t:persName"
    assert file.words("//t:titleStmt/t:author") == file.words(sent) == [known.head.author]
    assert page.classed("author") == [known.head.author]


def test_the_date(known: Imported, file: Tei, page: Page) -> None:
    assert file.words("//t:correspAction[@type='sent']/t:date/@when") == [known.head.date]
    assert file.words("//t:creation/t:date/@when") == [known.head.date]
    assert page.words("//p[@class='date']/time/@datetime") == [known.head.date]
    assert known.head.extra["date-as-written"] in page.classed("date")


def test_the_addressee_with_pseudonym_and_civil_name(known: Imported, file: Tei, page: Page) -> None:
    addressee = known.head.addressee
    assert addressee.pseudonym and addressee.civil_name and addressee.note
    received = "//t:correspAction[@type='received']/t:persName"
    assert file.words(received) == [addressee.name]
    assert file.words(f"{received}/@ref") == ["#addressee"]
    person = "//t:listPerson/t:person[@xml:id='addressee']"
    assert file.words(f"{person}/t:persName[@type='pseudonym']") == [addressee.pseudonym]
    assert file.words(f"{person}/t:persName[@type='civil']") == [addressee.civil_name]
    assert file.words(f"{person}/t:note") == [addressee.note]
    assert page.classed("pseudonym") == [addressee.name]
    assert page.classed("civil-name") == [addressee.civil_name]
    assert page.classed("life") == [addressee.note]


def test_the_printed_source_with_volume_and_page(known: Imported, file: Tei, page: Page) -> None:
    source = known.head.source
    monograph = "//t:sourceDesc/t:biblStruct/t:monogr"
    assert file.words("//t:biblStruct/t:analytic/t:title") == [source.part]
    assert file.words(f"{monograph}/t:title") == [source.title]
    assert file.words(f"{monograph}/t:biblScope[@unit='volume']") == [source.volume]
    assert file.words(f"{monograph}/t:biblScope[@unit='page']") == [source.pages]
    assert file.words(f"{monograph}/t:imprint/t:publisher") == [source.publisher]
    assert file.words(f"{monograph}/t:imprint/t:pubPlace") == [source.place]
    assert file.words(f"{monograph}/t:imprint/t:date/@when") == [source.year]
    assert page.classed("source-title") == [source.title]
    assert source.volume in page.classed("volume")[0]
    assert source.pages in page.classed("pages")[0]


def test_the_translation(known: Imported, file: Tei, page: Page) -> None:
    language = known.head.translated_from
    assert file.words("//t:analytic/t:textLang/@mainLang") == [language]
    assert file.words("//t:langUsage/t:language/@ident") == [known.head.lang, language]
    assert len(page.classed("translated-from")) == 1
    if known.head.translator:
        assert file.words("//t:respStmt[t:resp='translator']/t:name") == [known.head.translator]
        assert page.classed("translator") == [known.head.translator]


def test_the_archive_and_its_papers(known: Imported, file: Tei, page: Page) -> None:
    fonds, _, archive = known.head.archive.partition(", ")
    assert file.words("//t:msIdentifier/t:repository") == [archive]
    assert file.words("//t:msIdentifier/t:collection") == [fonds]
    assert (page.classed("archive"), page.classed("fonds")) == ([archive], [fonds])


def test_the_editors_note(known: Imported, file: Tei, page: Page) -> None:
    plain = known.head.note.replace("*", "").replace("\n", " ")
    assert file.words("//t:notesStmt/t:note[@type='editorial']") == [plain]
    assert file.all("//t:notesStmt/t:note//t:emph")
    assert page.words("//section[@id='editorial-note']/p") == [plain]
    assert page.all("//section[@id='editorial-note']//em")


def test_the_salutation(known: Imported, file: Tei, page: Page) -> None:
    greeting = known.body.split("\n\n")[0].replace("\n", " ")
    assert file.words("//t:body//t:opener/t:salute") == [greeting]
    assert page.classed("salutation") == [greeting]


def test_the_emphasis(file: Tei, page: Page, known: Imported) -> None:
    stressed = known.body.split("\n[^")[0].count("*") // 2
    assert stressed == len(file.all("//t:body//t:emph[not(ancestor::t:note)]"))
    assert stressed == len(page.all("//article//p[not(ancestor::aside)]//em"))


def test_the_footnotes_at_their_marks(known: Imported, file: Tei, page: Page) -> None:
    count = known.body.count("\n[^")
    assert count >= 2
    assert file.words("//t:body//t:p//t:note[@type='authorial']/@n") == [str(n + 1) for n in range(count)]
    for number in range(1, count + 1):
        before = known.body.split(f"[^{number}]")[0].rsplit(maxsplit=1)[-1].strip("*")
        (note,) = file.all(f"//t:note[@n='{number}'][@type='authorial']")
        typed = known.body.split(f"\n[^{number}]: ")[1].split("\n\n[^")[0]
        assert " ".join("".join(note.itertext()).split()) == typed.replace("*", "").replace("\n", " ").strip()
        previous = note.getprevious()
        led = "".join(note.xpath("preceding-sibling::node()[1]/descendant-or-self::text()"))
        assert led.endswith(before) or (previous is not None and before in "".join(previous.itertext()))
        (mark,) = page.all(f"//article//p/sup/a[@href='#note-{number}'][@role='doc-noteref']")
        assert mark.get("id") == f"note-{number}-mark"
        (beside,) = page.all(f"//aside[@id='note-{number}'][@role='doc-footnote']")
        assert beside.xpath("a[@role='doc-backlink']/@href") == [f"#{mark.get('id')}"]


def test_the_series_and_who_published_it(known: Imported, file: Tei, page: Page) -> None:
    assert file.words("//t:seriesStmt/t:title[@level='s']") == [known.head.series]
    assert page.classed("series") == [known.head.series]
    assert page.classed("published-by") == [known.head.extra["publisher"]]


def test_no_word_of_the_letter_is_lost(known: Imported, file: Tei, page: Page) -> None:
    printed, shown = " ".join(file.words("//t:text")), " ".join(page.words("//article"))
    for word in known.body.replace("*", "").replace("\\", "").split():
        if "[^" not in word:
            assert word in printed
            assert word in shown
