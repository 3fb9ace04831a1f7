"""The Markdown parsers: one for pages, one that sees what pages refuse."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote import footnote_plugin

from undersigned.appeals.markup.citations import CLUSTER, read_cluster
from undersigned.appeals.markup.head import SOURCE_MAX
from undersigned.appeals.markup.problems import Problem

# Each opens something the parser must look for the end of; a letter has a few hundred.
DENSE = re.compile(r"[\[\]*_`<!&\\^]")
DENSE_MAX = 20_000
LINES_MAX = 20_000
# A footnote with such a mark is the editors', not the author's: [^ed1], [^ed-ferry].
EDITORIAL = re.compile(r"ed[-.]?(?:\d+|(?<=[-.])\S+)", re.IGNORECASE)
NOTE_MARK = re.compile(r"\[\^[^\s\]]{1,100}\]")


def _citation(state: StateInline, silent: bool) -> bool:
    found = CLUSTER.match(state.src, state.pos, state.posMax)
    cluster = read_cluster(found.group()) if found else None
    if found is None or cluster is None:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = found.group()
        token.meta = {"cluster": cluster}
    state.pos = found.end()
    return True


def _note_guard(state: StateInline, silent: bool) -> bool:
    """An unclosed mark is text: the footnote rule would look for its end up to the end, once per mark."""
    if not state.src.startswith("[^", state.pos) or NOTE_MARK.match(state.src, state.pos, state.posMax):
        return False
    if not silent:
        state.pending += "[^"
    state.pos += 2
    return True


def parser(*, strict: bool) -> MarkdownIt:
    """A CommonMark parser with footnotes; the strict one shows raw HTML and every link, to be refused."""
    md = MarkdownIt("commonmark", {"html": strict})
    footnote_plugin(md, inline=False, move_to_end=not strict, always_match_refs=strict)
    md.inline.ruler.before("link", "citation", _citation)
    md.inline.ruler.before("footnote_ref", "footnote_guard", _note_guard)
    if strict:
        md.validateLink = lambda url: True  # type: ignore[method-assign]
    return md


def too_much(body: str) -> Problem | None:
    """A body that would keep the parser busy for seconds is named before it is parsed."""
    if len(body) > SOURCE_MAX:
        return Problem(0, "too-long", {"limit": str(SOURCE_MAX // 1000)})
    if sum(1 for _ in DENSE.finditer(body)) > DENSE_MAX:
        return Problem(0, "too-dense", {"limit": str(DENSE_MAX)})
    if body.count("\n") > LINES_MAX:
        return Problem(0, "too-dense", {"limit": str(LINES_MAX)})
    return None
