"""Notes behind the paragraph that calls them: a page sets them beside it where there is room, else under it.

Everybody meets them in the same order: the words, then what is noted to them. The author's notes are 1, 2,
the editors' †1, †2, sources and evidence [1], [2].
"""

from __future__ import annotations

import html
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

from undersigned.appeals.markup.parse import EDITORIAL

# A footnote's number in the text -> whether it is the editors', and its number among its kind.
Kinds = Mapping[int, tuple[bool, int]]


@dataclass(frozen=True)
class Called:
    """A note and one of its marks, as they stand on the page."""

    id: str
    mark_id: str
    sign: str
    label: str
    number: int
    kind: str = ""


def kinds(tokens: Sequence[Token], *, by_editors: bool) -> Kinds:
    """Whose each footnote is, numbered in the order of their first marks."""
    labels = {
        child.meta["id"]: str(child.meta.get("label") or "")
        for token in tokens
        for child in token.children or ()
        if child.type == "footnote_ref"
    }
    found: dict[int, tuple[bool, int]] = {}
    counts = {True: 0, False: 0}
    for ident in sorted(labels):
        editorial = by_editors or bool(EDITORIAL.fullmatch(labels[ident]))
        counts[editorial] += 1
        found[ident] = editorial, counts[editorial]
    return found


def called(token: Token, env: EnvType) -> Called:
    """The note that a footnote's token belongs to."""
    editorial, number = env["kinds"].get(token.meta["id"], (False, token.meta["id"] + 1))
    times, labels = token.meta.get("subId", 0), env["labels"]
    base = f"{env['prefix']}-ed" if editorial else env["prefix"]
    again = f"-{times + 1}" if times else ""
    label = (labels.editor_note if editorial else labels.note).format(number=number)
    sign = f"†{number}" if editorial else str(number)
    kind = "editors" if editorial else ""
    return Called(f"{base}-note-{number}", f"{base}-mark-{number}{again}", sign, label, number, kind)


def opening(note: Called) -> str:
    """The start of a note, with its sign."""
    classes = f"side-note {note.kind}".strip()
    return (
        f'<div class="{classes}" id="{note.id}" role="doc-footnote" aria-label="{html.escape(note.label)}">'
        f'<span class="side-sign" aria-hidden="true">{note.sign}</span>\n'
    )


def back(note: Called, env: EnvType) -> str:
    """The way back from a note to its mark."""
    label = html.escape(env["labels"].back.format(number=note.sign.strip("[]")))
    # U+FE0E keeps telephones from drawing the arrow as a picture.
    return f'<a href="#{note.mark_id}" class="back" role="doc-backlink" aria-label="{label}">\u21a9\ufe0e</a>'


def placed(md: MarkdownIt, tokens: Sequence[Token], env: EnvType) -> tuple[str, bool]:
    """The body as HTML with every note behind the block that calls it first; whether there is any."""
    body, notes = _parted(tokens)
    shown: set[int] = set()
    parts: list[str] = []
    has_notes = False
    for block in _blocks(body):
        parts.append(md.renderer.render(block, md.options, env))
        found = "".join(_notes(md, block, notes, shown, env))
        if found:
            has_notes = True
            parts.append(f'<div class="side">\n{found}</div>\n')
    return "".join(parts), has_notes


def _parted(tokens: Sequence[Token]) -> tuple[Sequence[Token], dict[int, list[Token]]]:
    """The body, and the tokens of each footnote."""
    notes: dict[int, list[Token]] = {}
    current: list[Token] | None = None
    end = len(tokens)
    for place, token in enumerate(tokens):
        if token.type == "footnote_block_open":
            end = min(end, place)
        elif token.type == "footnote_open":
            current = notes.setdefault(token.meta["id"], [])
        if current is not None:
            current.append(token)
        if token.type == "footnote_close":
            current = None
    return tokens[:end], notes


def _blocks(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    depth = start = 0
    for place, token in enumerate(tokens):
        depth += token.nesting
        if depth <= 0:
            yield tokens[start : place + 1]
            depth, start = 0, place + 1


def _notes(
    md: MarkdownIt, block: Sequence[Token], notes: dict[int, list[Token]], shown: set[int], env: EnvType
) -> Iterator[str]:
    """The notes that a block calls, each followed by those that it calls itself."""
    waiting = deque(child for token in block for child in token.children or ())
    while waiting:
        mark = waiting.popleft()
        if mark.type == "footnote_ref" and mark.meta["id"] in notes and mark.meta["id"] not in shown:
            shown.add(mark.meta["id"])
            run = notes[mark.meta["id"]]
            yield md.renderer.render(run, md.options, env)
            within = [child for token in run for child in token.children or ()]
            waiting.extendleft(reversed(within))
        elif cited := mark.meta.get("cited"):
            yield _source(cited.note_id, cited.mark_id, cited.number, str(mark.meta["note"]), env)


def _source(ident: str, mark: str, number: int, note: str, env: EnvType) -> str:
    label = env["labels"].source.format(number=number)
    known = Called(ident, mark, f"[{number}]", label, number, "source")
    return f"{opening(known)}<p>{note} {back(known, env)}</p>\n</div>\n"
