import textwrap
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.letters.proof import dropped
from undersigned.appeals.letter import Imported, LetterError, describe, read_letter, read_letter_file
from undersigned.appeals.letter.dates import date_line
from undersigned.appeals.letter.language import guess


def read(text: str) -> Imported:
    return read_letter(text.encode())


PIECES = st.sampled_from(
    [
        "Estimada Ana,",
        "Dear friend,",
        "[Título]",
        "**Título**",
        "**Ana Ruiz\n6 de mayo de 1931**",
        "# Title",
        "(nota breve)",
        "(",
        ")",
        "(Traducido por Bo Lind, en *Obras*, vol. 2, p. 3.",
        "Fin.)",
        "¹ nota una",
        "² nota dos\n³ nota tres",
        "[1] note",
        "[^a]: ours",
        "Serie: [Una](#)",
        "Series: One",
        "ana@faro.example",
        "***",
        "Editorial Faro",
        "P.S. Algo",
        "Paris, 3 mars 1951",
        "May 3rd, 1951",
        "3/4/1951",
        "1936. Fue un año",
        "- uno\n- dos",
        "    sangrado",
        "*cursiva*",
        "texto¹ y más²³ [1] (2) x[^a]",
        "Carta a Lino Arce. Lino Arce era el seudónimo de Bo (1891-1958).",
        "Por Ana Ruiz",
        "palabra " * 60,
        "una línea bastante larga que alguien cortó a mano\ny que sigue",
        "---",
        "«",
        "„Zitat“",
        "(Quelle: x)",
    ]
)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES | LINES, min_size=1, max_size=14), st.sampled_from(["\n", "\n\n", "\n\n\n"]))
def test_no_word_is_ever_dropped(parts: list[str], between: str) -> None:
    text = between.join(parts)
    try:
        imported = read(text)
    except LetterError:
        assume(False)
        raise
    assert not dropped(text, imported)
    assert describe(imported)


OURS = """---
title: For the bakers
author: Ana Ruiz
date: 1936-07-06
lang: en
shelfmark: B 12
---

Dear friend,

We ask.[^1]

[^1]: Once more.
"""


def test_our_own_markdown_comes_back_as_it_is() -> None:
    imported = read(OURS)
    assert imported.source == OURS
    assert imported.report == []


def test_our_markdown_says_where_publishing_would_refuse_it() -> None:
    imported = read(OURS.replace("We ask.", "We <b>ask</b>."))
    assert [(remark.line, remark.code) for remark in imported.report] == [(11, "raw-html"), (11, "raw-html")]


BAD = {
    "binary": b"Dear\0friend",
    "empty": b" \n\xef\xbb\xbf\n".replace(b" \n", b""),
    "encoding": "Estimada señora".encode("latin-1"),
    "utf-16": b"\xff\xfea",
    "too-large": b"a" * 2_000_001,
    "too-long": b"a\n" * 300_000,
    "control": b"Dear\x07 friend",
    "head-broken": b"---\ntitle: [\n---\nx\n",
    "head-unclosed": b"---\ntitle: x\n\nDear friend\n",
    "head-alias": b"---\ntitle: &a x\n---\nx\n",
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_file_gets_one_clear_sentence(code: str) -> None:
    with pytest.raises(LetterError) as raised:
        read_letter(BAD[code])
    assert raised.value.code == code
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")


def test_the_byte_that_is_not_utf8_is_named() -> None:
    with pytest.raises(LetterError, match=r"byte 0xF1 at offset 11"):
        read_letter("Estimada señora".encode("latin-1"))


@pytest.mark.parametrize("head", [b"%PDF-1.7", b"PK\x03\x04", b"{\\rtf1", b"\x89PNG\r\n\x1a\n\0"])
def test_a_word_processors_file_is_not_a_letter(head: bytes) -> None:
    with pytest.raises(LetterError, match="binary"):
        read_letter(head + b" more")


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    with pytest.raises(LetterError, match="larger than 2 MB"):
        read_letter_file(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="cannot be read"):
        read_letter_file(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ana,\n\nOne¹ two².\n\n¹ a\n\n¹ b\n",
        "Dear Ana,\n\nOne[1].\n\n[1] a\n[1] b\n",
        OURS + "\n[^1]: Twice.\n",
    ],
)
def test_two_footnotes_with_one_mark_are_refused_with_both_lines(text: str) -> None:
    with pytest.raises(LetterError) as raised:
        read(text)
    assert raised.value.code == "note-twice"
    lines = text.split("\n")
    assert lines[raised.value.line - 1].split()[0] == lines[int(raised.value.params["first"]) - 1].split()[0]


def test_utf16_with_its_mark_and_windows_line_ends_are_read() -> None:
    assert read_letter("Dear Ana,\r\n\r\nGrüße.\r\n".encode("utf-16")).body == "Dear Ana,\n\nGrüße.\n"


def test_a_letter_alone_is_all_body() -> None:
    imported = read("Dear Ana Ruiz,\n\nWe ask you to sign.\n\nYours,\nBo\n")
    assert imported.body == "Dear Ana Ruiz,\n\nWe ask you to sign.\n\nYours,\\\nBo\n"
    assert imported.head.addressee.name == "Ana Ruiz"
    assert {"no-title", "no-author", "no-date"} <= {remark.code for remark in imported.report}


@pytest.mark.parametrize(
    ("date", "odd"),
    [("1936-07-06", False), ("1936-07", False), ("1936", False), ("2026-13-45", True), ("last spring", True)],
)
def test_a_date_that_no_calendar_has_is_remarked_and_kept(date: str, odd: bool) -> None:
    imported = read(f"---\ntitle: T\ndate: {date}\nlang: en\n---\n\nWe ask.\n")
    assert imported.head.date == date
    assert ("date-odd" in {remark.code for remark in imported.report}) is odd


def test_a_head_without_a_letter_is_remarked() -> None:
    assert "no-body" in {remark.code for remark in read("---\ntitle: T\nlang: en\n---\n").report}


def test_a_paragraph_per_line_and_a_wrapped_letter_read_the_same() -> None:
    first = (
        "We have asked the council three times to light the ovens, and three times it has not answered us. "
        * 3
    )
    second = (
        "This time we ask in public, and we ask everybody who eats bread in this town to ask with us today. "
        * 3
    )
    per_line = f"Dear Ana,\n{first.strip()}\n{second.strip()}\n"
    wrapped = "Dear Ana,\n\n" + "\n\n".join(textwrap.fill(text, 72) for text in (first, second))
    assert read(per_line).body == read(wrapped).body == f"Dear Ana,\n\n{first.strip()}\n\n{second.strip()}\n"


def test_what_stands_between_title_and_author_is_kept_and_listed() -> None:
    stray = (
        "Copied by hand from a page that was already torn when we found it, in the drawer of the old office."
    )
    imported = read(f"**An appeal**\n\n{stray}\n\n**Ana Ruiz\n6 May 1931**\n\nDear Bo,\n\nSign.\n")
    assert imported.unplaced == [stray]
    assert (imported.head.title, imported.head.author, imported.head.date) == (
        "An appeal",
        "Ana Ruiz",
        "1931-05-06",
    )
    assert "Kept, but not placed:" in describe(imported)


def test_a_year_at_the_start_of_a_paragraph_does_not_become_a_list() -> None:
    assert "1936\\. It was" in read("Dear Ana,\n\n1936. It was cold.\n").body


def test_a_signature_is_not_taken_for_a_publisher() -> None:
    text = "**An appeal**\n\n**Ana Ruiz**\n\nDear Bo,\n\nPlease sign.\n\nAna Ruiz\n\nSeries: Letters\n"
    imported = read(text)
    assert imported.body.endswith("Ana Ruiz\n")
    assert "publisher" not in imported.head.extra


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("6 de julio de 1936", "1936-07-06"),
        ("le 1er mai 1951", "1951-05-01"),
        ("Carrow, August 21st, 1938", "1938-08-21"),
        ("Wien, den 5. Februar 1912", "1912-02-05"),
        ("Torino, 3 settembre 1920", "1920-09-03"),
        ("Lisboa, 9 de março de 1974", "1974-03-09"),
        ("2 d'abril de 1931", "1931-04-02"),
        ("القاهرة، ٦ يوليو ١٩٣٦", "1936-07-06"),
        ("1936-07-06", "1936-07-06"),
        ("6.7.1936", "1936-07-06"),
        ("julio de 1936", "1936-07"),
    ],
)
def test_dates_are_read_in_the_languages_of_letters(line: str, iso: str) -> None:
    found = date_line(line)
    assert found
    assert found.iso == iso


@pytest.mark.parametrize(
    "line", ["31 de junio de 1936", "On 6 July 1936 we marched to the port", "1936", "mayo", ""]
)
def test_what_is_no_date_line_is_not_read_as_one(line: str) -> None:
    assert date_line(line) is None


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("es", "Le pido que lea esta carta y que la firme con los demás."),
        ("fr", "Je vous prie de lire cette lettre et de la signer avec les autres."),
        ("en", "I ask you to read this letter and to sign it with the others."),
        ("de", "Ich bitte Sie, diesen Brief zu lesen und ihn mit den anderen zu unterschreiben."),
        ("it", "Le chiedo di leggere questa lettera e di firmarla con gli altri, che non sono pochi."),
        ("pt", "Peço-lhe que leia esta carta e que a assine com os outros, que não são poucos."),
        ("ca", "Li demano que llegeixi aquesta carta i que la signi amb els altres, que no són pocs."),
        ("ar", "أطلب منك أن تقرأ هذه الرسالة وأن توقعها مع الآخرين."),
        ("", "Xyz abc qqq."),
    ],
)
def test_the_language_is_guessed_from_common_words(lang: str, text: str) -> None:
    assert guess(text) == lang


def test_notes_numbered_in_parentheses_are_tied_even_across_a_space() -> None:
    imported = read(
        "Mon cher Jean,\n\nVoilà le texte (1). Signe-le(2).\n\nPaul\n\n(1) Perdu.\n\n(2) Il signa.\n"
    )
    assert imported.body == (
        "Mon cher Jean,\n\nVoilà le texte[^1]. Signe-le[^2].\n\nPaul\n\n[^1]: Perdu.\n\n[^2]: Il signa.\n"
    )


def test_numbered_demands_are_not_taken_for_footnotes() -> None:
    text = "Dear Ana,\n\n(1) Bread, as in (1) and (2).\n\n(2) Roses.\n\nSo much for (2).\n"
    assert read(text).body == text


def test_a_note_in_square_brackets_after_the_title_is_the_editors() -> None:
    imported = read(
        "**An appeal**\n\n[Editor's note: translated from the Portuguese by Bo Lind.]\n\nDear Ana,\n\nSign.\n"
    )
    assert (imported.head.translator, imported.head.translated_from) == ("Bo Lind", "pt")
    assert imported.body == "Dear Ana,\n\nSign.\n"
