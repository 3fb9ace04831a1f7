"""What stands after the letter itself: publisher, series, contact."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from undersigned.appeals.letter.blocks import Block
from undersigned.appeals.letter.front import bare
from undersigned.appeals.letter.remarks import Remark, short

SERIES = re.compile(
    r"(?P<label>serie|series|série|reihe|schriftenreihe|collana|colección|collection|col·lecció|sèrie|"
    r"coleção|سلسلة)"
    r"\s*:\s*(?P<name>\S.*)",
    re.IGNORECASE,
)
LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<url>[^()\s]*)\)(?P<after>.*)")
ADDRESS = re.compile(
    r"(?:mailto:)?\w+(?:[.+-]\w+)*@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+", re.IGNORECASE
)
PUBLISHER = re.compile(
    r"\b(?:edicion(?:e)?s|editions?|éditions|edizioni|edições|editorial|editora|editrice|éditeurs?|"
    r"publishers?|publishing|"
    r"publicaciones|publications|publicacions|press|verlag|books|libros|livres|cuadernos|cahiers|"
    r"quaderns|hefte)\b",
    re.IGNORECASE,
)
RULE = re.compile(r"[\s*_=~·.\-—–]+")
POSTSCRIPT = re.compile(r"(?:p\.?\s?[sd]\b|n\.?\s?b\.|post\s?scriptum|postdata)", re.IGNORECASE)


@dataclass
class Tail:
    """What was found after the letter; `body` are the blocks that remain."""

    series: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)


def in_tail(block: Block) -> bool:
    """A line that is surely not part of a footnote: series, contact, publisher, a rule, a postscript."""
    text = bare(block.text)
    if RULE.fullmatch(block.text) or POSTSCRIPT.match(text) or SERIES.match(text) or is_contact(text):
        return True
    return len(text.split()) <= 6 and bool(PUBLISHER.search(text))


def is_contact(text: str) -> bool:
    """Mail and web addresses and nothing else, but perhaps a label."""
    parts = text.split()
    if len(parts) > 1 and parts[0].endswith(":"):
        parts = parts[1:]
    parts = [part.strip("<>(),;|·–-") for part in parts]
    return any(parts) and all(ADDRESS.fullmatch(part) for part in parts if part)


def read_tail(blocks: list[Block], author: str) -> Tail:
    """Series, contact and publisher are taken off the end; a signature stays in the letter."""
    tail = Tail()
    rest = list(blocks)
    while rest and _take(tail, rest[-1], author):
        rest.pop()
    tail.body = rest
    return tail


def _take(tail: Tail, block: Block, author: str) -> bool:
    text = bare(block.text)
    if RULE.fullmatch(block.text):
        return True
    if len(block.lines) > 1:
        return _take_lines(tail, block, author)
    series = SERIES.fullmatch(text)
    if series and not tail.series:
        _set_series(tail, series)
        return True
    if is_contact(text) and "contact" not in tail.extra:
        tail.extra["contact"] = text
        return True
    return _take_publisher(tail, block, text, author)


def _take_lines(tail: Tail, block: Block, author: str) -> bool:
    """A block of several lines is taken only when each of them is of the tail."""
    parts = [Block((line,), block.line + k) for k, line in enumerate(block.lines)]
    trial = Tail(tail.series, dict(tail.extra))
    if not all(_take(trial, part, author) for part in reversed(parts)):
        return False
    tail.series, tail.extra = trial.series, trial.extra
    tail.remarks += trial.remarks
    return True


def _set_series(tail: Tail, found: re.Match[str]) -> None:
    tail.extra["series-label"] = found["label"]
    link = LINK.fullmatch(found["name"])
    if not link:
        tail.series = bare(found["name"])
        return
    tail.series = (link["text"] + link["after"]).strip()
    if link["url"].strip("#"):
        tail.extra["series-url"] = link["url"]


def _take_publisher(tail: Tail, block: Block, text: str, author: str) -> bool:
    words = text.split()
    if (
        "publisher" in tail.extra
        or not words
        or len(words) > 6
        or text[-1] in ".,;:!?…»”)"
        or POSTSCRIPT.match(text)
    ):
        return False
    own = {word.lower() for word in re.findall(r"\w{2,}", author)}
    if own & {word.lower() for word in re.findall(r"\w{2,}", text)}:
        return False
    if not PUBLISHER.search(text):
        capitals = [word for word in words if len(word) > 3]
        named = len(capitals) > 1 and all(word[0].isupper() for word in capitals) and "," not in text
        if not (own and tail.series and named):
            return False
        tail.remarks.append(Remark("publisher-guessed", block.line, {"text": short(text)}))
    tail.extra["publisher"] = text
    return True
