"""A text's blocks and notes as TEI: a note stands at its first mark, further marks refer to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from undersigned.edition import document as d
from undersigned.edition.formats.marks import note_id, sign
from undersigned.edition.formats.tags import Child, Markup, empty, joined, tag


def witness_id(sigil: str) -> str:
    """The xml:id of a witness."""
    return f"wit-{sigil}"


@dataclass
class TeiWriter:
    """Writes blocks; `sources` gives the xml:id of each source by its key."""

    text: d.Text
    sources: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    # Notes that stand in the words already: one that calls itself is written once.
    _written: set[str] = field(default_factory=set)

    def letter(self, blocks: d.Blocks) -> Markup:
        """The body: greeting and closing in their elements, a division for each heading."""
        opened = list(blocks)
        opener = closer = None
        if opened and isinstance(opened[0], d.Paragraph) and opened[0].role == "salutation":
            first = opened.pop(0)
            assert isinstance(first, d.Paragraph)
            opener = tag(
                "opener", tag("salute", self.inlines(first.content)), xml__id=self._leaf_id(first.number)
            )
        head = tag("head", self.text.title)
        last = opened[-1] if opened else None
        closing = last if isinstance(last, d.Paragraph) and last.role == "closing" else None
        inner = list(self._divisions(opened[:-1] if closing else opened, 1))
        if closing:
            closer = tag("closer", self.inlines(closing.content), xml__id=self._leaf_id(closing.number))
        elif not inner:
            inner = [tag("p")]
        return tag("div", head, opener, *inner, closer, type="letter")

    def _divisions(self, blocks: Sequence[d.Block], level: int) -> Iterator[Markup]:
        """Blocks before the first heading, then a division from each heading to the next as high."""
        starts = [i for i, block in enumerate(blocks) if isinstance(block, d.Heading)]
        if not starts:
            yield from self.blocks(tuple(blocks))
            return
        yield from self.blocks(tuple(blocks[: starts[0]]))
        at = starts[0]
        while at < len(blocks):
            heading = blocks[at]
            assert isinstance(heading, d.Heading)
            until = next((i for i in starts if i > at and _level(blocks[i]) <= heading.level), len(blocks))
            head = tag("head", self.inlines(heading.content), xml__id=self._leaf_id(heading.number))
            inner = list(self._divisions(blocks[at + 1 : until], level + 1)) or [tag("p")]
            yield tag("div", head, *inner, type="section", n=level)
            at = until

    def blocks(self, blocks: d.Blocks) -> Iterator[Markup]:
        """Every block; a heading within a quotation or a list is a block of its own kind."""
        for block in blocks:
            yield self._block(block)

    def _block(self, block: d.Block) -> Markup:
        match block:
            case d.Quote(inner):
                return tag("quote", *self.blocks(inner))
            case d.ListBlock(items, start):
                listed = [self._item(item, i, start) for i, item in enumerate(items)]
                return tag("list", *listed, rend="bulleted" if start is None else "numbered")
            case d.Separator():
                return empty("milestone", unit="section", rend="rule")
            case d.Preformatted(text, number):
                return tag(
                    "ab", text, type="preformatted", xml__space="preserve", xml__id=self._leaf_id(number)
                )
            case d.Verse(lines, number):
                return tag(
                    "lg", *(tag("l", self.inlines(line)) for line in lines), xml__id=self._leaf_id(number)
                )
            case d.Heading(_, content, number):
                return tag("ab", self.inlines(content), type="heading", xml__id=self._leaf_id(number))
            case d.Paragraph(content, number):
                return tag("p", self.inlines(content), xml__id=self._leaf_id(number))

    def _item(self, blocks: d.Blocks, place: int, start: int | None) -> Markup:
        return tag("item", *self.blocks(blocks), n=None if start is None else start + place)

    def _leaf_id(self, number: int) -> str | None:
        return f"{self.prefix}p{number}" if number else None

    def inlines(self, content: d.Inlines) -> Markup:
        """Inline nodes, notes at their first marks."""
        return Markup("".join(self._inline(node) for node in content))

    def _inline(self, node: d.Inline) -> Markup:
        match node:
            case d.Str(text):
                return joined(text)
            case d.Emph(inner):
                return tag("emph", self.inlines(inner))
            case d.Strong(inner):
                return tag("hi", self.inlines(inner), rend="bold")
            case d.Code(text):
                return tag("hi", text, rend="monospace")
            case d.Link(inner, target):
                shown = self.inlines(inner)
                return tag("ref", shown, target=target) if target else tag("seg", shown, type="link")
            case d.Mention(inner, person):
                return tag("persName", self.inlines(inner), ref=f"#person-{person}")
            case d.LineBreak():
                return empty("lb")
            case d.Citation():
                return joined(
                    *(self._cite(node, cite, i) for i, cite in enumerate(node.cites)), separator="; "
                )
            case d.NoteMark():
                return self._mark(node)

    def _cite(self, citation: d.Citation, cite: d.Cite, place: int) -> Markup:
        """One source: as typed in @n of the first, the place in it apart."""
        target = self.sources.get(cite.key)
        where = cite.locator and tag("citedRange", cite.locator, unit=cite.label or "page")
        parts: list[Child] = [
            cite.prefix and f"{cite.prefix} ",
            tag("ref", cite.key, target=f"#{target}") if target else tag("seg", cite.key, type="key"),
            where and joined(", ", where),
            cite.suffix and f" {cite.suffix}",
        ]
        return tag("bibl", *parts, type="citation", n=citation.typed if not place else None)

    def _mark(self, mark: d.NoteMark) -> Markup:
        ident = self.prefix + note_id(mark)
        if ident in self._written:
            return tag("ref", sign(mark), type="note", target=f"#{ident}")
        inner = self._evidence(mark.number) if mark.kind == "evidence" else self._note(mark)
        if inner is None:
            return Markup("")
        return self._place(mark, inner)

    def _place(self, mark: d.NoteMark, inner: list[Child]) -> Markup:
        ident = self.prefix + note_id(mark)
        return tag("note", *inner, xml__id=ident, type=mark.kind, n=sign(mark), place="foot")

    def _note(self, mark: d.NoteMark) -> list[Child] | None:
        notes = self.text.notes if mark.kind == "authorial" else self.text.editor_notes
        note = next((note for note in notes if note.number == mark.number), None)
        if note is None:
            return None
        self._written.add(self.prefix + note_id(mark))
        return list(self.blocks(note.blocks)) or [tag("p")]

    def _evidence(self, number: int) -> list[Child] | None:
        claim = next((one for one in self.text.evidence if one.number == number), None)
        if claim is None:
            return None
        self._written.add(self.prefix + note_id(d.NoteMark("evidence", number)))
        target = self.sources.get(claim.source)
        language = claim.quotation_language or None
        where = [
            tag("ref", claim.source, target=f"#{target}") if target else "",
            claim.locator and tag("citedRange", claim.locator),
            claim.shelfmark and tag("idno", claim.shelfmark, type="shelfmark"),
        ]
        lines: list[Child] = [
            claim.claim,
            claim.quotation and tag("quote", claim.quotation, xml__lang=language),
            claim.translation and tag("quote", claim.translation, type="translation"),
            tag("bibl", joined(*where, separator=", ")) if any(where) else self.text.say("no-evidence"),
        ]
        return [tag("p", line) for line in lines if line]

    def unplaced(self) -> list[Markup]:
        """Notes and evidence whose passage was changed, with the words they were about."""
        found = []
        for note in self.text.editor_notes:
            if note.place:
                gone = tag("p", self.text.say("orphaned", passage=note.place))
                mark = d.NoteMark(note.kind, note.number)
                found.append(self._place(mark, [gone, *self.blocks(note.blocks)]))
        for claim in self.text.evidence:
            if not claim.leaf:
                gone = tag("p", self.text.say("orphaned", passage=claim.exact))
                mark = d.NoteMark("evidence", claim.number)
                found.append(self._place(mark, [gone, *(self._evidence(claim.number) or [])]))
        return found


def _level(block: d.Block) -> int:
    return block.level if isinstance(block, d.Heading) else 0
