"""Citations as they are typed: [@key, p. 3], [see @key, p. 3; @other]."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CLUSTER = re.compile(r"\[([^\[\]@^\n]{0,200}@[^\[\]]{1,600})\]")
# An @ after a letter or digit is an address, not a key.
_CITE = re.compile(
    r"(?P<prefix>[^@]*?)(?P<without>-?)(?<![\w.])@(?P<key>\w(?:[\w.:+-]*\w)?)(?P<rest>[^@]*)", re.DOTALL
)
LABEL_WORDS = {
    "page": "p pp page pages pág págs pag página páginas S Seite ص с",
    "chapter": "ch chap chapter chapters cap capítulo chapitre Kap",
    "volume": "vol vols volume tome tomo Bd",
    "folio": "fol fols folio f ff",
    "column": "col cols column columna colonne Sp",
    "section": "sec sect section sección § §§",
    "paragraph": "para paras paragraph párr ¶ ¶¶",
    "line": "l ll line lines línea ligne Z",
    "issue": "no nos nº n° núm numéro number Nr",
    "note": "n nn note nota Anm",
    "figure": "fig figs figure figura",
    "part": "pt part parte partie",
    "book": "bk book libro livre",
    "verse": "v vv verse verso vers",
}
LABELS = {word.lower(): label for label, words in LABEL_WORDS.items() for word in words.split()}
_ONE = r"(?:\d+[a-z]?|[ivxlcdm]+|[IVXLCDM]+|\d+[rv])"
_LOCATOR = re.compile(
    rf"\s*,?\s*(?:(?P<label>{'|'.join(sorted(map(re.escape, LABELS), key=len, reverse=True))})\.?\s*)?"
    rf"(?P<value>{_ONE}(?:\s*[-–—,/&]\s*{_ONE})*)(?!\w)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Cite:
    """One source in a citation: what stands before it, its key, where in it, what stands after."""

    key: str
    prefix: str = ""
    label: str = ""
    locator: str = ""
    suffix: str = ""
    without_author: bool = False


@dataclass(frozen=True)
class Cluster:
    """What one pair of brackets cites, and how it was typed."""

    cites: tuple[Cite, ...]
    typed: str


def read_cluster(typed: str) -> Cluster | None:
    """A bracket's content as a citation; None where it is not one, such as a mail address."""
    cites = [_cite(part) for part in typed[1:-1].split(";")]
    known = tuple(cite for cite in cites if cite)
    return Cluster(known, typed) if known and len(known) == len(cites) else None


def _cite(part: str) -> Cite | None:
    found = _CITE.fullmatch(part.strip())
    if not found:
        return None
    label, locator, suffix = read_locator(found["rest"])
    return Cite(
        key=found["key"],
        prefix=" ".join(found["prefix"].split()),
        label=label,
        locator=locator,
        suffix=suffix,
        without_author=bool(found["without"]),
    )


def read_locator(rest: str) -> tuple[str, str, str]:
    """Label in CSL's words, place, and what follows: “, pp. 3-5 and passim”; a bare number is a page."""
    found = _LOCATOR.fullmatch(rest)
    if not found or (not found["label"] and not found["value"][0].isdigit()):
        return "", "", " ".join(rest.split()).lstrip(", ")
    label = LABELS[found["label"].lower()] if found["label"] else "page"
    return label, " ".join(found["value"].split()), " ".join(found["rest"].split()).lstrip(", ")


def clusters(found: str) -> Iterator[Cluster]:
    """Every citation in a piece of text."""
    for match in CLUSTER.finditer(found):
        if cluster := read_cluster(match.group()):
            yield cluster
