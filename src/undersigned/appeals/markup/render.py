"""A body as a page shows it, and as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from undersigned.appeals.markup.citations import Cluster
from undersigned.appeals.markup.mentions import Mention, set_mentions, stands_plain
from undersigned.appeals.markup.parse import parser, too_much
from undersigned.appeals.markup.passages import read_words, set_marks
from undersigned.appeals.markup.plain import plain_of
from undersigned.appeals.markup.problems import gettext_noop
from undersigned.appeals.markup.words import words

Tokens = Sequence[Token]
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
UNPARSED_MAX = 50_000
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "syr", "ug", "ur", "yi"}
TAG_NAMES = """
a bdi blockquote br code div em h2 h3 h4 h5 h6 hr i li ol p pre q section span strong sup ul
"""
TAGS = set(TAG_NAMES.split())
ATTRIBUTES = {
    "*": {"dir", "id", "class", "lang"},
    "a": {"href", "title", "rel", "role", "aria-label"},
    "ol": {"start"},
    "section": {"role", "aria-labelledby"},
}
# What holds paragraphs follows the text's own direction; only a list item without any is judged itself.
BLOCKS = {"paragraph_open", "heading_open"}


@dataclass(frozen=True)
class Labels:
    """The few words that a page adds, to be given in the language of the text."""

    notes: str = gettext_noop("Notes")
    note: str = gettext_noop("Note {number}")
    back: str = gettext_noop("Back to mark {number}")
    sources: str = gettext_noop("Sources")
    source: str = gettext_noop("Source {number}")


@dataclass(frozen=True)
class Heading:
    """A heading of the body, as it stands on the page."""

    level: int
    text: str
    id: str


@dataclass(frozen=True)
class Footnote:
    """A footnote by its number on the page, its mark in the source and its plain text."""

    number: int
    mark: str
    text: str


@dataclass(frozen=True)
class Evidence:
    """What is known of a passage: the mark stands where the passage ends, the safe HTML in the note."""

    end: int
    html: str
    ident: str


@dataclass(frozen=True)
class Cited:
    """A mark of a source on the page: a citation in the text, or evidence for a passage."""

    number: int
    mark_id: str
    note_id: str
    cluster: Cluster | None = None
    evidence: str = ""


# A citation as safe HTML in the appeal's style; None where one of its keys is not known.
Reference = Callable[[Cluster], str | None]


@dataclass(frozen=True)
class Rendered:
    """A body ready for a page: safe HTML, and what a page wants to know about it."""

    html: str
    footnotes: tuple[Footnote, ...]
    headings: tuple[Heading, ...]
    words: int
    plain: str
    citations: tuple[Cited, ...] = ()


def render(
    body: str,
    *,
    id_prefix: str,
    lang: str,
    labels: Labels | None = None,
    reference: Reference | None = None,
    evidence: Sequence[Evidence] = (),
    mentions: Sequence[Mention] = (),
) -> Rendered:
    """Safe HTML of a body; every id starts with the prefix, so that two texts fit on one page.

    Citations get a mark and a note where `reference` knows their sources; else they stay as typed.
    """
    if not PREFIX.fullmatch(id_prefix):
        raise ValueError("id_prefix must be letters, digits and hyphens, a letter first")
    if too_much(body):
        return _unparsed(body, lang)
    md = _parser()
    env: EnvType = {"prefix": id_prefix, "labels": labels or Labels()}
    tokens = md.parse(body, env)
    headings = _place_headings(tokens, id_prefix)
    for token, following in zip(tokens, [*tokens[1:], *tokens[-1:]], strict=True):
        tight = token.type == "list_item_open" and following.hidden
        if token.type in BLOCKS or tight:
            token.attrSet("dir", "auto")
    plain, notes = plain_of(tokens)
    set_mentions(tokens, mentions)
    cited = _cite(tokens, env, reference, evidence)
    raw = md.renderer.render(tokens, md.options, env) + _source_notes(env)
    footnotes = tuple(Footnote(number, mark, text) for number, mark, text in notes)
    return Rendered(_finish(raw, lang), footnotes, headings, len(words(plain)), plain, cited)


def plain_text(body: str) -> str:
    """A body as readable text, for mail and for a page's description."""
    return body if too_much(body) else plain_of(_parser().parse(body))[0]


def words_of(body: str) -> str:
    """The words of a body as they are read, without any marks: passages are quoted from these."""
    return body if too_much(body) else read_words(_parser().parse(body))[0]


def can_be_linked(body: str, start: int, end: int) -> bool:
    """Whether a stretch of a body's words can lead somewhere: within no link, across no mark."""
    return not too_much(body) and stands_plain(_parser().parse(body), start, end)


def _cite(
    tokens: Sequence[Token], env: EnvType, reference: Reference | None, evidence: Sequence[Evidence]
) -> tuple[Cited, ...]:
    """Numbers the marks of sources as they are read; the notes wait in the environment."""
    if evidence:
        marks = [(one.end, Token("evidence", "", 0, meta={"evidence": one})) for one in evidence]
        set_marks(read_words(tokens)[1], marks)
    result: list[Cited] = []
    notes: list[tuple[Cited, str]] = []
    children = [child for token in tokens for child in token.children or ()]
    for before, child in zip([None, *children], children, strict=False):
        if child.type not in ("citation", "evidence"):
            continue
        cluster: Cluster | None = child.meta.get("cluster")
        known: Evidence | None = child.meta.get("evidence")
        note = known.html if known else reference(cluster) if reference and cluster else None
        if note is None:
            continue
        if before and before.type == "text":
            # A mark stands at its word, as a footnote's does.
            before.content = before.content.rstrip(" ")
        number, prefix = len(result) + 1, env["prefix"]
        ids = f"{prefix}-source-mark-{number}", f"{prefix}-source-{number}"
        cited = Cited(number, *ids, cluster, known.ident if known else "")
        child.meta = {**child.meta, "cited": cited}
        result.append(cited)
        notes.append((cited, note))
    env["source_notes"] = notes
    return tuple(result)


def _source_notes(env: EnvType) -> str:
    notes: list[tuple[Cited, str]] = env["source_notes"]
    if not notes:
        return ""
    labels, ident = env["labels"], f"{env['prefix']}-sources"
    items = "".join(
        f'<li id="{cited.note_id}">{note} {_back(labels, cited.number, cited.mark_id)}</li>\n'
        for cited, note in notes
    )
    section = f'<section class="notes sources" role="doc-endnotes" aria-labelledby="{ident}">'
    return f'{section}\n<h2 id="{ident}">{html.escape(labels.sources)}</h2>\n<ol>\n{items}</ol>\n</section>\n'


def _source_mark(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    cited: Cited | None = tokens[i].meta.get("cited")
    if cited is None:
        return html.escape(tokens[i].content)
    label = html.escape(env["labels"].source.format(number=cited.number))
    return (
        f'<sup class="cite"><a href="#{cited.note_id}" id="{cited.mark_id}" role="doc-noteref" '
        f'aria-label="{label}">[{cited.number}]</a></sup>'
    )


def _unparsed(body: str, lang: str) -> Rendered:
    """A draft too dense to parse is shown as typed; `check` says so and publishing refuses it."""
    shown = body if len(body) <= UNPARSED_MAX else body[:UNPARSED_MAX] + "…"
    return Rendered(_finish(f"<pre>{html.escape(shown)}</pre>", lang), (), (), len(words(body)), body)


def _finish(raw: str, lang: str) -> str:
    direction = "rtl" if lang.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
    opening = f'<div class="text-body" lang="{html.escape(lang)}" dir="{direction}">'
    return nh3.clean(
        f"{opening}\n{raw}</div>",
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        strip_comments=True,
    )


def _place_headings(tokens: Sequence[Token], prefix: str) -> tuple[Heading, ...]:
    """The page's title is h1, so the body starts at h2, and no level is skipped on the way down."""
    opened = [(i, int(token.tag[1])) for i, token in enumerate(tokens) if token.type == "heading_open"]
    top = min((level for _, level in opened), default=1)
    result: list[Heading] = []
    seen: dict[str, int] = {}
    for i, typed in opened:
        previous = result[-1].level if result else 1
        level = min(typed - top + 2, previous + 1, 6)
        text = plain_of([tokens[i + 1]])[0].strip()
        slug = "-".join(words(text.lower()))[:60].replace("'", "-").replace("’", "-") or "section"
        seen[slug] = seen.get(slug, 0) + 1
        ident = f"{prefix}-h-{slug}" + (f"--{seen[slug]}" if seen[slug] > 1 else "")
        tokens[i].tag = tokens[i + 2].tag = f"h{level}"
        tokens[i].attrSet("id", ident)
        result.append(Heading(level, text, ident))
    return tuple(result)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = parser(strict=False)
    for rule in (_note_mark, _notes_open, _notes_close, _note_open, _note_back):
        md.add_render_rule(RULES[rule.__name__], rule)
    md.add_render_rule("link_open", _link_open)
    md.add_render_rule("image", _image)
    md.add_render_rule("citation", _source_mark)
    md.add_render_rule("evidence", _source_mark)
    return md


RULES = {
    "_note_mark": "footnote_ref",
    "_notes_open": "footnote_block_open",
    "_notes_close": "footnote_block_close",
    "_note_open": "footnote_open",
    "_note_back": "footnote_anchor",
}


def _anchor(token: Token, env: EnvType) -> tuple[str, str, str]:
    """The number shown, the id of the note, the id of this mark."""
    number, times = token.meta["id"] + 1, token.meta.get("subId", 0)
    prefix = env["prefix"]
    again = f"-{times + 1}" if times else ""
    return str(number), f"{prefix}-note-{number}", f"{prefix}-mark-{number}{again}"


def _note_mark(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    number, note, mark = _anchor(tokens[i], env)
    label = html.escape(env["labels"].note.format(number=number))
    return f'<sup><a href="#{note}" id="{mark}" role="doc-noteref" aria-label="{label}">{number}</a></sup>'


def _notes_open(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    ident = f"{env['prefix']}-notes"
    title = html.escape(env["labels"].notes)
    section = f'<section class="notes" role="doc-endnotes" aria-labelledby="{ident}">'
    return f'{section}\n<h2 id="{ident}">{title}</h2>\n<ol>\n'


def _notes_close(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return "</ol>\n</section>\n"


def _note_open(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return f'<li id="{_anchor(tokens[i], env)[1]}">'


def _note_back(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    number, _, mark = _anchor(tokens[i], env)
    return f" {_back(env['labels'], number, mark)}"


def _back(labels: Labels, number: int | str, mark: str) -> str:
    label = html.escape(labels.back.format(number=number))
    # U+FE0E keeps telephones from drawing the arrow as a picture.
    return f'<a href="#{mark}" class="back" role="doc-backlink" aria-label="{label}">\u21a9\ufe0e</a>'


def _link_open(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    tokens[i].attrSet("rel", "noopener noreferrer")
    return md.renderToken(tokens, i, options, env)


def _image(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return html.escape(tokens[i].content)
