"""Where each part of the printed edition stands as structure: in pages of HTML and EPUB, and in TEI."""

from typing import Any

from tests.edition.reading import Page, Tei, said
from tests.journeys.model_letter import (
    COPIES,
    EDITORS_NOTE,
    EVIDENCE,
    INTRODUCTION,
    ORDER,
    SHELFMARK,
    SIGNER,
    SOURCE,
    Original,
)
from undersigned.lib import clock

Part = tuple[str, str, list[str]]
NOTE, EDITORIAL, CLAIM = "authorial", "editorial", "evidence"


def _plain(words: str) -> str:
    return words.replace("*", "")


def of_pages(original: Original) -> list[Part]:
    """Part, XPath, expected words: in the pages of HTML and of a book."""
    rows: list[Part] = [
        ("title", "//h1", [original.title]),
        ("author", "//p[@class='author']", [original.author]),
        ("date line", "//p[@class='date']/time", [original.date_written]),
        ("date for machines", "//p[@class='date']/time/@datetime", ["1936-07-06"]),
        ("addressee", "//p[@class='addressee']/span[contains(@class,'name')]", [original.addressee]),
        ("civil name", "//p[@class='addressee']//span[@class='civil-name']", [original.civil_name]),
        ("life dates", "//p[@class='addressee']//span[@class='life']", [original.life]),
        ("introduction", "//section[@class='introduction']/p", [_plain(INTRODUCTION)]),
        ("salutation", "//p[@class='salutation']", [original.salutation]),
        ("stress", "//article//p[starts-with(@id,'p')]/em", original.stressed),
        ("marks of the author's notes", "//article//sup[@class='authorial']", ["1", "2"]),
        ("mark of the editors' note", "//article//sup[@class='editorial']", ["a"]),
        ("footnotes", f"//aside[contains(@class,'{NOTE}')]/p", original.notes),
        ("editors' note", f"//aside[contains(@class,'{EDITORIAL}')]/p", [_plain(EDITORS_NOTE)]),
        ("note on the whole", "//section[@id='editorial-note']/p", [original.note]),
        ("claim", f"//aside[contains(@class,'{CLAIM}')]/p[1]", [EVIDENCE["claim"]]),
        ("quotation", f"//aside[contains(@class,'{CLAIM}')]//q[@lang='ru']", [EVIDENCE["quotation"]]),
        ("its translation", f"//aside[contains(@class,'{CLAIM}')]//q[@lang='es']", [EVIDENCE["translation"]]),
        ("its place", f"contains(//aside[contains(@class,'{CLAIM}')], '{EVIDENCE['shelfmark']}')", ["True"]),
        ("citation", "count(//a[@class='citation' and @role='doc-biblioref'])", ["1.0"]),
        ("source", f"contains(//section[@id='sources'], '{SOURCE['container']}')", ["True"]),
        ("kept copies", "count(//section[@id='sources']//p[@class='digest'])", [f"{len(COPIES)}.0"]),
        ("fonds", "//dd[@class='fonds']", [original.fonds]),
        ("archive", "//dd[@class='archive']", [original.archive]),
        ("shelfmark", "//dd[@class='shelfmark']", [SHELFMARK]),
        ("translator", "//dd[@class='translator']", [original.publisher]),
        ("publisher of the edition", "//dd[@class='published-by']", [original.publisher]),
        ("signatory", "//ul[@class='names']/li/bdi", [SIGNER["name"]]),
        ("signatory's role", f"contains(//ul[@class='names']/li, '{SIGNER['role']}')", ["True"]),
        ("series and order", f"contains(//dd[@class='series'], '{original.series}')", ["True"]),
        ("language of the original", "count(//dd[@class='translated-from'])", ["1.0"]),
        ("title is the editors'", "count(//section[@id='provenance']/p[@class='soft'])", ["1.0"]),
    ]
    source = "contains(//dd[@class='source']//*[@class='{}'], \"{}\")"
    rows += [
        (f"printed: {name}", source.format(name, words), ["True"]) for name, words in original.printed.items()
    ]
    rows += [
        (f"paragraph {number}", f"contains(string(//p[@id='p{number + 1}']), '{words[-60:-2]}')", ["True"])
        for number, words in enumerate(original.paragraphs, 1)
    ]
    return rows


def of_tei(original: Original) -> list[Part]:
    """Part, XPath, expected words: in TEI."""
    today = clock.now().date().isoformat()
    printed, sent = original.printed, "//t:correspAction[@type='sent']"
    monograph = "//t:sourceDesc/t:biblStruct/t:monogr"
    return [
        ("title", "//t:titleStmt/t:title[@type='supplied']", [original.title]),
        ("author", "//t:titleStmt/t:author", [original.author]),
        ("translator", "//t:respStmt[t:resp='translator']/t:name", [original.publisher]),
        ("date", "//t:creation/t:date[@when='1936-07-06']", [original.date_written]),
        ("sender", f"{sent}/t:persName", [original.author]),
        ("sent on", f"{sent}/t:date/@when", ["1936-07-06"]),
        ("receiver", "//t:correspAction[@type='received']/t:persName", [original.addressee]),
        ("receiver's person", "//t:correspAction[@type='received']/t:persName/@ref", ["#addressee"]),
        ("pseudonym", "//t:person[@xml:id='addressee']/t:persName[@type='pseudonym']", [original.addressee]),
        ("civil name", "//t:person[@xml:id='addressee']/t:persName[@type='civil']", [original.civil_name]),
        ("life dates", "//t:person[@xml:id='addressee']/t:note", [original.life]),
        ("introduction", "//t:front/t:div[@type='introduction']/t:p", [_plain(INTRODUCTION)]),
        ("head", "//t:body/t:div/t:head", [original.title]),
        ("salutation", "//t:opener/t:salute", [original.salutation]),
        ("stress", "//t:body//t:p[@xml:id]/t:emph", original.stressed),
        ("footnotes", "//t:body//t:note[@type='authorial']", original.notes),
        ("editors' note", "//t:body//t:note[@type='editorial']", [_plain(EDITORS_NOTE)]),
        ("note on the whole", "//t:notesStmt/t:note[@type='editorial']", [original.note]),
        ("quotation", "//t:body//t:note[@type='evidence']//t:quote[@xml:lang='ru']", [EVIDENCE["quotation"]]),
        ("its translation", "//t:note[@type='evidence']//t:quote[@type='translation']", [
            EVIDENCE["translation"],
        ]),
        ("its place", "//t:note[@type='evidence']//t:citedRange", [EVIDENCE["locator"]]),
        ("its shelfmark", "//t:note[@type='evidence']//t:idno[@type='shelfmark']", [EVIDENCE["shelfmark"]]),
        ("citation", "//t:body//t:bibl[@type='citation']/t:ref/@target", ["#source-1"]),
        ("source", "//t:listBibl/t:bibl/@xml:id", ["source-1"]),
        ("kept copies", "//t:listBibl//t:note[@type='kept-copy']/t:date/@when", [today] * len(COPIES)),
        ("printed: part", "//t:biblStruct/t:analytic/t:title", [printed["source-part"]]),
        ("printed: author", "//t:biblStruct/t:analytic/t:author", [printed["source-author"]]),
        ("printed: language", "//t:analytic/t:textLang/@mainLang", ["fr"]),
        ("printed: title", f"{monograph}/t:title", [printed["source-title"]]),
        ("printed: editor", f"{monograph}/t:editor", [printed["source-editor"]]),
        ("printed: volume", f"{monograph}/t:biblScope[@unit='volume']", [printed["volume"]]),
        ("printed: page", f"{monograph}/t:biblScope[@unit='page']", [printed["pages"]]),
        ("printed: period", f"{monograph}/t:biblScope[@unit='period']", [printed["period"]]),
        ("printed: imprint", f"{monograph}/t:imprint/*", [
            printed["source-publisher"], printed["source-place"], printed["year"],
        ]),
        ("archive", "//t:msIdentifier/t:repository", [original.archive]),
        ("fonds", "//t:msIdentifier/t:collection", [original.fonds]),
        ("shelfmark", "//t:msIdentifier/t:idno", [SHELFMARK]),
        ("series", "//t:seriesStmt/t:title", [original.series]),
        ("place in the series", "//t:seriesStmt/t:biblScope", [ORDER]),
        ("languages", "//t:langUsage/t:language/@ident", ["es", "fr"]),
        ("signatory", "//t:back//t:list[@type='signatories']/t:item/t:persName", [SIGNER["name"]]),
        ("signatory's role", "//t:back//t:item/t:roleName", [SIGNER["role"]]),
        ("signatory's place", "//t:back//t:item/t:placeName", [SIGNER["place"]]),
    ]  # fmt: skip


def lost(found: Page | Tei, rows: list[Part]) -> list[str]:
    """The parts that are not where they belong, with what stands there."""
    told = []
    for part, path, expected in rows:
        there = _words(found, path)
        if there != expected:
            told.append(f"{part}: {path} has {there!r}, not {expected!r}")
    return told


def _words(found: Page | Tei, path: str) -> list[str]:
    value: Any = found.all(path)
    return [said(one) for one in value] if isinstance(value, list) else [str(value)]
