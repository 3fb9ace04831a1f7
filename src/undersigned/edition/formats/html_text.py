"""A text's blocks and notes as HTML; EPUB and PDF are made of the same.

A note stands behind the leaf that holds its first mark: beside it on a wide page, below it on a narrow one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from undersigned.edition import document as d
from undersigned.edition.formats.marks import mark_id, marks_in, note_id, sign, with_place
from undersigned.edition.formats.tags import Markup, joined, tag

# Notes with more markup than this, and twice their leaf's, would leave a hole in the text beside them.
_BESIDE = 1500
_BACK = "\u21a9\ufe0e"
_SAY = {"authorial": "note", "editorial": "editor-note", "evidence": "evidence-note"}


@dataclass
class TextWriter:
    """Writes blocks; `prefix` keeps the ids of two texts on one page apart."""

    text: d.Text
    references: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    # Notes that stand on the page already: one that calls itself is written once.
    _written_notes: set[str] = field(default_factory=set)

    def blocks(self, blocks: d.Blocks) -> Iterator[Markup]:
        """Every block, each leaf with the notes that are marked in it."""
        for block in blocks:
            yield self._block(block)

    def _block(self, block: d.Block) -> Markup:
        match block:
            case d.Quote(inner):
                return tag("blockquote", *self.blocks(inner))
            case d.ListBlock(items, start):
                name = "ul" if start is None else "ol"
                listed = [tag("li", *self.blocks(item)) for item in items]
                return tag(name, *listed, start=start if start not in (None, 1) else None)
            case d.Separator():
                return tag("hr")
            case d.Preformatted(text, number):
                return tag("pre", tag("code", text), id=self._leaf_id(number))
            case d.Verse(lines, number):
                shown = joined(*(self.inlines(line) for line in lines), separator=tag("br"))
                verse = tag("p", shown, class_="verse", id=self._leaf_id(number))
                return self._noted(verse, [note for line in lines for note in self._notes_of(line)])
            case d.Heading(level, content, number):
                shown = self.inlines(content)
                heading = tag(f"h{min(level + 1, 6)}", shown, id=self._leaf_id(number), dir="auto")
                return self._noted(heading, self._notes_of(content))
            case d.Paragraph(content, number, role):
                shown = self.inlines(content)
                paragraph = tag("p", shown, class_=role or None, id=self._leaf_id(number), dir="auto")
                return self._noted(paragraph, self._notes_of(content))

    def _noted(self, leaf: Markup, notes: list[Markup]) -> Markup:
        """A leaf with its notes, in one box so that they can stand side by side."""
        if not notes:
            return leaf
        kind = "noted long" if sum(map(len, notes)) > _BESIDE + 2 * len(leaf) else "noted"
        return tag("div", leaf, tag("div", *notes, class_="beside"), class_=kind)

    def _leaf_id(self, number: int) -> str | None:
        return f"{self.prefix}p{number}" if number else None

    def inlines(self, content: d.Inlines) -> Markup:
        """Inline nodes, marks of notes with their links."""
        return Markup("".join(self._inline(node) for node in content))

    def _inline(self, node: d.Inline) -> Markup:
        match node:
            case d.Str(text):
                return joined(text)
            case d.Emph(inner):
                return tag("em", self.inlines(inner))
            case d.Strong(inner):
                return tag("strong", self.inlines(inner))
            case d.Code(text):
                return tag("code", text)
            case d.Link(inner, target, title):
                shown = self.inlines(inner)
                return tag("a", shown, href=target, title=title or None, rel="noopener") if target else shown
            case d.Mention(inner, person):
                return tag("a", self.inlines(inner), href=f"#person-{person}", class_="person")
            case d.LineBreak():
                return tag("br")
            case d.Citation():
                return self._citation(node)
            case d.NoteMark():
                return self._mark(node)

    def _citation(self, node: d.Citation) -> Markup:
        shown = node.shown or node.typed
        known = next((cite.key for cite in node.cites if cite.key in self.references), None)
        if known is None:
            return tag("span", shown, class_="citation")
        return tag("a", shown, href=f"#{self.references[known]}", class_="citation", role="doc-biblioref")

    def _mark(self, mark: d.NoteMark) -> Markup:
        label = self.text.say(_SAY[mark.kind], number=sign(mark).strip("[]"))
        link = tag(
            "a",
            sign(mark),
            href=f"#{self.prefix}{note_id(mark)}",
            id=f"{self.prefix}{mark_id(mark)}",
            role="doc-noteref",
            aria_label=label,
        )
        return tag("sup", link, class_=mark.kind)

    def _notes_of(self, content: d.Inlines) -> list[Markup]:
        return [note for mark in marks_in(content) if (note := self.note(mark))]

    def note(self, mark: d.NoteMark) -> Markup | None:
        """The note that a mark calls, to stand behind its leaf; None where it stands already."""
        if note_id(mark) in self._written_notes:
            return None
        self._written_notes.add(note_id(mark))
        inner = self._claim(mark) if mark.kind == "evidence" else self._written(mark)
        if inner is None:
            return None
        return self._aside(mark, inner, self._back(mark))

    def unplaced(self) -> list[Markup]:
        """Notes whose passage was changed: without a mark, with the words they were about."""
        found = []
        for note in self.text.editor_notes:
            if note.place:
                gone = tag("p", self.text.say("orphaned", passage=note.place), class_="orphaned")
                mark = d.NoteMark(note.kind, note.number)
                found.append(self._aside(mark, joined(gone, *self.blocks(note.blocks)), None))
        for claim in self.text.evidence:
            if not claim.leaf:
                gone = tag("p", self.text.say("orphaned", passage=claim.exact), class_="orphaned")
                mark = d.NoteMark("evidence", claim.number)
                found.append(self._aside(mark, joined(gone, self._claim(mark)), None))
        return found

    def _aside(self, mark: d.NoteMark, inner: Markup, back: Markup | None) -> Markup:
        number = tag("span", sign(mark), class_="sign", aria_hidden="true")
        ident = f"{self.prefix}{note_id(mark)}"
        return tag(
            "aside", number, inner, back, id=ident, class_=f"footnote {mark.kind}", role="doc-footnote"
        )

    def _back(self, mark: d.NoteMark) -> Markup:
        label = self.text.say("back", number=sign(mark).strip("[]"))
        target = f"#{self.prefix}{mark_id(mark)}"
        return tag("a", _BACK, href=target, class_="back", role="doc-backlink", aria_label=label)

    def _written(self, mark: d.NoteMark) -> Markup | None:
        notes = self.text.notes if mark.kind == "authorial" else self.text.editor_notes
        note = next((note for note in notes if note.number == mark.number), None)
        return joined(*self.blocks(note.blocks)) if note else None

    def _claim(self, mark: d.NoteMark) -> Markup | None:
        claim = next((one for one in self.text.evidence if one.number == mark.number), None)
        if claim is None:
            return None
        quoted = claim.quotation and tag(
            "q", claim.quotation, lang=claim.quotation_language or None, dir="auto"
        )
        translated = claim.translation and tag("q", claim.translation, lang=self.text.language)
        target = self.references.get(claim.source)
        named, place = with_place(self._named(claim.source), claim.locator)
        link = tag("a", named, href=f"#{target}", role="doc-biblioref", dir="auto") if target else None
        where = joined(link, place, claim.shelfmark, separator=", ")
        lines = [claim.claim, quoted, translated, where or self.text.say("no-evidence")]
        return joined(*(tag("p", line) for line in lines if line))

    def _named(self, key: str) -> str:
        """A source as a reader of the note alone knows it."""
        found = next((source for source in self.text.sources if source.key == key), None)
        return found.reference if found and found.reference else self.text.say("source")
