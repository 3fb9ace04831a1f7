"""A body in Markdown as blocks and notes of the neutral document."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from undersigned.appeals.letter.blocks import Block as TypedBlock
from undersigned.appeals.letter.front import is_salutation
from undersigned.appeals.markup.citations import Cluster
from undersigned.appeals.markup.mentions import Mention, set_mentions
from undersigned.appeals.markup.parse import EDITORIAL, parser
from undersigned.appeals.markup.passages import read_words, set_marks
from undersigned.appeals.markup.persons import ident_of
from undersigned.edition import document as d

# A cross reference, as a letter's page spells it: another text, or a version of it.
_CROSS = re.compile(r"/appeals/[\w-]+/[\w/-]*(?:#[\w-]*)?")
_OPEN_TARGET = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_MARK = "edition_mark"
_CLOSING_WORDS = 12
_GREETING_WORDS = 8


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds; `marked` tells in which leaf each further mark ended."""

    blocks: d.Blocks
    notes: tuple[d.Note, ...]
    editor_notes: tuple[d.Note, ...]
    cited: tuple[str, ...]
    marked: dict[d.NoteMark, int]


@dataclass
class _Reader:
    """Walks the tokens once; every opened block keeps its children on the stack."""

    by_editors: bool = False
    cite: Callable[[Cluster], str] | None = None
    site: str = ""
    persons: Container[str] = ()
    leaf: int = 0
    quoted: int = 0
    numbers: dict[int, d.NoteMark] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[tuple[int, str, d.Blocks]] = field(default_factory=list)
    cited: dict[str, None] = field(default_factory=dict)
    marked: dict[d.NoteMark, int] = field(default_factory=dict)

    def blocks(self, tokens: Sequence[Token]) -> d.Blocks:
        """The blocks of a run of tokens, each opening token with its closing one."""
        found: list[d.Block] = []
        i = 0
        while i < len(tokens):
            end = _closing(tokens, i)
            block = self._block(tokens[i], tokens[i + 1 : end])
            if block is not None:
                found.append(block)
            i = end + 1
        return tuple(found)

    def _block(self, token: Token, inner: Sequence[Token]) -> d.Block | None:
        match token.type:
            case "paragraph_open":
                return self._paragraph(inner[0].children or [])
            case "heading_open":
                number = self._next()
                return d.Heading(int(token.tag[1]), self.inlines(inner[0].children or []), number)
            case "blockquote_open":
                self.quoted += 1
                quote = d.Quote(self.blocks(inner))
                self.quoted -= 1
                return quote
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrs.get("start", 1)) if token.type[0] == "o" else None
                return d.ListBlock(tuple(self._items(inner)), start)
            case "fence" | "code_block":
                return d.Preformatted(token.content.rstrip("\n"), self._next())
            case "hr":
                return d.Separator()
            case "footnote_block_open":
                self._notes(inner)
        return None

    def _paragraph(self, children: Sequence[Token]) -> d.Paragraph | d.Verse:
        """In a quotation, three lines or more that were all broken by hand are verse."""
        number, breaks = self._next(), [child.type for child in children if child.type.endswith("break")]
        content = self.inlines(children)
        if self.quoted and len(breaks) >= 2 and "softbreak" not in breaks:
            return _verse(content, number)
        return d.Paragraph(content, number)

    def _next(self) -> int:
        self.leaf += 1
        return self.leaf

    def _items(self, tokens: Sequence[Token]) -> Iterable[d.Blocks]:
        i = 0
        while i < len(tokens):
            end = _closing(tokens, i)
            yield self.blocks(tokens[i + 1 : end])
            i = end + 1

    def _notes(self, tokens: Sequence[Token]) -> None:
        # Leaves of notes are not counted: the apparatus points into the body.
        leaf = self.leaf
        i = 0
        while i < len(tokens):
            end = _closing(tokens, i)
            meta = tokens[i].meta
            self._number(meta)
            self.notes.append((meta["id"], meta["label"] or "", self.blocks(tokens[i + 1 : end])))
            i = end + 1
        self.leaf = leaf
        self.notes = [(ident, mark, _unnumbered(blocks)) for ident, mark, blocks in self.notes]

    def _number(self, meta: dict[str, object]) -> d.NoteMark:
        """Notes are numbered within their kind, in the order of their first marks."""
        ident = int(str(meta["id"]))
        if ident not in self.numbers:
            editorial = self.by_editors or EDITORIAL.fullmatch(str(meta.get("label") or ""))
            kind: d.NoteKind = "editorial" if editorial else "authorial"
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.numbers[ident] = d.NoteMark(kind, self.counts[kind])
        return self.numbers[ident]

    def inlines(self, tokens: Sequence[Token]) -> d.Inlines:
        """Inline nodes, neighbouring words joined."""
        found: list[d.Inline] = []
        i = 0
        while i < len(tokens):
            end = _closing(tokens, i)
            node = self._inline(tokens[i], tokens[i + 1 : end])
            if isinstance(node, d.Str) and found and isinstance(found[-1], d.Str):
                found[-1] = d.Str(found[-1].text + node.text)
            elif not isinstance(node, d.Str) or node.text:
                found.append(node)
            i = end + 1
        return tuple(found)

    def _inline(self, token: Token, inner: Sequence[Token]) -> d.Inline:
        match token.type:
            case "em_open":
                return d.Emph(self.inlines(inner))
            case "strong_open":
                return d.Strong(self.inlines(inner))
            case "link_open" | "mention_open":
                target = str(token.attrs.get("href", ""))
                if (person := ident_of(target)) and person in self.persons:
                    return d.Mention(self.inlines(inner), person)
                if self.site and _CROSS.fullmatch(target):
                    target = self.site.rstrip("/") + target
                kept = target if _OPEN_TARGET.match(target) else ""
                return d.Link(self.inlines(inner), kept, str(token.attrs.get("title", "")))
            case "code_inline":
                return d.Code(token.content)
            case "softbreak":
                return d.Str(" ")
            case "hardbreak":
                return d.LineBreak()
            case "footnote_ref":
                return replace(self._number(token.meta), again=int(token.meta.get("subId", 0)))
            case "citation":
                return self._citation(token)
            case "edition_mark":
                mark: d.NoteMark = token.meta["mark"]
                self.marked[mark] = self.leaf
                return mark
        return d.Str(token.content)

    def _citation(self, token: Token) -> d.Citation:
        cluster = token.meta["cluster"]
        self.cited.update(dict.fromkeys(cite.key for cite in cluster.cites))
        cites = tuple(
            d.Cite(cite.key, cite.prefix, cite.label, cite.locator, cite.suffix, cite.without_author)
            for cite in cluster.cites
        )
        return d.Citation(cites, cluster.typed, self.cite(cluster) if self.cite else "")


def read_body(
    body: str,
    *,
    by_editors: bool = False,
    marks: Sequence[tuple[int, d.NoteMark]] = (),
    cite: Callable[[Cluster], str] | None = None,
    letter: bool = True,
    site: str = "",
    persons: Container[str] = (),
    mentions: Sequence[tuple[int, int, str]] = (),
) -> Body:
    """The body's blocks and notes.

    `by_editors`: its footnotes are the editors'. `marks` are set behind the words that end at each position,
    counted over `markup.words_of(body)`. `cite` says how a citation reads. `letter`: greeting and closing
    lines are told apart. `site`: where a cross reference to another text leads. `persons`: to whom typed
    links may lead; `mentions`: stretches of the words that lead to one of them.
    """
    tokens = _parser().parse(body)
    set_mentions(tokens, [Mention(start, end, f"person:{person}") for start, end, person in mentions])
    if marks:
        set_marks(
            read_words(tokens)[1],
            [(place, Token(_MARK, "", 0, meta={"mark": mark})) for place, mark in marks],
        )
    reader = _Reader(by_editors, cite, site, persons)
    blocks = reader.blocks(tokens)
    notes = [
        d.Note(reader.numbers[ident].kind, reader.numbers[ident].number, content, mark)
        for ident, mark, content in reader.notes
    ]
    return Body(
        _letter(blocks) if letter else blocks,
        tuple(note for note in notes if note.kind == "authorial"),
        tuple(note for note in notes if note.kind == "editorial"),
        tuple(reader.cited),
        reader.marked,
    )


def read_blocks(typed: str, *, persons: Container[str] = ()) -> d.Blocks:
    """Blocks that stand outside the body, such as an editors' note: nothing points to their leaves."""
    return _unnumbered(read_body(typed, letter=False, persons=persons).blocks)


def read_inlines(typed: str) -> d.Inlines:
    """One line of Markdown, such as a citation with its emphasis."""
    tokens = _parser().parseInline(typed)
    return _Reader().inlines(tokens[0].children or []) if tokens else ()


def salutation(blocks: d.Blocks) -> str:
    """The greeting that a letter begins with; empty where there is none."""
    first = blocks[0] if blocks else None
    return d.plain(first.content) if isinstance(first, d.Paragraph) and first.role == "salutation" else ""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return parser(strict=False)


def _closing(tokens: Sequence[Token], start: int) -> int:
    """Where the token that opens at `start` is closed; itself for one that does not open anything."""
    depth = 0
    for i in range(start, len(tokens)):
        depth += tokens[i].nesting
        if depth <= 0:
            return i
    return len(tokens) - 1


def _verse(content: d.Inlines, number: int) -> d.Verse:
    lines: list[list[d.Inline]] = [[]]
    for node in content:
        if isinstance(node, d.LineBreak):
            lines.append([])
        else:
            lines[-1].append(node)
    return d.Verse(tuple(map(tuple, lines)), number)


def _unnumbered(blocks: d.Blocks) -> d.Blocks:
    """Leaves of a note point nowhere."""
    found: list[d.Block] = []
    for block in blocks:
        match block:
            case d.Quote(inner):
                found.append(d.Quote(_unnumbered(inner)))
            case d.ListBlock(items, start):
                found.append(d.ListBlock(tuple(map(_unnumbered, items)), start))
            case d.Separator():
                found.append(block)
            case _:
                found.append(replace(block, number=0))
    return tuple(found)


def _letter(blocks: d.Blocks) -> d.Blocks:
    """Headings start at 1; the greeting and the closing lines of a letter know what they are."""
    found = list(blocks)
    top = min((block.level for block in found if isinstance(block, d.Heading)), default=1)
    found = [
        replace(block, level=block.level - top + 1) if isinstance(block, d.Heading) else block
        for block in found
    ]
    if found and isinstance(found[0], d.Paragraph) and _greets(found[0]):
        found[0] = replace(found[0], role="salutation")
    last = found[-1] if len(found) > 2 else None
    if isinstance(last, d.Paragraph) and _closes(last):
        found[-1] = replace(last, role="closing")
    return tuple(found)


def _greets(paragraph: d.Paragraph) -> bool:
    """Known greetings, and in any other language a few words that end like one."""
    lines = tuple(d.plain(paragraph.content).split("\n"))
    short = len(lines) == 1 and len(lines[0].split()) <= _GREETING_WORDS
    return is_salutation(TypedBlock(lines, 1)) or (short and lines[0].rstrip().endswith((",", ":", "،")))


def _closes(paragraph: d.Paragraph) -> bool:
    words = d.plain(paragraph.content)
    broken = any(isinstance(node, d.LineBreak) for node in paragraph.content)
    return broken and all(len(line.split()) <= _CLOSING_WORDS for line in words.split("\n"))
