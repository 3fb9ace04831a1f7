"""Notes placed right behind their marks, for a layout that moves them to the foot of the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from undersigned.edition import document as d
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.marks import note_id, sign
from undersigned.edition.formats.tags import Markup, joined, tag

# A note at the foot is not continued on the next page: one with more characters stands behind the text.
_LONG = 1500
_TAGS = re.compile(r"<[^<>]*>")
# The element of notes, which nothing else uses, and the structure element that the layout makes of it.
_ELEMENT = "figcaption"
FOOTNOTE = "/Caption"


@dataclass
class FootWriter(TextWriter):
    """Writes each note behind its first mark; those that are too long for the foot stand at the end."""

    _long: list[Markup] = field(default_factory=list)
    # Notes that are called within the note being written, to stand behind it.
    _called: list[list[Markup]] = field(default_factory=list)

    def _mark(self, mark: d.NoteMark) -> Markup:
        shown = super()._mark(mark)
        note = self.note(mark)
        if note is None:
            return shown
        if self._called:
            self._called[-1].append(note)
            return shown
        return joined(shown, note)

    def note(self, mark: d.NoteMark) -> Markup | None:
        """The note with those that it calls itself; None where it stands already or is long."""
        self._called.append([])
        written = super().note(mark)
        called = self._called.pop()
        if written is not None and f'"{_class(mark, long=True)}"' in written[:200]:
            self._long.append(written)
            written = None
        return joined(written, *called) if written or called else None

    def unplaced(self) -> list[Markup]:
        """What stands behind the text: long notes, and notes whose passage was changed."""
        gone = super().unplaced()
        return [*self._long, *gone]

    def _aside(self, mark: d.NoteMark, inner: Markup, back: Markup | None) -> Markup:
        """A note at the foot of its page, or behind the text where it is long or has no place in it."""
        long = back is None or len(_TAGS.sub("", inner)) > _LONG
        ident = f"{self.prefix}{note_id(mark)}"
        number = tag("span", sign(mark), class_="sign")
        return tag(_ELEMENT, number, " ", inner, id=ident, class_=_class(mark, long=long))


def _class(mark: d.NoteMark, *, long: bool) -> str:
    return f"{'endnote' if long else 'footnote'} {mark.kind}"
