"""What an appeal leans on: its sources with their kept copies, and the passages that rest on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from undersigned.appeals import bibliography, cite, markup
from undersigned.appeals.models import Appeal, Capture, Citation, Source, SourceState, Text, Version
from undersigned.edition import document as d
from undersigned.edition.body import Body
from undersigned.edition.set_inlines import inlines_of


@dataclass(frozen=True)
class Claims:
    """A text's anchored passages: where each mark is to be set, and what it says."""

    marks: list[tuple[int, d.NoteMark]] = field(default_factory=list)
    rows: list[Citation] = field(default_factory=list)

    def placed(self, body: Body) -> tuple[d.Evidence, ...]:
        """The passages, each with the leaf in which its mark came to stand."""
        found = enumerate(self.rows, 1)
        return tuple(_evidence(number, row, body.marked.get(_mark(number), 0)) for number, row in found)

    @property
    def sources(self) -> list[Source]:
        """What they rest on."""
        return [row.source for row in self.rows if row.source]


@dataclass(frozen=True)
class References:
    """How sources read: in the appeal's style and a text's language."""

    style: str
    language: str
    # The data of each source that may be cited, by key.
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def cite(self, cluster: markup.Cluster) -> str:
        """A citation in its brackets; empty where one of its keys is not known."""
        if not all(one.key in self.known for one in cluster.cites):
            return ""
        return f"({'; '.join(self._one(one) for one in cluster.cites)})"

    def _one(self, one: markup.Cite) -> str:
        made = bibliography.citation(
            self.known[one.key],
            style=self.style, language=self.language, label=one.label, locator=one.locator,
        )  # fmt: skip
        told = d.plain(inlines_of(made))
        return " ".join(part for part in (one.prefix, told, one.suffix) if part)

    def source(self, row: Source, csl: Mapping[str, Any], digest: str) -> d.Source:
        """A source with its line in a list; of a copy that is not open, digest and date alone."""
        shown = inlines_of(bibliography.entry(csl, style=self.style, language=self.language))
        copies = tuple(_copy(capture) for capture in row.captures.all())
        return d.Source(row.key, csl, digest, d.plain(shown), shown, copies)


def sources(appeal: Appeal, language: str) -> tuple[d.Source, ...]:
    """The appeal's sources by key, as they are now."""
    rows = Source.objects.filter(appeal=appeal).prefetch_related("captures").order_by("key")
    references = References(appeal.citation_style, language)
    return tuple(references.source(row, row.csl, row.digest) for row in rows)


def cited_states(version: Version) -> dict[str, SourceState]:
    """What the words of a version cite, in the state whose digest was signed, by key."""
    states = SourceState.objects.filter(cited_in__version=version).select_related("source")
    return {state.source.key: state for state in states.prefetch_related("source__captures")}


def text_sources(
    references: References, states: Mapping[str, SourceState], others: Iterable[Source]
) -> tuple[d.Source, ...]:
    """Cited sources as they were signed, then what evidence rests on as it is now; by key."""
    found = {key: references.source(state.source, state.csl, state.digest) for key, state in states.items()}
    for row in others:
        found.setdefault(row.key, references.source(row, row.csl, row.digest))
    return tuple(found[key] for key in sorted(found))


def of_text(text: Text, body: str) -> Claims:
    """The passages of a text in the order of the words; one that was changed since has no mark."""
    if not text.citations.exists():
        return Claims()
    words = markup.words_of(body)
    known = [(found.place[1] if found.place else 0, found.citation) for found in cite.standings(text, words)]
    known.sort(key=lambda pair: (pair[0] or len(words) + 1, pair[1].pk))
    marks = [(end, _mark(number)) for number, (end, _) in enumerate(known, 1) if end]
    return Claims(marks, [row for _, row in known])


def _mark(number: int) -> d.NoteMark:
    return d.NoteMark("evidence", number)


def _evidence(number: int, row: Citation, leaf: int) -> d.Evidence:
    return d.Evidence(
        number=number,
        exact=row.exact,
        leaf=leaf,
        claim=row.claim,
        source=row.source.key if row.source else "",
        quotation=row.quotation,
        quotation_language=row.quotation_language,
        translation=row.translation,
        locator=row.locator,
        shelfmark=row.shelfmark,
    )


def _copy(row: Capture) -> d.KeptCopy:
    return d.KeptCopy(
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        captured=row.captured_at.astimezone(UTC).date(),
        name=row.name if row.is_open else "",
        url=row.url if row.is_open else "",
    )
