"""What the notes below a text say of its sources: ready to be rendered with it, and to be remembered."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.appeals import anchors, bibliography, cite, kept_links, languages, markup, person_links
from undersigned.appeals.case_models import CaseMention
from undersigned.appeals.models import Appeal, Citation, SourceState, Text, Version
from undersigned.appeals.references.csl import is_web_address


@dataclass(frozen=True)
class Notes:
    """The sources of one state of a text; equal ones give the same notes."""

    style: str
    language: str
    # Key and data of each source that the words cite.
    sources: tuple[tuple[str, str], ...] = ()
    passages: tuple[markup.Evidence, ...] = ()
    # Where the page of all sources is; empty while there is none.
    page: str = ""
    # Words that speak of a case, with where it is shown.
    mentions: tuple[markup.Mention, ...] = ()
    # Key, and what readers can open of a source or no longer find, as safe HTML.
    kept: tuple[tuple[str, str], ...] = ()
    # Persons to whom words lead, each with the address of its page.
    persons: tuple[tuple[str, str], ...] = ()

    def reference(self, cluster: markup.Cluster) -> str | None:
        """A citation as safe HTML; None where one of its keys is not known."""
        known = dict(self.sources)
        if not all(cite.key in known for cite in cluster.cites):
            return None
        cites = (self._cite(cite, json.loads(known[cite.key])) for cite in cluster.cites)
        tails = dict.fromkeys(self.tail(cite.key) for cite in cluster.cites)
        return " ".join([f"{'; '.join(cites)}.", *filter(None, tails)])

    def _cite(self, cite: markup.Cite, csl: dict[str, Any]) -> str:
        prefix = f"{html.escape(cite.prefix)} " if cite.prefix else ""
        suffix = f", {html.escape(cite.suffix)}" if cite.suffix else ""
        return prefix + self.linked(csl, cite.label, cite.locator) + suffix

    def tail(self, key: str) -> str:
        """What is said after a reference: where its kept copy is, or that the source is found no longer."""
        return dict(self.kept).get(key, "")

    def linked(self, csl: Mapping[str, Any], label: str = "", locator: str = "") -> str:
        """A source with a place in it, linked to its entry on the page of all sources."""
        shown = bibliography.citation(
            csl, style=self.style, language=self.language, label=label, locator=locator
        )
        direction = languages.direction(self.language)
        if self.page:
            address = html.escape(f"{self.page}#{quote(entry_id(str(csl['id'])))}")
            return f'<a href="{address}"><bdi dir="{direction}">{shown}</bdi></a>'
        return f'<bdi dir="{direction}">{shown}</bdi>'


def entry_id(key: str) -> str:
    """The id of a source's entry on the page of all sources."""
    return f"source-{key}"


def for_version(version: Version) -> Notes:
    """The notes of a Version: sources as they were cited, evidence where its passages stand."""
    notes = _of_sources(version)
    if version.text.appeal.cases_changed_at is not None:
        notes = replace(notes, mentions=_mentions(version))
    if version.text.appeal.persons_changed_at is None:
        return notes
    return _with_persons(version, notes)


def _with_persons(version: Version, notes: Notes) -> Notes:
    text = version.text
    query = _query(text, version.language)

    def address(ident: str) -> str:
        return reverse("person", args=[text.appeal.slug, ident]) + query

    typed = person_links.typed(text.appeal, _idents(version.pk, version.source))
    linked = person_links.linked(text)
    words = _words(version.pk, version.source) if linked else ""
    placed = [(anchors.find(words, one.exact, one.prefix, one.suffix), one.ident) for one in linked]
    return replace(
        notes,
        persons=tuple((ident, address(ident)) for ident in typed),
        mentions=notes.mentions
        + tuple(markup.Mention(*place, address(ident)) for place, ident in placed if place),
    )


def _mentions(version: Version) -> tuple[markup.Mention, ...]:
    text = version.text
    rows = CaseMention.objects.filter(text=text, is_shown=True, case__shown__isnull=False)
    found = rows.order_by("start", "pk").values_list("exact", "prefix", "suffix", "case__public_id")
    words = _words(version.pk, version.source) if found else ""
    query = _query(text, version.language)
    links = []
    for exact, prefix, suffix, public_id in found:
        if place := anchors.find(words, exact, prefix, suffix):
            address = reverse("case", args=[text.appeal.slug, public_id])
            links.append(markup.Mention(*place, address + query))
    return tuple(links)


def _of_sources(version: Version) -> Notes:
    text, appeal = version.text, version.text.appeal
    if appeal.sources_changed_at is None:
        return Notes(appeal.citation_style, version.language)
    states = SourceState.objects.filter(cited_in__version=version).select_related("source")
    known = {state.source.key: state.csl for state in states}
    words = _words(version.pk, version.source) if text.citations.exists() else ""
    return _notes(appeal, version.language, known, _placed(text, words), page=_page(text, version.language))


def for_draft(text: Text, body: str, language: str) -> Notes:
    """The notes of a draft: sources as they are now."""
    appeal = text.appeal
    if appeal.sources_changed_at is None:
        return Notes(appeal.citation_style, language)
    known = dict(appeal.sources.filter(key__in=markup.cited_keys(body)).values_list("key", "csl"))
    words = markup.words_of(body) if text.citations.exists() else ""
    return _notes(appeal, language, known, _placed(text, words), page="")


def _notes(
    appeal: Appeal,
    language: str,
    known: Mapping[str, Any],
    placed: list[tuple[Citation, int]],
    *,
    page: str,
) -> Notes:
    sources = tuple(sorted((key, json.dumps(csl, sort_keys=True)) for key, csl in known.items()))
    with translation.override(languages.interface_language(language)):
        # A draft's notes lead nowhere that readers could go.
        kept = kept_links.tails(appeal, _keys(known, placed), language) if page else ()
        notes = Notes(appeal.citation_style, language, sources, page=page, kept=kept)
        passages = tuple(
            markup.Evidence(end, evidence_note(citation, notes), str(citation.pk))
            for citation, end in sorted(placed, key=lambda pair: (pair[1], pair[0].pk))
        )
    return replace(notes, passages=passages)


def _keys(known: Mapping[str, Any], placed: list[tuple[Citation, int]]) -> set[str]:
    return {*known, *(citation.source.key for citation, _end in placed if citation.source)}


@lru_cache(maxsize=64)
def _words(_pk: int, source: str) -> str:
    return markup.words_of(markup.split(source)[1])


@lru_cache(maxsize=256)
def _idents(_pk: int, source: str) -> tuple[str, ...]:
    return tuple(markup.person_idents(markup.split(source)[1]))


def _placed(text: Text, words: str) -> list[tuple[Citation, int]]:
    if not words:
        return []
    standings = cite.standings(text, words)
    return [
        (standing.citation, standing.place[1])
        for standing in standings
        if standing.place and standing.citation.source
    ]


def _page(text: Text, language: str) -> str:
    if not text.appeal.is_public:
        # Nobody is led to a page that answers nobody.
        return ""
    return reverse("sources", args=[text.appeal.slug]) + _query(text, language)


def _query(text: Text, language: str) -> str:
    """What keeps a reader's language on the family's own pages."""
    if text.relation == Text.Relation.ORIGINAL:
        return ""
    return f"?lang={languages.interface_language(language)}"


def evidence_note(citation: Citation, notes: Notes) -> str:
    """Evidence as a note says it: the claim, what the source says, its translation, where it stands."""
    parts = []
    if citation.claim:
        parts.append(f"<bdi>{html.escape(citation.claim)}</bdi>:")
    if citation.quotation:
        lang = html.escape(citation.quotation_language)
        mark = f' lang="{lang}"' if lang else ""
        parts.append(f'<q{mark} dir="auto">{html.escape(citation.quotation)}</q>')
    if citation.translation:
        parts.append(
            _("(in translation: %(words)s)")
            % {"words": f'<q dir="auto">{html.escape(citation.translation)}</q>'}
        )
    if citation.source:
        label, locator, rest = markup.read_locator(citation.locator)
        shown = notes.linked(citation.source.csl, label, locator)
        tail = [html.escape(part) for part in (rest, citation.shelfmark) if part]
        parts.append(", ".join([shown, *tail]) + ".")
        parts += filter(None, [notes.tail(citation.source.key)])
    return " ".join(parts)


def web_address(csl: Mapping[str, Any]) -> str:
    """Where a source can be read on the web; empty for what a reader should not be led to."""
    url = str(csl.get("URL", ""))
    return url if is_web_address(url) else ""
