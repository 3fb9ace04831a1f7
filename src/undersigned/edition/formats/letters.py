"""The letters around an appeal as one Markdown file, each under its heading: who, to whom, when, where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from undersigned.edition import document as d

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~^$])")
# What would begin a list, a rule or a heading.
_BEGINS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


def render(edition: d.Edition) -> str:
    """All letters in their order."""
    title = plain(f"{edition.texts[0].say('correspondence')}: {edition.title}")
    return f"# {title}\n\n" + "\n".join(_letter(letter) for letter in edition.correspondence)


def _letter(letter: d.Letter) -> str:
    names = " → ".join(name for name in (letter.sender.name, letter.addressee.name) if name)
    where = ", ".join(part for part in (letter.place, letter.date_written or letter.date) if part)
    facts = [f"*{plain(line)}*" for line in ((names if letter.title else ""), where) if line]
    words = letter.source.strip() or "\n\n".join(_paragraphs(letter))
    return "\n\n".join([f"## {plain(letter.title or names or letter.id)}", *facts, words]) + "\n"


def _paragraphs(letter: d.Letter) -> Iterator[str]:
    """A plain letter's lines end where they ended."""
    for block in letter.blocks:
        if isinstance(block, d.Paragraph):
            yield "\\\n".join(plain(line) for line in d.plain(block.content).split("\n"))


def plain(text: str) -> str:
    """Words that Markdown takes for nothing but words."""
    return _BEGINS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
