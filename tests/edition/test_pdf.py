"""A PDF is tagged, has its language and title, holds its fonts, and can be read in every script."""

import io
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pikepdf
import pypdfium2
import pytest

from tests.cast import Cast
from tests.edition.conftest import SCRIPTS, derived, source_in
from tests.edition.reading import written
from tests.edition.test_formats import EVERYTHING
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition import formats
from undersigned.edition.gather import gather
from undersigned.edition.nodes import Paragraph, Str

pytestmark = pytest.mark.django_db
pdf = pytest.importorskip(
    "undersigned.edition.formats.pdf", reason="Pango is not installed", exc_type=formats.Unavailable
)


def opened(edition: d.Edition, text: d.Text | None = None) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(written(pdf.write, edition, text)))


def words(data: bytes) -> str:
    """All words of all pages."""
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n")


def elements(document: pikepdf.Pdf) -> list[Any]:
    """Every structure element."""
    return [
        found for found in document.objects
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/StructElem"
    ]  # fmt: skip


def with_everything(cast: Cast, family: Appeal, language: str = "") -> tuple[d.Edition, d.Text]:
    base = reading.current_version(reading.original(family))
    source = source_in(language) if language else EVERYTHING
    derived(cast, base, "translation", language or "en", source, slug="all")
    made = gather(family)
    return made, next(text for text in made.texts if text.slug == "all")


def test_it_is_tagged_and_says_its_language_and_title(edition: d.Edition) -> None:
    document = opened(edition)
    assert document.Root.MarkInfo.Marked is True
    assert str(document.Root.Lang) == "es"
    assert document.Root.ViewerPreferences.DisplayDocTitle is True
    assert str(document.docinfo["/Title"]) == edition.texts[0].title
    assert str(document.docinfo["/Author"]) == "Ernestina Valdomar"
    assert document.Root.StructTreeRoot.K
    with document.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == edition.texts[0].title


def test_headings_lists_notes_and_links_are_structure(cast: Cast, family: Appeal) -> None:
    document = opened(*with_everything(cast, family))
    found = elements(document)
    kinds = {str(element.S) for element in found}
    assert {"/Document", "/H1", "/H2", "/P", "/L", "/LI", "/Link", "/Note", "/Table", "/TH"} <= kinds
    notes = [element for element in found if element.S == "/Note"]
    assert len({str(note.ID) for note in notes}) == len(notes) == 2
    with document.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Everything & <more>"]
        assert "Signatories" not in [item.title for item in outline.root[0].children]


def test_every_font_is_in_the_file(edition: d.Edition) -> None:
    document = opened(edition)
    fonts = [
        found for found in document.objects
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/FontDescriptor"
    ]  # fmt: skip
    assert fonts
    for font in fonts:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys())


def test_the_same_edition_gives_the_same_bytes(edition: d.Edition) -> None:
    assert written(pdf.write, edition) == written(pdf.write, edition)


def test_another_process_gives_the_same_bytes() -> None:
    """Names and orders that a process makes up (hash seeds, addresses) are in no file."""
    program = (
        "import hashlib, io; from bench.edition import edition; "
        "from undersigned.edition.formats import pdf; out = io.BytesIO(); made = edition(3); "
        "pdf.write(made, made.texts[0], out); print(hashlib.sha256(out.getvalue()).hexdigest())"
    )
    said = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True,
                       env={"PYTHONPATH": "src:.", "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_script_can_be_read_and_copied(cast: Cast, family: Appeal, language: str) -> None:
    data = written(pdf.write, *with_everything(cast, family, language))
    found = words(data)
    assert str(pikepdf.open(io.BytesIO(data)).Root.Lang) == language
    # A font without a letter shows an empty box, and copies as U+FFFD or nothing.
    assert "\ufffd" not in found and "\x00" not in found
    if language != "ar":
        assert SCRIPTS[language][0] in found
        assert SCRIPTS[language][3] in found
    else:
        # What is copied may come in visual order: each letter is there.
        assert set("عبّارة") <= set(found)


def test_a_note_stands_at_the_foot_of_the_page_of_its_mark(cast: Cast, family: Appeal) -> None:
    made, text = with_everything(cast, family, "el")
    page = pypdfium2.PdfDocument(written(pdf.write, made, text))[0]
    place = page.get_textpage().search(SCRIPTS["el"][3]).get_next()
    assert place is not None
    bottom = page.get_textpage().get_charbox(place[0])[1]
    assert bottom < page.get_height() * 0.15


def test_a_note_longer_than_a_page_loses_nothing(edition: d.Edition) -> None:
    text = edition.texts[0]
    assert text.notes
    said = " ".join(f"w{number}w" for number in range(3000))
    long = replace(text.notes[0], blocks=(Paragraph((Str(said),)),))
    found = words(written(pdf.write, edition, replace(text, notes=(long, *text.notes[1:]))))
    assert all(f"w{number}w" in found for number in range(3000))


def test_only_those_who_asked_to_be_kept_are_named(edition: d.Edition) -> None:
    found = words(written(pdf.write, edition))
    assert "Amparo Veiga" in found and "Мария Ковалёва" in found and "Garza Real" in found
    for name in ("Nokeep", "Consentless", "Unlisted", "Kept Civil", "people.example"):
        assert name not in found


def test_too_many_names_are_counted_and_their_place_is_told(
    edition: d.Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST_NAMES", 3)
    found = words(written(pdf.write, edition))
    assert "Amparo Veiga" not in found
    assert "TEI" in found


def test_nothing_is_fetched_for_a_page() -> None:
    fetcher = pdf.fetch_nothing()
    for address in ("http://127.0.0.1:1/", "file:///etc/hostname"):
        with pytest.raises(ValueError, match="disallowed"):
            fetcher.fetch(address)


def test_without_pango_the_reason_says_what_to_install() -> None:
    program = (
        "import ctypes.util, cffi\n"
        "def no(*args, **kwargs): raise OSError('cannot load library')\n"
        "cffi.FFI.dlopen = no\n"
        "from undersigned.edition import formats\n"
        "row = next(row for row in formats.FORMATS if row.name == 'pdf')\n"
        "try: formats.load(row)\n"
        "except formats.Unavailable as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "src"},
    )
    assert done.stdout.startswith("pdf: Pango is not installed (Debian: apt-get install libpango-1.0-0"), done
    assert done.stdout.count("\n") == 1


def test_signs_without_a_glyph_are_told_by_script_and_not_by_name(edition: d.Edition) -> None:
    # For private use: no font has to have them.
    text = replace(edition.texts[0], title="\U000f1234\U000f1235")
    with formats.listening() as told:
        written(pdf.write, edition, text)
    (said,) = told
    assert said.startswith("2 signs are printed as empty boxes") and "OTHER" in said
    assert "\U000f1234" not in said
    with formats.listening() as told:
        written(pdf.write, edition)
    assert told == []
