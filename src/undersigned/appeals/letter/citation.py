"""The edition that a text was taken from, as an editor's sentence cites it."""

from __future__ import annotations

import re

from undersigned.appeals.letter.dates import MONTH
from undersigned.appeals.letter.sentences import clauses
from undersigned.appeals.markup.head import Source

QUOTED = re.compile(r"“(?P<a>[^“”]+)”|«(?P<d>[^«»]+)»|\"(?P<b>[^\"]+)\"|„(?P<c>[^„“”]+)[“”]")
ITALIC = re.compile(r"(?<![*_\w])[*_](?![*_\s])(?P<title>[^*_]+)[*_](?![*_\w])")
VOLUME = re.compile(
    r"\b(?:tomo|tome|tom|t\.|vol(?:ume|umen|um)?\b\.?|vols\.|band|bd\.?)\s*(?P<volume>\d+|[IVXLC]+\b)",
    re.IGNORECASE,
)
PAGES = re.compile(
    r"\b(?:páginas?|págs?\.|pàgin(?:a|es)|pàgs?\.|pagin[ae]|pagg?\.|pages?|seiten?|pp?\.|s\.)\s*"
    r"(?P<pages>\d+(?:\s*(?:[-–—]|a|y|et|and|und|to)\s*\d+)*)",
    re.IGNORECASE,
)
TO = r"(?:[-–—/]|a|y|à|et|to|and|bis|und)"
SPAN = rf"(?:{MONTH})\b\.?(?:\s*{TO}\s*(?:{MONTH})\b\.?)?(?:\s+(?:de\s+|del\s+|of\s+)?\d{{4}})?"
PERIOD = re.compile(rf"(?:\d{{1,2}}\.?\s+(?:de\s+)?)?\b{SPAN}", re.IGNORECASE)
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
ROLE = (
    r"editora?|ed\.|eds\.|éd\.|dir\.|hrsg\.?|hg\.|herausgeber|éditeur|"
    r"compilador|comp\.|coord\.|cur\.|curatore"
)
EDITOR_AFTER = re.compile(rf"\(?\s*(?P<name>[^(),;]{{1,80}}?),?\s*\(?\b(?:{ROLE})\)", re.IGNORECASE)
EDITOR_BEFORE = re.compile(
    r"\b(?:ed(?:ited|\.)?\s+by|ed\.|eds\.|edición de|ed\. de|édité par|édition de|sous la direction de|"
    r"hrsg\. von|"
    r"herausgegeben von|a cura di|edició de|editado por|edição de)\s+(?P<name>[^(),;]+)",
    re.IGNORECASE,
)
IN = re.compile(r"(?:^|[,.\s])(?:en|in|dans|dins|em|aus)\s*:?\s+", re.IGNORECASE)
PLACE_PUBLISHER = re.compile(r"(?P<place>[^:,]+):\s+(?P<publisher>[^:]+)")


def cites(sentence: str) -> bool:
    """A sentence with a work in italics or quotation marks and a page, volume or year."""
    named = QUOTED.search(sentence) or ITALIC.search(sentence)
    return bool(named and (PAGES.search(sentence) or (VOLUME.search(sentence) and YEAR.search(sentence))))


def read_citation(sentence: str) -> Source:
    """The parts of a citation; the whole of it stays in `text`, so that nothing hangs on this reading."""
    part = QUOTED.search(sentence)
    after = sentence[part.end() :] if part else sentence
    title = ITALIC.search(after) or (None if part else ITALIC.search(sentence))
    before_title = after[: title.start()] if title else after
    imprint = after[title.end() :] if title else ""
    editor = EDITOR_AFTER.search(after) or EDITOR_BEFORE.search(after)
    publisher, place, year = _imprint(imprint)
    return Source(
        text=sentence,
        part=next((text.strip() for text in part.groups() if text), "") if part else "",
        author=_author(before_title) if title else "",
        editor=editor["name"].strip(" .(") if editor else "",
        title=title["title"].strip() if title else "",
        volume=_group(VOLUME, imprint or after, "volume"),
        period=_group(PERIOD, imprint, 0),
        publisher=publisher,
        place=place,
        year=year,
        pages=_group(PAGES, after, "pages"),
    )


def _group(pattern: re.Pattern[str], text: str, group: str | int) -> str:
    found = pattern.search(text)
    return " ".join(found[group].split()) if found else ""


def _author(before: str) -> str:
    """What stands between "in" and the work: "en L. Autor (X editor), *Obras*"."""
    leads = list(IN.finditer(before))
    if not leads:
        return ""
    return re.sub(r"\([^()]*\)", "", before[leads[-1].end() :]).strip(" ,:;.")


def _imprint(text: str) -> tuple[str, str, str]:
    """Publisher, place and year, whichever of the common orders was used."""
    kept: list[str] = []
    year = ""
    for clause in clauses(text.strip(" .()")):
        bare = clause.strip(" .()")
        if (
            PAGES.fullmatch(bare)
            or VOLUME.fullmatch(bare)
            or PERIOD.fullmatch(bare)
            or EDITOR_AFTER.search(clause + ")")
        ):
            continue
        if EDITOR_BEFORE.match(bare):
            continue
        found = YEAR.search(PERIOD.sub("", bare))
        year = year or (found.group() if found else "")
        bare = YEAR.sub("", VOLUME.sub("", PAGES.sub("", bare))).strip(" .()")
        if bare:
            kept.append(bare)
    pair = next((found for clause in kept if (found := PLACE_PUBLISHER.fullmatch(clause))), None)
    if pair:
        return pair["publisher"].strip(), pair["place"].strip(), year
    if len(kept) > 1:
        return kept[0], kept[1], year
    return (kept[0] if kept else ""), "", year
