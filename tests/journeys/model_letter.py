"""The model letter as its printed edition has it, read from the file at run time, and what a desk adds to it.

None of the letter's words stand in this project: each part is found in the file by its place and its marks.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("UNDERSIGNED_SHARED") or PROJECT.parent / "shared") / "letters"
FILE = SHARED / "1936-07-06-letter-to-v-serge.txt"

INTRODUCTION = "Introducción de quienes *preparan* la edición."
EDITORS_NOTE = "Nota de quienes *editan*, aparte de las del autor."
SHELFMARK = "caja 7, folio 12"
ORDER = "3"
KEY = "diario1936"
SOURCE = {
    "key": KEY, "type": "article-newspaper", "title": "Artículo de fondo", "container": "Diario de prueba",
    "issued": "1936-06-05", "pages": "1", "language": "ru", "url": "https://diario.example/1936/06/05",
}  # fmt: skip
EVIDENCE = {
    "claim": "El diario lo anunció.", "source": KEY, "quotation": "Первая строка статьи.",
    "quotation_language": "ru", "locator": "p. 1", "translation": "Primera línea del artículo.",
    "shelfmark": "hemeroteca, 1936/156",
}  # fmt: skip
COPIES = (
    b"<!doctype html><title>Diario</title><p>Una copia guardada.<script>document.title='!'</script>",
    b"<!doctype html><title>Diario</title><p>Una copia guardada y corregida.",
)
SIGNER = {"name": "Ángela Firmante", "role": "tipógrafa", "place": "Vigo", "email": "angela@people.example"}


@dataclass(frozen=True)
class Original:
    """The parts of the printed edition, each found in the file by its marks."""

    raw: str

    def one(self, pattern: str) -> str:
        """What a pattern finds, on one line and without marks of stress."""
        found = re.search(pattern, self.raw, re.DOTALL | re.MULTILINE)
        assert found, pattern
        return re.sub(r"\s+", " ", found[1].replace("*", "")).strip()

    @cached_property
    def title(self) -> str:
        return self.one(r"\A\s*\[([^\]]+)\]").rstrip(".")

    @cached_property
    def author(self) -> str:
        return self.one(r"^\*\*([^\n*]+)$")

    @cached_property
    def date_written(self) -> str:
        return self.one(r"^\*\*[^\n*]+\n([^\n*]+)\*\*")

    @cached_property
    def note(self) -> str:
        return self.one(r"^\((.*?)\)\n\n")

    @cached_property
    def salutation(self) -> str:
        return self.one(r"\)\n\n([^\n]+,)\n\n")

    @cached_property
    def paragraphs(self) -> list[str]:
        """The words between the salutation and the publisher, without the marks of notes."""
        body = re.search(r"\)\n\n[^\n]+,\n\n(.*?)\n\n[^\n]+\n\n[^\n]*\[", self.raw, re.DOTALL)
        assert body
        return [
            re.sub(r"[\u00b9\u00b2]", "", part.replace("*", "")).strip() for part in body[1].split("\n\n")
        ]

    @cached_property
    def stressed(self) -> list[str]:
        body = self.raw[self.raw.index(self.salutation) : self.raw.index("\n\n\u00b9")]
        return re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", body)

    @cached_property
    def notes(self) -> list[str]:
        """The author's footnotes."""
        return [self.one(r"^\u00b9 ([^\n]+)"), self.one(r"^\u00b2 ([^\n]+)")]

    @cached_property
    def passage(self) -> str:
        """Some words of the first paragraph, for evidence to be anchored to."""
        return re.sub(r"[\u00b9\u00b2*]", "", self.one(r"\*\u00b2 ([^\n:]+):"))

    @cached_property
    def printed(self) -> dict[str, str]:
        """The edition that the words were taken from, part by part."""
        return {
            "source-part": self.one(r"desde \u201c([^\u201d]+)\u201d"),
            "source-author": self.one(r"\u201d, en ([^(]+) \("),
            "source-editor": self.one(r"\(([^()]+) editor\)"),
            "source-title": self.one(r"editor\), \*([^*]+)\*"),
            "volume": self.one(r"Tomo (\d+)"),
            "period": self.one(r"Tomo \d+, ([^,]+),"),
            "source-publisher": self.one(r"Tomo \d+, [^,]+, ([^,]+),"),
            "source-place": self.one(r"(\w+), \d{4}, p\u00e1gina"),
            "year": self.one(r"(\d{4}), p\u00e1gina"),
            "pages": self.one(r"p\u00e1gina (\d+)"),
        }

    @cached_property
    def fonds(self) -> str:
        return self.one(r"p\u00e1gina \d+\. ([^,]+),")

    @cached_property
    def archive(self) -> str:
        return self.one(r"p\u00e1gina \d+\. [^,]+, ([^.]+)\.")

    @cached_property
    def addressee(self) -> str:
        return self.one(r"\. ([^.(]+) era el pseud\u00f3nimo")

    @cached_property
    def civil_name(self) -> str:
        return self.one(r"pseud\u00f3nimo de ([^(]+) \(")

    @cached_property
    def life(self) -> str:
        return self.one(r"pseud\u00f3nimo de [^(]+ \((\d{4}-\d{4})\)")

    @cached_property
    def publisher(self) -> str:
        return self.one(r"\n\n([^\n]+)\n\n[^\n]*\[[^\]]+\]\(#\)")

    @cached_property
    def series(self) -> str:
        return self.one(r"\[([^\]]+)\]\(#\)")


def annotated(draft: str, original: Original) -> str:
    """The imported draft with an introduction, a note of the editors, a citation, and what the head lacks."""
    head, body = draft.removeprefix("---\n").split("\n---\n", 1)
    head += (
        f"\nintroduction: '{INTRODUCTION}'\nshelfmark: '{SHELFMARK}'\nseries-order: '{ORDER}'"
        f"\ntranslator: {original.publisher}"
    )
    words, notes = body.split("\n\n[^1]:", 1)
    words = words.replace("[^2]", f"[^2] [@{KEY}, p. 1]", 1)
    return f"---\n{head}\n---\n{words}[^ed1]\n\n[^1]:{notes.rstrip()}\n\n[^ed1]: {EDITORS_NOTE}\n"
