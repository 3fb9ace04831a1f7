"""A plain letter cut into blocks at its empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A line this long was not wrapped by hand, so each line of its block is a paragraph.
UNWRAPPED = 120
# Lines of this length on average were wrapped to a column; shorter ones (verse, signature) break on purpose.
WRAPPED = 42
STRUCTURE = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s|>|#{1,6}\s|```|~~~|\|")
LIST_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s)")


@dataclass(frozen=True)
class Block:
    """Some lines that stand together, without their indentation."""

    lines: tuple[str, ...]
    line: int
    indented: bool = False

    @property
    def text(self) -> str:
        """All lines as one."""
        return " ".join(self.lines)


def cut(text: str) -> list[Block]:
    """The blocks of a text; every character but white space is in one of them."""
    return [part for block in _at_empty_lines(text.split("\n")) for part in _unwrapped(block)]


def _at_empty_lines(lines: Iterable[str]) -> Iterator[Block]:
    held: list[str] = []
    number = 0
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            held.append(line)
        elif held:
            yield Block(tuple(part.strip() for part in held), number - len(held), held[0][:1] in " \t")
            held = []


def _unwrapped(block: Block) -> Iterator[Block]:
    if max(len(line) for line in block.lines) < UNWRAPPED:
        yield block
        return
    for offset, line in enumerate(block.lines):
        yield Block((line,), block.line + offset, block.indented)


def markdown(block: Block) -> str:
    """The block as one Markdown paragraph: wrapped lines joined, meant line breaks kept."""
    lines = block.lines
    if any(STRUCTURE.match(line) for line in lines[1:]) or (len(lines) > 1 and STRUCTURE.match(lines[0])):
        return "\n".join(lines)
    # "1936. It was" or "5. Juli" alone would start a list.
    number = LIST_NUMBER.match(lines[0])
    first = lines[0] if not number or number[1] == "1" else LIST_NUMBER.sub(r"\1\\\2", lines[0], count=1)
    lines = (first, *lines[1:])
    wrapped = sum(len(line) for line in lines[:-1]) >= WRAPPED * (len(lines) - 1)
    return (" " if wrapped else "\\\n").join(lines)


def balanced_end(blocks: list[Block], start: int) -> int:
    """The index after the block that closes the parenthesis opened at `start`; 0 if it never ends a block."""
    depth = 0
    for i in range(start, min(len(blocks), start + 30)):
        for character in blocks[i].text:
            depth += (character == "(") - (character == ")")
        if depth <= 0:
            return i + 1 if blocks[i].text.rstrip(" .*_").endswith(")") else 0
    return 0
