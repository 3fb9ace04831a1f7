"""What an editorial note tells: source, translator, archive, addressee."""

from __future__ import annotations

import re
from dataclasses import dataclass

from undersigned.appeals.letter.citation import cites, read_citation
from undersigned.appeals.letter.language import CODES, guess
from undersigned.appeals.letter.sentences import name_at_start, sentences
from undersigned.appeals.markup.head import Source

# A longer note is kept whole as well, but its facts stand at its beginning.
NOTE_MAX = 10_000
TRANSLATED = re.compile(
    r"\b(?:versión|traducción|traducid[oa]|translat(?:ed|ion)|tradui(?:te?|s)|traduction|übersetz(?:t|"
    r"ung)|tradott[oa]|traduzione|"
    r"traduzid[oa]|tradução|traduït|traduïda|traducció|version française|english version)\b",
    re.IGNORECASE,
)
TRANSLATOR = re.compile(
    r"\b(?:(?:traducción|traducid[oa]|translat(?:ed|ion)|tradui(?:te?|s)|traduction|übersetz(?:t|ung)|"
    r"tradott[oa]|traduzione|traduzid[oa]|"
    r"tradução|traduït|traduïda|traducció|versión)(?:[^.;“«]{0,60}?)\s(?:por|by|par|von|da|per|de(?= "
    r"[^\W\da-zà-ÿ_])))\s+(?=[^\W\d_])|"
    r"\b(?:translator|traductora?|traducteur|traductrice|übersetzer(?:in)?|traduttore|traduttrice|"
    r"tradutora?)\s*:\s*",
    re.IGNORECASE,
)
FROM_LANGUAGE = re.compile(
    r"\b(?:desde el|del|from the|du|de l['’]|aus dem|dal|dall['’]|do|from)\s*(?P<name>[^\W\d_]+)",
    re.IGNORECASE,
)
ARCHIVE_FIRST = re.compile(
    r"(?:(?:original|manuscrito|manuscript|ms\.?|conservad[oa]s?|kept|preserved|held|conservée?|"
    r"aufbewahrt)\b[^,.]{0,40}\b(?:in|at|en|au|à|im|in der)\s+"
    r"(?:the |el |la |los |le |les |dem |der )?)?"
    r"(?:[^\W\d_][\w'’.]*\s+){0,3}?(?:fonds?|fondo|fons|archiv(?:o|os|e|es|i|io)?|arxiu|arquivo|papers|"
    r"nachlass|nachlaß|legado)\b",
    re.IGNORECASE,
)
LABEL = re.compile(r"^(?:fuente|source|quelle|fonte|font|archivo|archives?|archiv)\s*:\s*", re.IGNORECASE)
ARCHIVE_LABEL = re.compile(r"^(?:archivo|archives?|archiv|arxiu|arquivo)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Facts:
    """What the note says, each fact in its field; the note itself is kept whole beside it."""

    source: Source
    archive: str
    translator: str
    translated_from: str
    language_guessed: bool
    sentences: list[str]


def read_note(note: str, lang: str) -> Facts:
    """The facts of a note in any of the languages it may be written in."""
    found = sentences(" ".join(note.split())[:NOTE_MAX])
    cited = next((sentence for sentence in found if cites(sentence)), "")
    source = read_citation(LABEL.sub("", cited)) if cited else Source()
    translator = next((name for sentence in found if (name := _translator(sentence))), "")
    code = next((code for sentence in found if (code := _language(sentence))), "")
    guessed = ""
    if not code and any(TRANSLATED.search(sentence) for sentence in found):
        guessed = guess(f"{source.part} {source.title}", evidence=1)
        guessed = "" if guessed == lang else guessed
    return Facts(source, _archive(found, cited), translator, code or guessed, bool(guessed), found)


def _translator(sentence: str) -> str:
    found = TRANSLATOR.search(sentence)
    return name_at_start(sentence[found.end() :], several=True) if found else ""


def _language(sentence: str) -> str:
    if not TRANSLATED.search(sentence):
        return ""
    names = (found["name"].lower() for found in FROM_LANGUAGE.finditer(sentence))
    return next((CODES[name] for name in names if name in CODES), "")


def _archive(found: list[str], cited: str) -> str:
    for sentence in found:
        if sentence != cited and ARCHIVE_FIRST.match(sentence) and len(sentence.split()) <= 30:
            return ARCHIVE_LABEL.sub("", sentence).rstrip(". ")
    return ""
