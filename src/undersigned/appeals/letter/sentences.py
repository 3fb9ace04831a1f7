"""Editors' prose cut into sentences, clauses and names, abbreviations respected."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTENED = """
p pp pg pág págs pàg pag pagg vol vols t tom ed eds éd dir hrsg hg bd bde nr no nº n núm num cf
mr mrs ms m mm mme dr dra sr sra st ste ca c al etc trad tr transl coord comp op cit ibid s ss f ff
col coll cap ch chap art dept inv sig
"""
ABBREVIATIONS = set(SHORTENED.split())
OPENERS, CLOSERS = "([{“«", ")]}”»"
END = re.compile(r"[.!?…]+[”»\"')\]*_]*(?=\s|$)")
SMALL = """
de del la las los da das do dos di della dei van von der den zu zum du des le
y e i et and und en al el bin ibn abu ben ter ten d' o'
"""
PARTICLES = set(SMALL.split())
JOINING = {"y", "e", "i", "et", "and", "und"}
NAME_WORD = re.compile(r"[^\W\d_][\w'’·-]*(?:\([^()\s]{1,20}\))?\.?")


def sentences(text: str) -> list[str]:
    """The sentences; one does not end inside brackets, nor after an initial or an abbreviation."""
    result: list[str] = []
    start = 0
    depths = nesting(text)
    for found in END.finditer(text):
        word = re.split(r"[^\w'’]", text[max(start, found.start() - 30) : found.start()])[-1]
        initial = len(word) == 1 and word.isupper()
        if (
            found.group().startswith(".")
            and (initial or word.lower() in ABBREVIATIONS)
            and found.end() < len(text)
        ):
            continue
        if depths[found.end() - 1] or not _starts(text[found.end() :]):
            continue
        result.append(text[start : found.end()].strip())
        start = found.end()
    return [sentence for sentence in [*result, text[start:].strip()] if sentence]


def _starts(rest: str) -> bool:
    following = rest.lstrip(" \n\t*_¿¡“«\"'(\\[")[:1]
    return not following or not following.islower()


def nesting(text: str) -> list[int]:
    """How many brackets and quotation marks are open after each character; “ closes what „ opened."""
    depths: list[int] = []
    depth = low = 0
    straight = False
    for character in text:
        if character == "„":
            low += 1
        elif low and character in "“”":
            low -= 1
        elif character == '"':
            straight = not straight
        else:
            depth += (character in OPENERS) - (character in CLOSERS)
        depths.append(max(depth, 0) + low + straight)
    return depths or [0]


def clauses(text: str) -> Iterator[str]:
    """The parts between commas that are not inside brackets or quotation marks."""
    start = 0
    for i, depth in enumerate(nesting(text)):
        if text[i : i + 1] in (",", ";") and not depth:
            yield text[start:i].strip()
            start = i + 1
    yield text[start:].strip()


def name_at_start(text: str, *, several: bool = False) -> str:
    """The person's name with which a text begins; with `several`, names joined by "and"."""
    taken: list[str] = []
    position = 0
    while found := NAME_WORD.match(text, position):
        word = found.group()
        small = word.lower().rstrip(".") in PARTICLES
        capital = word[0].isupper() or "\u0600" <= word[0] <= "\u06ff"
        if not (small or capital) or (word.lower() in JOINING and not several):
            break
        initial = len(word.rstrip(".")) <= 2 or "(" in word
        taken.append(word if initial else word.rstrip("."))
        position = found.end()
        if word.endswith(".") and not initial:
            break
        if several and text.startswith(", ", position) and text[position + 2 : position + 3].isupper():
            taken[-1] += ","
            position += 1
        space = re.compile(r"\s+").match(text, position)
        if not space:
            break
        position = space.end()
    while taken and taken[-1].lower() in PARTICLES:
        taken.pop()
    return " ".join(taken).rstrip(",")


def name_at_end(text: str) -> str:
    """The person's name with which a text ends."""
    taken: list[str] = []
    for word in reversed(text.split()):
        small = word.lower() in PARTICLES and word.lower() not in JOINING
        ends_sentence = taken and word.endswith(".") and len(word) > 3
        if ends_sentence or not (small or (NAME_WORD.fullmatch(word) and word[0].isupper())):
            break
        taken.insert(0, word)
    while taken and taken[0].lower() in PARTICLES:
        taken.pop(0)
    return " ".join(taken)
