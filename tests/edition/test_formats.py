"""Every format of an edition is valid, complete, and names nobody who did not ask to be kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.edition.conftest import SCRIPTS, derived, source_in
from tests.edition.reading import Page, Tei, written
from tests.edition.validators import tei_by_ours
from undersigned.appeals import markup, reading
from undersigned.appeals.models import Appeal
from undersigned.appeals.publish import frozen_bytes
from undersigned.edition import document as d
from undersigned.edition.formats import csl, html, markdown, tei
from undersigned.edition.gather import NothingPublished, gather
from undersigned.lib.canonical import version_digest
from undersigned.signing import erase, sequence, withdraw
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db

WRITERS: dict[str, Callable[..., None]] = {
    "html": html.write, "tei": tei.write, "markdown": markdown.write, "csl": csl.write,
}  # fmt: skip


EVERYTHING = """\
---
title: Everything & <more>
author: A; B
lang: en
date: spring 1936
introduction: Read *this*.
archive: Vane Papers, Carrow Library
shelfmark: MS 12
series: Letters
series-order: '4'
---

Dear friends,

# One[^1]

First `code` **strong** [link](https://a.example "t") <https://b.example>.

> Line one\\
> Line two\\
> Line three

> A quotation[^ed1]
>
> - with a list

## Two

3. three
4. four

   more

***

    kept  as it is

### Three

Again[^1], and [an *anchor*](#x).

# Last

Yours,\\
A and B

[^1]: A note of[^1]

    two paragraphs.

[^ed1]: By the editors.
"""


def valid(data: bytes) -> bool:
    """Whether a file is what our schema says."""
    return not tei_by_ours(data)


def test_tei_of_every_text_is_valid_by_our_schema(edition: d.Edition) -> None:
    assert [valid(written(tei.write, edition, text)) for text in edition.texts] == [True] * 3


def test_a_body_with_everything_that_markdown_has_is_valid(cast: Cast, family: Appeal) -> None:
    base = reading.current_version(reading.original(family))
    derived(cast, base, "translation", "en", EVERYTHING, slug="all")
    made = gather(family)
    text = next(text for text in made.texts if text.slug == "all")
    data = written(tei.write, made, text)
    assert valid(data)
    file, page = Tei(data), Page(written(html.write, made, text))
    assert file.words("//t:body/t:div/t:div/t:head/text()") == ["One", "Last"]
    assert file.words("//t:body/t:div/t:div/t:div/t:head") == ["Two"]
    assert file.words("//t:body//t:closer") == ["Yours,A and B"]
    assert file.words("//t:lg/t:l") == ["Line one", "Line two", "Line three"]
    assert file.words("//t:list/t:item/@n") == ["3", "4"]
    assert [note.get("type") for note in file.all("//t:body//t:note")] == ["authorial", "editorial"]
    assert file.words("//t:body//t:ref[@type='note']/@target") == ["#note-1", "#note-1"]
    assert file.words("//t:creation/t:date/@n") == ["1936-21"]
    assert file.words("//t:front//t:emph") == ["this"]
    assert file.words("//t:msIdentifier/*") == ["Carrow Library", "Vane Papers", "MS 12"]
    assert file.words("//t:seriesStmt/t:biblScope") == ["4"]
    assert file.words("//t:titleStmt/t:author") == ["A", "B"]
    assert page.words("//aside/@id") == ["note-1", "ed-note-1"]
    assert page.words("//article//h2 | //article//h3 | //article//h4")[1:] == ["One1", "Two", "Three", "Last"]
    assert page.words("//pre[not(ancestor::section)]") == ["kept as it is"]
    again = written(markdown.write, made, text).decode()
    assert version_digest(frozen_bytes(*markup.split(again), {})) == text.version.digest


def test_the_apparatus_shows_where_versions_and_adaptations_differ(edition: d.Edition) -> None:
    file = Tei(written(tei.write, edition))
    assert file.words("//t:listWit/t:witness/@n") == ["es-1", "es-2", "cartel-1", "en-1"]
    assert file.words("//t:variantEncoding/@method") == ["location-referenced"]
    entries = [
        (entry.get("loc"), entry.get("from"), *(said.strip() for said in entry.xpath("*/text()")),
         entry[1].get("wit"))
        for entry in file.all("//t:listApp/t:app")
    ]  # fmt: skip
    assert ("2", "#p2", "aún", "#wit-es-1") in entries
    assert ("4", "#p4", "abrazo", "saludo", "#wit-es-1") in entries
    assert ("3", "#p3", "Haga", "Hagan", "#wit-cartel-1") in entries
    assert not [entry for entry in entries if entry[-1] == "#wit-en-1"]
    for _, target, *_rest in entries:
        assert file.all(f"//*[@xml:id='{target[1:]}']")
    page = Page(written(html.write, edition))
    assert page.words("//section[@id='variants']//del") == [
        "saludo",
        "Estimada compañera Arce:",
        "Hagan",
    ] or ("saludo" in page.words("//section[@id='variants']//del"))
    assert "abrazo" in page.words("//section[@id='variants']//ins")


def test_a_derived_text_says_what_it_follows(edition: d.Edition) -> None:
    english = next(text for text in edition.texts if text.slug == "en")
    assert english.derived_from == d.Derivation("es", 2, "For readers abroad", "Inés Paz")
    (told,) = Page(written(html.write, edition, english)).classed("derived-from")
    assert "es" in told and "2" in told and "Inés Paz" in told


def test_versions_stand_with_their_digests_the_newest_first_in_tei(edition: d.Edition) -> None:
    text = edition.texts[0]
    file = Tei(written(tei.write, edition))
    assert file.words("//t:revisionDesc//t:change/@n") == ["2", "1"]
    assert file.words("//t:change/t:idno") == [version.sha256 for version in reversed(text.versions)]
    assert file.words("//t:publicationStmt/t:idno[@type='SHA-256']") == [text.version.sha256]
    page = Page(written(html.write, edition))
    assert page.words("//section[@id='versions']//code[@class='digest']") == [v.sha256 for v in text.versions]
    assert text.version.sha256 in page.words("//section[@id='verify']")[0]
    assert edition.log is not None
    assert edition.log.vkey in page.words("//section[@id='verify']")[0]


def test_markdown_gives_the_same_canonical_bytes_again(edition: d.Edition) -> None:
    for text in edition.texts:
        head, body = markup.split(written(markdown.write, edition, text).decode("utf-8"))
        assert frozen_bytes(head, body, {}) == text.canonical
        assert version_digest(frozen_bytes(head, body, {})) == text.version.digest


def test_csl_cites_the_edition_itself(edition: d.Edition) -> None:
    own, *sources = json.loads(written(csl.write, edition))
    assert sources == []
    assert (own["id"], own["type"]) == ("faro-es", "personal_communication")
    assert own["author"] == [{"literal": "Ernestina Valdomar"}]
    assert own["recipient"] == [{"literal": "Lino Arce"}]
    assert own["original-date"] == {"date-parts": [[1927, 11, 14]]}
    assert (own["archive"], own["archive_collection"]) == (
        "Archivo Municipal de Puerto Hondo",
        "Fondo Lucía Arce",
    )
    assert own["collection-title"] == "Voces de la ría"
    assert edition.texts[0].version.sha256 in own["note"]


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_script_keeps_its_words_and_its_direction(cast: Cast, family: Appeal, language: str) -> None:
    title, greeting, _words, note = SCRIPTS[language]
    base = reading.current_version(reading.original(family))
    derived(cast, base, "translation", language, source_in(language))
    made = gather(family)
    text = next(text for text in made.texts if text.language == language)
    page, data = Page(written(html.write, made, text)), written(tei.write, made, text)
    direction = "rtl" if language == "ar" else "ltr"
    assert page.words("//html/@lang | //html/@dir") == [language, direction]
    assert page.words("//h1") == [title]
    assert page.classed("salutation") == [greeting]
    assert note in page.words("//aside")[0]
    assert valid(data)
    file = Tei(data)
    assert file.words("/t:TEI/@xml:lang") == [language]
    assert (file.words("//t:salute"), file.words("//t:body//t:note")) == ([greeting], [note])


def names(edition: d.Edition) -> str:
    """All that all files say."""
    return "\n".join(
        written(write, edition, text).decode("utf-8") for text in edition.texts for write in WRITERS.values()
    )


def test_only_those_who_asked_to_be_kept_are_named(edition: d.Edition) -> None:
    found = names(edition)
    for name in ("Amparo Veiga", "Zoë Ångström", "Мария Ковалёва", "أمينة قادر", "Garza Real"):
        assert name in found
    for name in ("Nokeep", "Consentless", "Unlisted", "Kept Civil", "people.example"):
        assert name not in found


def test_who_withdraws_or_is_erased_is_in_no_later_edition(family: Appeal) -> None:
    ask: dict[str, Any] = {"appeal": family, "state": "recorded"}
    gone = Signature.objects.get(public_line__name="Zoë Ångström", **ask)
    withdraw.withdraw(signature=gone, keeps_name=True)
    erase.erase(signature=Signature.objects.get(public_line__name="Мария Ковалёва", **ask))
    sequence.record_due(force=True)
    found = names(gather(family))
    assert "Amparo Veiga" in found
    assert "Ångström" not in found and "Ковалёва" not in found


def test_the_back_matter_has_each_signatory_as_structure(edition: d.Edition) -> None:
    file = Tei(written(tei.write, edition))
    signed = file.words("//t:back//t:list[@type='signatories']/t:item/t:persName")
    assert signed == ["Amparo Veiga", "Garza Real", "Zoë Ångström", "Мария Ковалёва", "أمينة قادر"]
    assert file.words("//t:item/t:persName[@type='pseudonym']") == ["Garza Real"]
    (amparo,) = file.all("//t:item[t:persName='Amparo Veiga']")
    assert amparo.get("n") == "version-1"
    assert [(part.tag.split("}")[1], part.text) for part in amparo][1:] == [
        ("roleName", "red-maker"), ("placeName", "Vigo"), ("country", "ES"),
    ]  # fmt: skip
    page = Page(written(html.write, edition))
    assert page.words("//ul[@class='names']/li/bdi") == signed
    assert "5" in page.words("//section[@id='signatories']/p")[1]
    assert edition.texts[0].signatures == 7


def test_an_appeal_without_published_text_has_no_edition(draft_appeal: Appeal) -> None:
    with pytest.raises(NothingPublished):
        gather(draft_appeal)


def test_the_page_asks_nothing_of_any_other_address(edition: d.Edition) -> None:
    page = Page(written(html.write, edition))
    assert page.all("//script | //img | //link[@rel='stylesheet']") == []
    style = (Path(html.__file__).parent / "edition.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style
    for link in page.words("//a/@href[starts-with(., '#')]"):
        assert page.all(f"//*[@id='{link[1:]}']"), link
    ids = page.words("//*/@id")
    assert len(ids) == len(set(ids))
