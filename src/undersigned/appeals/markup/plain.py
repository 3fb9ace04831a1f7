"""Parsed Markdown as readable text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

Note = tuple[int, str, str]


@dataclass
class _Writer:
    blocks: list[str] = field(default_factory=list)
    # One entry for each list or quotation that is open: what stands before its next block.
    margins: list[str] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    note_from: int = 0

    def add(self, text: str) -> None:
        first = "".join(self.margins)
        self.margins = [margin if margin == "> " else " " * len(margin) for margin in self.margins]
        rest = "".join(self.margins)
        self.blocks.append(first + text.replace("\n", "\n" + rest))

    def item(self, ordered: bool) -> None:
        if ordered:
            self.margins.append(f"{self.counters[-1]}. ")
            self.counters[-1] += 1
        else:
            self.margins.append("- ")

    def take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self.add(_inline(token.children or []))
        elif kind in ("fence", "code_block"):
            self.add(token.content.rstrip("\n"))
        elif kind == "hr":
            self.add("* * *")
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self.counters.append(int(token.attrs.get("start", 1)))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.counters.pop()
        elif kind == "list_item_open":
            self.item(token.markup in (".", ")"))
        elif kind == "blockquote_open":
            self.margins.append("> ")
        elif kind == "footnote_open":
            self.margins.append(f"[{token.meta['id'] + 1}] ")
            self.note_from = len(self.blocks)
        elif kind == "footnote_close":
            text = "\n\n".join(self.blocks[self.note_from :])
            number = token.meta["id"] + 1
            self.notes.append((number, token.meta["label"] or "", text.removeprefix(f"[{number}] ")))
        if kind in ("list_item_close", "blockquote_close", "footnote_close"):
            self.margins.pop()


def _inline(children: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type in ("text", "code_inline", "image", "text_special", "citation"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
        elif child.type == "footnote_ref":
            parts.append(f"[{child.meta['id'] + 1}]")
        elif child.type == "link_open":
            links.append((str(child.attrs.get("href", "")), len(parts)))
        elif child.type == "link_close" and links:
            target, start = links.pop()
            shown = "".join(parts[start:])
            if target.startswith(("http:", "https:", "mailto:")) and target.removeprefix("mailto:") != shown:
                parts.append(f" ({target})")
    return "".join(parts)


def plain_of(tokens: Sequence[Token]) -> tuple[str, list[Note]]:
    """The text with blank lines between blocks, and the footnotes (number, mark, text)."""
    writer = _Writer()
    label: dict[int, str] = {}
    for token in tokens:
        if token.type == "footnote_open":
            label[token.meta["id"]] = token.meta["label"] or ""
            current = token.meta["id"]
        if token.type == "footnote_close":
            token.meta = {"id": current, "label": label[current]}
        writer.take(token)
    text = "\n\n".join(writer.blocks)
    return (text + "\n" if text else ""), writer.notes
