"""A body as a page shows it, and as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from undersigned.appeals.markup import beside
from undersigned.appeals.markup.citations import Cluster
from undersigned.appeals.markup.mentions import Mention, set_mentions, stands_plain
from undersigned.appeals.markup.parse import parser, too_much
from undersigned.appeals.markup.passages import read_words, set_marks
from undersigned.appeals.markup.persons import set_persons
from undersigned.appeals.markup.plain import plain_of
from undersigned.appeals.markup.problems import gettext_noop
from undersigned.appeals.markup.words import words

Tokens = Sequence[Token]
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
UNPARSED_MAX = 50_000
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "syr", "ug", "ur", "yi"}
TAG_NAMES = """
a bdi blockquote br code div em h2 h3 h4 h5 h6 hr i li ol p pre q span strong sup ul
"""
TAGS = set(TAG_NAMES.split())
ATTRIBUTES = {
    "*": {"dir", "id", "class", "lang"},
    "a": {"href", "title", "rel", "role", "aria-label"},
    "div": {"role", "aria-label"},
    "ol": {"start"},
    "span": {"aria-hidden"},
}
# What holds paragraphs follows the text's own direction; only a list item without any is judged itself.
BLOCKS = {"paragraph_open", "heading_open"}


@dataclass(frozen=True)
class Labels:
    """The few words that a page adds, to be given in the language of the text."""

    note: str = gettext_noop("Note {number}")
    back: str = gettext_noop("Back to mark {number}")
    source: str = gettext_noop("Source {number}")
    editor_note: str = gettext_noop("Editors’ note {number}")


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
    # Whether any note stands beside the words.
    has_notes: bool = False


def render(
    body: str,
    *,
    id_prefix: str,
    lang: str,
    labels: Labels | None = None,
    reference: Reference | None = None,
    evidence: Sequence[Evidence] = (),
    mentions: Sequence[Mention] = (),
    persons: Mapping[str, str] | None = None,
    by_editors: bool = False,
) -> Rendered:
    """Safe HTML of a body; every id starts with the prefix, so that two texts fit on one page.

    Notes stand behind the paragraph that calls them. Footnotes are the author's, those with a mark such as
    `ed1` the editors', and with `by_editors` all of them. Citations get a mark and a note where `reference`
    knows their sources; else they stay as typed. `persons` gives the pages of those whom words may lead to.
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
    set_persons(tokens, persons or {})
    set_mentions(tokens, mentions)
    cited = _cite(tokens, env, reference, evidence)
    env["kinds"] = beside.kinds(tokens, by_editors=by_editors)
    raw, has_notes = beside.placed(md, tokens, env)
    footnotes = tuple(Footnote(number, mark, text) for number, mark, text in notes)
    return Rendered(_finish(raw, lang), footnotes, headings, len(words(plain)), plain, cited, has_notes)


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
        child.meta = {**child.meta, "cited": cited, "note": note}
        result.append(cited)
    return tuple(result)


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
    md.add_render_rule("footnote_ref", _note_mark)
    md.add_render_rule("footnote_open", _note_open)
    md.add_render_rule("footnote_close", _note_close)
    md.add_render_rule("footnote_anchor", _note_back)
    md.add_render_rule("link_open", _link_open)
    md.add_render_rule("image", _image)
    md.add_render_rule("person_gone", _nothing)
    md.add_render_rule("citation", _source_mark)
    md.add_render_rule("evidence", _source_mark)
    return md


def _note_mark(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    note = beside.called(tokens[i], env)
    return (
        f'<sup><a href="#{note.id}" id="{note.mark_id}" role="doc-noteref" '
        f'aria-label="{html.escape(note.label)}">{note.sign}</a></sup>'
    )


def _note_open(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return beside.opening(beside.called(tokens[i], env))


def _note_close(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return "</div>\n"


def _note_back(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return f" {beside.back(beside.called(tokens[i], env), env)}"


def _link_open(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    tokens[i].attrSet("rel", "noopener noreferrer")
    return md.renderToken(tokens, i, options, env)


def _image(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return html.escape(tokens[i].content)


def _nothing(md: RendererHTML, tokens: Tokens, i: int, options: OptionsDict, env: EnvType) -> str:
    return ""
