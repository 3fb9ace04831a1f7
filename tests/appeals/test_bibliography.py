"""References in the appeal's style and language: the golden test of each style that is offered."""

import re

import pytest

from undersigned.appeals import bibliography
from undersigned.appeals.models import Appeal
from undersigned.appeals.references.csl import clean

ITEMS = {
    "book": {
        "type": "book",
        "title": "The Bread of Others",
        "author": [{"family": "Ruiz", "given": "Ana"}, {"literal": "王小明"}],
        "issued": "1936",
        "publisher": "Quay Press",
        "publisher-place": "Porto",
        "edition": "2",
        "volume": "3",
    },
    "article": {
        "type": "article-journal",
        "title": "Flour",
        "author": [{"family": "Ruiz", "given": "Ana"}],
        "issued": "1936-07",
        "container-title": "Port Review",
        "volume": "12",
        "issue": "4",
        "page": "3-5",
    },
    "newspaper": {
        "type": "article-newspaper",
        "title": "No flour",
        "issued": "1936-07-06",
        "container-title": "Port Gazette",
        "page": "1",
    },
    "letter": {
        "type": "personal_communication",
        "title": "Letter on the ovens",
        "author": [{"literal": "Ana Ruiz"}],
        "recipient": [{"family": "Lund", "given": "Ole"}],
        "issued": "1936-21",
        "archive": "Harbour Museum",
        "archive_location": "Box 3, 12/4",
    },
    "manuscript": {
        "type": "manuscript",
        "title": "Notes on bread",
        "author": [{"family": "Ахматова", "given": "Анна"}],
        "issued": "1936~",
        "archive": "Harbour Museum",
        "archive-place": "Porto",
        "call-number": "MS 7",
    },
    "webpage": {
        "type": "webpage",
        "title": "Ovens",
        "URL": "https://ovens.example/x?y=1&z",
        "accessed": "2026-03-01",
        "author": [{"literal": "ندى"}],
    },
}
NOTE = {
    "book": "Ana Ruiz and 王小明, <i>The Bread of Others</i>, vol. 3, 2nd ed., Porto: Quay Press, 1936.",
    "article": "Ana Ruiz, “Flour”, <i>Port Review</i> 12, no. 4, July 1936, pp. 3–5.",
    "newspaper": "“No flour”, <i>Port Gazette</i>, July 6, 1936, p. 1.",
    "letter": "Ana Ruiz, Letter on the ovens, → Ole Lund, spring 1936, Harbour Museum, Box 3, 12/4.",
    "manuscript": "Анна Ахматова, Notes on bread, c. 1936, Harbour Museum, Porto, MS 7.",
    "webpage": "<bdi>ندى</bdi>, “Ovens”, https://ovens.example/x?y=1&amp;z, accessed March 1, 2026.",
}
AUTHOR_DATE = {
    "book": "Ruiz, Ana and 王小明 (1936). <i>The Bread of Others</i>. vol. 3, 2nd ed., Porto: Quay Press.",
    "article": "Ruiz, Ana (July 1936). “Flour”. <i>Port Review</i> 12, no. 4, pp. 3–5.",
    "newspaper": "“No flour” (July 6, 1936). <i>Port Gazette</i>, p. 1.",
    "letter": "Ana Ruiz (spring 1936). Letter on the ovens. → Ole Lund. Harbour Museum, Box 3, 12/4.",
    "manuscript": "Ахматова, Анна (c. 1936). Notes on bread. Harbour Museum, Porto, MS 7.",
    "webpage": "<bdi>ندى</bdi>. “Ovens”. https://ovens.example/x?y=1&amp;z, accessed March 1, 2026.",
}
SPANISH = {
    "book": "Ana Ruiz y 王小明, <i>The Bread of Others</i>, vol. 3, 2.ª ed., Porto: Quay Press, 1936.",
    "newspaper": "«No flour», <i>Port Gazette</i>, 6 de julio de 1936, p. 1.",
}
STYLES = Appeal.CitationStyle


def entry(name: str, style: str, language: str = "en") -> str:
    return bibliography.entry(clean(name, ITEMS[name]), style=style, language=language)


@pytest.mark.parametrize("name", ITEMS)
def test_the_note_style_is_as_it_was(name: str) -> None:
    assert entry(name, STYLES.NOTE) == NOTE[name]


@pytest.mark.parametrize("name", ITEMS)
def test_the_author_date_style_is_as_it_was(name: str) -> None:
    assert entry(name, STYLES.AUTHOR_DATE) == AUTHOR_DATE[name]


@pytest.mark.parametrize("name", SPANISH)
def test_a_reference_speaks_the_language_of_the_text(name: str) -> None:
    assert entry(name, STYLES.NOTE, "es") == SPANISH[name]


@pytest.mark.parametrize("language", ["ar", "fr", "he", "ka", "zh-Hant", "xx", ""])
@pytest.mark.parametrize("style", STYLES.values)
def test_every_language_gives_a_reference(language: str, style: str) -> None:
    for name in ITEMS:
        shown = entry(name, style, language)
        assert any(part in shown for part in ("Ruiz", "No flour", "Ахматова", "ندى"))


def test_a_citation_has_its_place_instead_of_all_pages() -> None:
    item = clean("a", ITEMS["article"])
    shown = bibliography.citation(item, style=STYLES.NOTE, language="en", label="page", locator="4")
    assert shown == "Ana Ruiz, “Flour”, <i>Port Review</i> 12, no. 4, July 1936, p. 4"
    short = bibliography.citation(item, style=STYLES.AUTHOR_DATE, language="fr", label="folio", locator="2r")
    assert short == "Ruiz 1936, fᵒ 2r"


MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)> & <span class="nocase">x</span>'


def test_data_never_become_markup() -> None:
    item = clean(
        "x",
        {
            "type": "book",
            "title": MARKUP,
            "author": [{"family": MARKUP, "given": "</i>"}, {"literal": MARKUP}],
            "publisher": MARKUP,
            "issued": MARKUP,
            "archive_location": MARKUP,
        },
    )
    for style in STYLES.values:
        for shown in (
            bibliography.entry(item, style=style, language="en"),
            bibliography.citation(item, style=style, language="en", label="page", locator=MARKUP),
        ):
            bare = re.sub("</?(?:i|bdi)>", "", shown)
            assert "<" not in bare and "&lt;script&gt;" in bare
    assert "<" not in bibliography.plain(item, language="en")


def test_a_reference_that_no_style_can_set_is_shown_plainly() -> None:
    item = clean("x", ITEMS["letter"])
    assert bibliography.entry(item, style="none", language="en") == (
        "Ana Ruiz, Letter on the ovens, spring 1936, Harbour Museum, Box 3, 12/4"
    )


def test_words_that_run_the_other_way_are_set_apart() -> None:
    item = clean("x", {"type": "book", "title": "كتاب المد", "author": [{"family": "الحاج", "given": "ندى"}]})
    assert (
        bibliography.entry(item, style=STYLES.NOTE, language="en")
        == "ندى الحاج, <i><bdi>كتاب المد</bdi></i>."
    )
    assert "<bdi>No flour</bdi>" in entry("newspaper", STYLES.NOTE, "ar")
