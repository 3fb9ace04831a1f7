"""Sources in an edition: cited as they were signed, set in the appeal's style, evidence at its passage."""

import json
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.edition.conftest import rewrite
from tests.edition.reading import Page, Tei, written
from tests.edition.test_formats import valid
from undersigned.appeals import cite, keep, markup, sources
from undersigned.appeals.models import Appeal, Source, Text
from undersigned.appeals.publish import frozen_bytes
from undersigned.appeals.references.csl import digest_of
from undersigned.edition import document as d
from undersigned.edition.formats import csl, html, markdown, tei
from undersigned.edition.formats.marks import with_place
from undersigned.edition.gather import gather
from undersigned.lib.canonical import version_digest

pytestmark = pytest.mark.django_db

GAZETTE = {
    "type": "article-newspaper", "title": "Calm & <order>", "container-title": "La Gaceta del Muelle",
    "author": [{"family": "Soto", "given": "Eva"}], "issued": {"date-parts": [[1927, 11, 9]]},
}  # fmt: skip


@pytest.fixture
def source(cast: Cast, faro: Appeal) -> Source:
    return sources.add_source(actor=cast.owner, appeal=faro, key="gaceta1927", csl=GAZETTE)


@pytest.fixture
def cited(cast: Cast, faro: Appeal, source: Source) -> Text:
    """The second version cites the source, a passage rests on it, another claims without evidence."""
    text = faro.texts.get()
    rewrite(cast, text, ("gobernador miente.", "gobernador miente [véase @gaceta1927, p. 3]."))
    cite.cite(
        actor=cast.owner, text=text, source=source, passage="duermen sesenta hombres",
        claim="Sixty slept there", quotation="Sixty men", quotation_language="en",
        translation="Sesenta hombres", locator="p. 2",
    )  # fmt: skip
    cite.cite(actor=cast.owner, text=text, passage="siguen presos", claim="They are still held")
    return Text.objects.select_related("appeal__team").get(pk=text.pk)


@pytest.fixture
def made(cited: Text) -> d.Edition:
    return gather(cited.appeal)


def test_a_citation_reads_in_the_appeals_style_and_leads_to_its_source(made: d.Edition) -> None:
    page, data = Page(written(html.write, made)), written(tei.write, made)
    (shown,) = page.all("//article//a[@role='doc-biblioref'][@class='citation']")
    assert "véase" in shown.text and "Soto" in shown.text and "3" in shown.text
    (entry,) = page.all(f"//section[@id='sources']//li[@id='{shown.get('href')[1:]}']")
    assert "Calm & <order>" in "".join(entry.itertext())
    assert valid(data)
    file = Tei(data)
    (found,) = file.all("//t:body//t:bibl[@type='citation']")
    assert found.get("n") == "[véase @gaceta1927, p. 3]"
    assert file.words("//t:body//t:bibl/t:citedRange[@unit='page']") == ["3"]
    (target,) = file.words("//t:body//t:bibl[@type='citation']/t:ref/@target")
    assert file.words(f"//t:listBibl/t:bibl[@xml:id='{target[1:]}']/@n") == ["gaceta1927"]


def test_evidence_stands_at_its_passage_and_a_claim_without_any_says_so(made: d.Edition) -> None:
    file, page = Tei(written(tei.write, made)), Page(written(html.write, made))
    assert file.words("//t:note[@type='evidence']/@n") == ["[1]", "[2]"]
    (second,) = file.all("//t:note[@type='evidence'][@n='[2]']")
    assert second.xpath("preceding-sibling::node()[1]")[0].endswith(" hombres")
    assert file.words("//t:note[@type='evidence']//t:quote") == ["Sixty men", "Sesenta hombres"]
    assert [aside.get("id") for aside in page.all("//aside[contains(@class, 'evidence')]")] == [
        "evidence-1", "evidence-2",
    ]  # fmt: skip
    assert page.words("//aside[@id='evidence-1']/p")[0] == "They are still held"
    assert page.words("//aside[@id='evidence-2']//q[@lang='en']") == ["Sixty men"]
    assert not page.words("//aside[@id='evidence-1']//a[@role='doc-biblioref']")


def test_a_citation_that_stayed_is_no_variant(cast: Cast, cited: Text) -> None:
    rewrite(cast, cited, ("sesenta", "setenta"), ("gobernador miente", "gobernador nos miente"))
    told = gather(cited.appeal).texts[0].apparatus
    changed = [
        piece.text.strip()
        for variant in told.variants
        for piece in variant.pieces
        if piece.kind != "same" and variant.witness.endswith("-2")
    ]
    assert sorted(changed) == ["nos", "sesenta", "setenta"]


def test_a_place_is_told_once() -> None:
    assert with_place("Soto, 1927, p. 3.", "p. 3") == ("Soto, 1927, p. 3", "")
    assert with_place("Soto, 1927.", "item 9") == ("Soto, 1927", "item 9")
    assert with_place("Soto, 1927, p. 13", "p. 3") == ("Soto, 1927, p. 13", "p. 3")


def test_a_passage_that_was_changed_keeps_its_evidence_without_a_mark(cast: Cast, cited: Text) -> None:
    rewrite(cast, cited, ("*sesenta* hombres", "*setenta* hombres"))
    made = gather(Appeal.objects.select_related("team").get(pk=cited.appeal_id))
    page, data = Page(written(html.write, made)), written(tei.write, made)
    assert "duermen sesenta hombres" in page.words("//section[@class='unplaced']//p[@class='orphaned']")[0]
    assert valid(data)
    assert "Sixty men" in Tei(data).words("//t:back/t:div[@type='notes']")[0]


def test_words_and_sources_together_give_the_digest_again(
    cast: Cast, made: d.Edition, source: Source
) -> None:
    text = made.texts[0]
    _own, *items = json.loads(written(csl.write, made))
    digests = {item["id"]: digest_of(item) for item in items}
    head, body = markup.split(written(markdown.write, made).decode("utf-8"))
    kept = {key: digests[key] for key in markup.cited_keys(body)}
    assert version_digest(frozen_bytes(head, body, kept)) == text.version.digest


def test_a_source_corrected_later_stands_as_it_was_signed(cast: Cast, cited: Text, source: Source) -> None:
    sources.change_source(actor=cast.owner, source=source, csl=GAZETTE | {"title": "Corrected since"})
    made = gather(Appeal.objects.select_related("team").get(pk=cited.appeal_id))
    assert made.texts[0].sources[0].csl["title"] == "Calm & <order>"
    assert made.sources[0].csl["title"] == "Corrected since"


def test_of_a_copy_that_is_closed_digest_and_day_alone_are_told(
    cast: Cast, cited: Text, source: Source, tmp_path: Path
) -> None:
    pieces = [b"%PDF-1.4\n%closed\n"]
    kept = keep.keep(
        actor=cast.owner, source=source, data=iter(pieces), name="private-name.pdf", is_open=False,
        url="https://gaceta.example/x",
    )  # fmt: skip
    made = gather(Appeal.objects.select_related("team").get(pk=cited.appeal_id))
    (copy,) = made.texts[0].sources[0].copies
    assert (copy.sha256, copy.name, copy.url) == (kept.sha256, "", "")
    for write in (html.write, tei.write):
        data = written(write, made).decode()
        assert kept.sha256 in data and "private-name" not in data
