"""Validators of others accept what an edition, an archive and the site are made of."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from django.test import Client
from lxml import etree

from tests.cast import Cast
from tests.edition import validators
from tests.edition.conftest import derived, source_in
from tests.edition.reading import written
from tests.edition.test_formats import EVERYTHING
from tests.edition.test_matter import CASES, LETTER, PERSON
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition import formats
from undersigned.edition.archive.write import archive
from undersigned.edition.formats import epub, html, tei
from undersigned.edition.gather import gather
from undersigned.operate.demonstration import load as demonstration

pytestmark = pytest.mark.django_db

SITE = (
    "/", "/how/", "/confirm/", "/appeals/lamp/en/", "/appeals/lamp/es/", "/appeals/lamp/en/versions/1/",
    "/appeals/lamp/en/versions/2/changes/", "/appeals/lamp/names/", "/appeals/lamp/names/organisations/",
    "/appeals/lamp/variants/", "/appeals/lamp/sources/", "/appeals/lamp/cases/", "/appeals/lamp/delivery/",
    "/appeals/lamp/verify/", "/appeals/lamp/privacy/", "/appeals/lamp/en/signed/",
    "/appeals/lamp/en/organisation/", "/desk/",
)  # fmt: skip


@pytest.fixture
def rich(cast: Cast, family: Appeal) -> d.Edition:
    """Texts in three scripts with everything that Markdown has, persons, cases and letters."""
    base = reading.current_version(reading.original(family))
    derived(cast, base, "translation", "en", EVERYTHING, slug="all")
    derived(cast, base, "translation", "ar", source_in("ar"))
    made = gather(family)
    return replace(made, persons=(PERSON,), cases=CASES, correspondence=(LETTER,))


@pytest.fixture
def demonstrated(db: None) -> Appeal:
    """The demonstration appeal, with all that the program can."""
    loaded = demonstration.load()
    assert loaded
    return loaded


def test_tei_is_valid_by_the_consortiums_dtd_and_by_our_schema(rich: d.Edition) -> None:
    for text in rich.texts:
        data = written(tei.write, rich, text)
        assert validators.tei_by_ours(data) == []
        assert validators.tei_by_dtd(data) == []


def test_the_projection_leaves_nothing_else_out(rich: d.Edition) -> None:
    """Letters, persons, cases, notes and signatories are all in what the DTD sees."""
    data = written(tei.write, rich, next(text for text in rich.texts if text.slug == "es"))
    for name in ("correspDesc", "listPerson", "personGrp", "biblStruct", "note", "salute", "item", "change"):
        broken = data.replace(f"<{name}".encode(), b"<head", 1)
        assert broken != data
    spoiled = etree.fromstring(data)
    letter = next(spoiled.iter(validators.TEI + "correspDesc"))
    letter.append(etree.Element(validators.TEI + "salute"))
    assert validators.tei_by_dtd(etree.tostring(spoiled)) != []


def test_every_book_of_it_is_valid_by_epubcheck(rich: d.Edition, tmp_path: Path) -> None:
    text = next(text for text in rich.texts if text.slug == "all")
    path = tmp_path / "all.epub"
    path.write_bytes(written(epub.write, rich, text))
    assert validators.epubcheck(path) == ""


def test_every_page_of_it_is_valid_by_the_html_checker(rich: d.Edition, tmp_path: Path) -> None:
    for text in rich.texts:
        (tmp_path / f"{text.slug}.html").write_bytes(written(html.write, rich, text))
    assert validators.html_checker(sorted(tmp_path.glob("*.html"))) == []


def test_the_demonstrations_archive_and_site_are_valid(demonstrated: Appeal, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    archive(demonstrated, root)
    pages = sorted(root.rglob("*.html"))
    assert len(pages) > 15
    site = list(_site(tmp_path / "site"))
    assert validators.html_checker([*pages, *site]) == []
    for path in root.rglob("*.tei.xml"):
        assert validators.tei_by_ours(path.read_bytes()) == []
        assert validators.tei_by_dtd(path.read_bytes()) == []


def _site(folder: Path) -> Iterator[Path]:
    """A sample of the site's own pages, as anybody gets them."""
    folder.mkdir()
    for address in SITE:
        answer = Client(headers={"accept-language": "en"}).get(address, follow=True)
        assert answer.status_code == 200, address
        path = folder / f"{address.strip('/').replace('/', '-') or 'front'}.html"
        path.write_bytes(answer.content)
        yield path


def test_a_pdf_says_its_language_and_title_and_has_all_of_it_tagged(rich: d.Edition) -> None:
    try:
        write = formats.load(next(row for row in formats.FORMATS if row.name == "pdf"))
    except formats.Unavailable as error:
        pytest.skip(str(error))
    for slug in ("all", "ar"):
        text = next(text for text in rich.texts if text.slug == slug)
        document = pikepdf.open(io.BytesIO(written(write, rich, text)))
        assert (str(document.Root.Lang), str(document.docinfo["/Title"])) == (text.language, text.title)
        assert document.Root.MarkInfo.Marked is True
        assert document.Root.ViewerPreferences.DisplayDocTitle is True
        assert document.check_pdf_syntax() == []
        for page in document.pages:
            assert "/StructParents" in page and page.get("/Tabs") == "/S"
            assert _untagged(page) == []


def _untagged(page: pikepdf.Page) -> list[str]:
    """Words drawn outside every tag and artifact: a screen reader would never come to them."""
    depth, found = 0, []
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
        if operator in ("Tj", "TJ", "'", '"') and depth == 0:
            found.append(operator)
    return found
