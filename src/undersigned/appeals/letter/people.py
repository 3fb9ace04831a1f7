"""The addressee, and who was behind a pseudonym."""

from __future__ import annotations

import re

from undersigned.appeals.letter.sentences import name_at_end, name_at_start
from undersigned.appeals.markup.head import Addressee

LETTER_TO = re.compile(
    r"\b(?:(?:carta|cartas|tarjeta|mensaje) (?:abierta )?(?:a|para|al)|(?:open )?letters? to|lettres? "
    r"(?:ouverte )?(?:à|au|aux)|"
    r"(?:offener )?brief an|lettera (?:aperta )?(?:a|al|alla)|carta oberta a|رسالة إلى)\s+(?=\S)",
    re.IGNORECASE,
)
PSEUDONYM = (
    r"(?:pseudónimo|seudónimo|pseudonyme|pseudonym|pseudonimo|pseudônimo|pseudònim|nombre de (?:guerra|"
    r"pluma)|nom de (?:guerre|plume)|"
    r"pen[- ]?name|alias|deckname|alias literario)"
)
WAS = re.compile(
    rf",?\s+(?:(?:era|fue|es|était|fut|est|was|is|war|ist|foi|é|fou)\s+)?(?:(?:el|un|le|the|a|das|ein|"
    rf"der|lo|uno|o|um)\s+)?"
    rf"{PSEUDONYM}\s+(?:literari[oa] |littéraire |literary )?(?:de|of|von|di|d['’])\s*",
    re.IGNORECASE,
)
KNOWN_AS = re.compile(
    r",?\s+(?:\([^()]*\),?\s+)?(?:(?:más |mejor )?conocid[oa] (?:como|por)|(?:better )?known as|connue? "
    r"sous le (?:nom|pseudonyme) de|dite?|alias|"
    r"genannt|bekannt als|dett[oa]|conhecid[oa] como|conegu(?:t|da) com(?: a)?|called)\s+[“«\"*]*",
    re.IGNORECASE,
)
YEARS = re.compile(r"[\s,]*\(([^()]*\d{4}[^()]*)\)")
GREETING_END = re.compile(r"[,:;.!،—-]+$")


def read_addressee(note_sentences: list[str], title: str) -> tuple[Addressee, str]:
    """The addressee and where the name was found: "note", "title" or nowhere."""
    name, place = "", ""
    for text, where in [*((sentence, "note") for sentence in note_sentences), (title, "title")]:
        found = LETTER_TO.search(text)
        candidate = name_at_start(text[found.end() :], several=True) if found else ""
        if candidate:
            name, place = candidate, where
            break
    pseudonym = _behind(note_sentences, name)
    if pseudonym.pseudonym:
        return Addressee(
            name or pseudonym.pseudonym, pseudonym.pseudonym, pseudonym.civil_name, pseudonym.note
        ), (place or "note")
    return Addressee(name), place


def _behind(note_sentences: list[str], name: str) -> Addressee:
    """The pseudonym that the note explains, if it is the addressee's."""
    own = {word.lower() for word in re.findall(r"\w{3,}", name)}
    for sentence in note_sentences:
        pen, civil, years = _explained(sentence)
        if (
            pen
            and civil
            and (not own or own & {word.lower() for word in re.findall(r"\w{3,}", f"{pen} {civil}")})
        ):
            return Addressee(pseudonym=pen, civil_name=civil, note=years)
    return Addressee()


def _explained(sentence: str) -> tuple[str, str, str]:
    found = WAS.search(sentence)
    if found:
        pen = name_at_end(sentence[: found.start()].strip('*_“”«»" '))
        rest = sentence[found.end() :]
        civil = name_at_start(rest)
        return pen, civil, _years(rest, civil)
    found = KNOWN_AS.search(sentence)
    if found:
        civil = name_at_end(YEARS.sub("", sentence[: found.start()]).strip())
        rest = sentence[found.end() :]
        pen = name_at_start(rest)
        return pen, civil, _years(sentence, civil) or _years(rest, pen)
    return "", "", ""


def _years(text: str, name: str) -> str:
    found = YEARS.match(text, text.find(name) + len(name)) if name and name in text else None
    return found[1].strip() if found else ""


def from_salutation(line: str, greeting: re.Pattern[str]) -> str:
    """The name in "Dear Ana Ruiz," or nothing where it greets without one."""
    found = greeting.match(line)
    rest = GREETING_END.sub("", line[found.end() :].strip(" *_")) if found else ""
    name = name_at_start(rest, several=True)
    return name if name == rest.strip() else ""
