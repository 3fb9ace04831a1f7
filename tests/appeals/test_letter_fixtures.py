import os
import re
import textwrap
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from tests.letters.proof import dropped
from undersigned.appeals.letter import read_letter, read_letter_file
from undersigned.appeals.markup import Addressee, Source, check, split

ROOT = Path(__file__).parents[2]
LETTERS = ROOT / "tests/letters"
SHARED = Path(os.environ.get("UNDERSIGNED_SHARED", str(ROOT.parent / "shared")))
MODEL = SHARED / "letters/1936-07-06-letter-to-v-serge.txt"


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_word_of_a_letter_is_in_the_result(path: Path) -> None:
    imported = read_letter_file(path)
    assert not dropped(path.read_text(encoding="utf-8"), imported)
    assert imported.unplaced == []
    assert check(imported.body) == []
    assert split(imported.source) == (imported.head, imported.body)


def test_a_spanish_letter_with_three_notes_and_nested_parentheses() -> None:
    imported = read_letter_file(LETTERS / "carta-desde-el-faro.txt")
    head, paragraphs = imported.head, imported.body.strip().split("\n\n")
    assert (head.title, head.author, head.date, head.lang) == (
        "Proyecto de manifiesto por los pescadores detenidos. Carta a L. Arce",
        "Ernestina Valdomar",
        "1927-11-14",
        "es",
    )
    assert head.addressee == Addressee("Lino Arce", "Lino Arce", "Lucía Arceniega Mor", "1891-1958")
    assert head.source == Source(
        text=head.note.split(" Fondo Lucía")[0],
        part="[Um manifesto para os pescadores]",
        author="E. Valdomar",
        editor="T. Quiroga",
        title="Obras dispersas",
        volume="III",
        period="octubre-diciembre de 1927",
        publisher="Casa del Estuario",
        place="Vigo",
        year="1964",
        pages="52-54",
    )
    assert (head.translator, head.translated_from) == ("Julia Meirás", "pt")
    assert head.archive == "Fondo Lucía Arce, Archivo Municipal de Puerto Hondo"
    assert head.note.startswith("Traducción del portugués")
    assert head.note.endswith("(la menor de las tres), luego en la capital), escribió en *El Farolero* "
                              "y dirigió la cooperativa de redes. Murió en el exilio.")  # fmt: skip
    assert head.series == "Voces de la ría"
    assert head.extra["publisher"] == "Cuadernos del Estuario"
    assert head.extra["contact"] == "correo@estuario.example"
    assert paragraphs[0] == "Estimada compañera Arce:"
    assert "los pescadores[^1] que siguen presos en el castillo." in paragraphs[1]
    assert "40 m³ de sal y allí duermen *sesenta* hombres.[^3] Haga" in paragraphs[2]
    assert paragraphs[3] == "Un saludo fraterno,\\\nErnestina"
    assert paragraphs[-1] == "[^3]: Véase la carta siguiente de esta colección"


def test_a_french_letter_without_note_with_postscript_and_its_date_above_the_salutation() -> None:
    imported = read_letter_file(LETTERS / "lettre-sans-note.txt")
    head = imported.head
    assert (head.title, head.author) == (
        "Lettre ouverte pour les relieurs de Montbriand",
        "Augustin Perdriel",
    )
    assert (head.date, head.lang, head.extra["place"]) == ("1951-03-03", "fr", "Montbriand")
    assert head.addressee.name == "Monsieur Halleyrac"
    assert "addressee-guessed" in [remark.code for remark in imported.report]
    assert imported.body.startswith("Cher Monsieur Halleyrac,\n\nJe vous envoie")
    assert imported.body.endswith("Augustin Perdriel\n\nP.S. Ma sœur vous portera les feuilles jeudi.\n")


def test_an_english_letter_to_two_people_with_a_note_of_two_paragraphs() -> None:
    imported = read_letter_file(LETTERS / "letter-to-two.txt")
    head = imported.head
    assert (head.title, head.author, head.date) == (
        "An appeal for the ferrymen of Carrow Sound",
        "Tobias Wrenfield",
        "1938-08-21",
    )
    assert head.addressee == Addressee(
        "Miriam Oakes and Daniel Thrale", "Miriam Oakes", "Hester Vane Colmore", "1899-1971"
    )
    assert (head.translator, head.translated_from, head.lang) == ("Agnes Pellow", "de", "en")
    source = head.source
    assert (source.publisher, source.place, source.year) == ("Harbour Lane Press", "London", "1962")
    assert (source.editor, source.title, source.volume, source.pages) == (
        "H. Marrable",
        "Letters from the Sound",
        "2",
        "114-116",
    )
    assert head.archive == "The Pellow Papers, Carrow Library"
    assert "the enclosed[^1] in haste" in imported.body
    assert imported.body.count("\n\n") == 6
    assert imported.body.endswith("    The report was reprinted in September.\n")


def test_a_german_letter_with_its_note_after_the_signature() -> None:
    head = read_letter_file(LETTERS / "brief-mit-anmerkung.txt").head
    assert (head.author, head.date, head.lang) == ("Konrad Eschenlohr", "1912-02-05", "de")
    assert head.addressee == Addressee("Paul Windisch", "Paul Windisch", "Emil Anton Lauterbach", "1870-1933")
    assert (head.source.editor, head.source.volume, head.source.pages) == ("Maria Tannhof", "4", "77")
    assert head.archive == "Nachlass Windisch, Stadtarchiv Hollerbach"


# The model letter is not part of the project; a plain clone has the invented letters of the same shape.
@pytest.mark.skipif(not MODEL.exists(), reason="the model letter is not at UNDERSIGNED_SHARED")
def test_the_model_letter_comes_out_whole() -> None:
    imported = read_letter_file(MODEL)
    text = unicodedata.normalize("NFC", MODEL.read_text(encoding="utf-8"))
    head, paragraphs = imported.head, imported.body.strip().split("\n\n")
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    assert not dropped(text, imported)
    assert imported.unplaced == []
    assert f"[{head.title}]" == blocks[0]
    assert f"**{head.author}" == blocks[1].split("\n")[0]
    assert (head.date, head.lang, head.translated_from) == ("1936-07-06", "es", "fr")
    assert f"({head.note})" == blocks[2]
    explained = re.search(rf"{head.addressee.pseudonym} era el pseudónimo de (.+?) \((.+?)\)", head.note)
    assert explained
    assert (head.addressee.name, head.addressee.civil_name) == (head.addressee.pseudonym, explained[1])
    assert (head.source.volume, head.source.pages, head.source.year) == ("10", "187", "1981")
    assert head.source.title == "Oeuvres"
    assert head.source.text in head.note
    assert head.archive.startswith("Fonds ")
    assert head.archive in head.note
    assert f"[{head.series}](#)" in blocks[7]
    assert [head.extra["publisher"], head.extra["contact"]] == [blocks[6], blocks[8]]
    marked = [block.replace("¹", "[^1]").replace("²", "[^2]") for block in blocks]
    assert paragraphs[:3] == marked[3:6]
    assert paragraphs[3:] == [block.replace("] ", "]: ", 1) for block in marked[9:]]
    assert check(imported.body) == []


RESHAPED = {
    "wrapped": lambda text: "\n\n".join(
        part if "\n" in part else textwrap.fill(part, 72, break_long_words=False)
        for part in text.split("\n\n")
    ),
    "bold title": lambda text: text.replace("[Proyecto", "**[Proyecto").replace("L. Arce]", "L. Arce]**"),
    "heading": lambda text: text.replace("[Proyecto", "# Proyecto").replace("L. Arce]", "L. Arce"),
    "bold lines apart": lambda text: text.replace("Valdomar\n14", "Valdomar**\n\n**14", 1),
    "plain lines": lambda text: text.replace("**", ""),
    "tags": lambda text: (
        text.replace("¹", "<sup>1</sup>").replace("²", "<sup>2</sup>").replace(".³", ".<sup>3</sup>")
    ),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "notes in one block": lambda text: text.replace("sindicato.\n\n", "sindicato.\n").replace(
        "puerto”.\n\n", "puerto”.\n"
    ),
}


@pytest.mark.parametrize("shape", RESHAPED)
def test_the_same_letter_laid_out_otherwise_reads_the_same(shape: str) -> None:
    text = (LETTERS / "carta-desde-el-faro.txt").read_text(encoding="utf-8")
    expected, imported = read_letter(text.encode()), read_letter(RESHAPED[shape](text).encode())
    assert imported.body == expected.body
    supplied = {"title-supplied": "yes"} if shape != "heading" else {}
    assert (
        dict(imported.head.extra)
        == {key: value for key, value in expected.head.extra.items() if key != "title-supplied"} | supplied
    )
    assert replace(imported.head, extra={}) == replace(expected.head, extra={})
