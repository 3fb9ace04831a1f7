"""The sources of an appeal: what is cited where, what it says, what of it is kept; claims and evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from undersigned.appeals import bibliography, cite, dead_links, languages, noted, reading, sniff
from undersigned.appeals.case_models import StatementSource
from undersigned.appeals.models import (
    Appeal,
    Capture,
    Citation,
    CitedSource,
    LinkCheck,
    Source,
    SourceState,
    Version,
)
from undersigned.appeals.references.names import sort_name
from undersigned.pages import public, spoken
from undersigned.pages.family import Family, Member, family_or_404
from undersigned.signing.collation import sort_key


@dataclass(frozen=True)
class Place:
    """Where a source is cited: a mark in a text."""

    url: str
    text: str
    language: str
    number: int


@dataclass(frozen=True)
class Evidence:
    """What a source says of a passage."""

    row: Citation
    place: Place | None
    direction: str

    @property
    def quotation_direction(self) -> str:
        """The direction of the quotation's language, else what its characters say."""
        tag = self.row.quotation_language
        return languages.direction(tag) if tag else "auto"


@dataclass(frozen=True)
class Copy:
    """A kept copy as the page shows it; `changes` leads to its comparison with the one before."""

    row: Capture
    url: str
    kind: str
    changes: str = ""


@dataclass(frozen=True)
class State:
    """A source's data as a Version's digest names them."""

    digest: str
    url: str
    version: Version


@dataclass
class Shown:
    """A source with everything that is known of it."""

    source: Source
    ident: str
    reference: SafeString
    web: str
    places: list[Place] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    # Where nobody finds it any more.
    lost: LinkCheck | None = None

    @property
    def open_copies(self) -> list[Copy]:
        """Copies that readers may open, the newest first."""
        return [copy for copy in reversed(self.copies) if copy.url]


@dataclass(frozen=True)
class Claim:
    """What a passage claims, with the evidence for it."""

    words: str
    passage: str
    language: str
    place: Place | None
    is_orphaned: bool
    evidence: list[Shown]


@require_safe
def sources(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The reference list of an appeal, with quotations, kept copies, and claims."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    path = reverse("sources", args=[slug])
    etag = _etag(family, language)
    seconds = public.slow(family.appeal)
    if known := public.unchanged(request, etag, seconds=seconds):
        return known
    with translation.override(language):
        marks = _marks(family)
        shown = _shown(family, language, marks)
        claims = _claims(family, shown, marks)
    context = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "sources": shown,
        "claims": [claim for claim in claims if claim.evidence],
        "unproven": [claim for claim in claims if not claim.evidence],
    }
    return public.page(request, "pages/sources.html", context, language=language, etag=etag, seconds=seconds)


def _etag(family: Family, language: str) -> str:
    appeal = family.appeal
    texts = family.stamp, family.facts
    facts = [getattr(appeal, field.attname) for field in appeal._meta.concrete_fields]
    return public.etag_of("sources", language, texts, facts)


@dataclass
class _Marks:
    """Where the newest Versions cite what: by key, and by citation."""

    by_key: dict[str, list[Place]] = field(default_factory=dict)
    by_citation: dict[str, Place] = field(default_factory=dict)


def _marks(family: Family) -> _Marks:
    found = _Marks()
    for member in family.citing:
        # The list's Versions come without their words.
        version = Version.objects.get(pk=member.newest.pk)
        version.text = member.text
        for cited in reading.document(version).rendered.citations:
            place = _place(member, f"{member.path}#{cited.mark_id}", cited.number)
            if cited.evidence:
                found.by_citation[cited.evidence] = place
            for one in cited.cluster.cites if cited.cluster else ():
                found.by_key.setdefault(one.key, []).append(place)
    return found


def _place(member: Member, url: str, number: int) -> Place:
    return Place(url, f"{member.newest.title} ({member.own_name})", member.text.language, number)


def _citations(family: Family) -> list[Citation]:
    texts = [member.text.pk for member in family.citing]
    return list(
        Citation.objects.filter(text__in=texts)
        .select_related("source", "text")
        .order_by("text", "start", "pk")
    )


def _shown(family: Family, language: str, marks: _Marks) -> dict[str, Shown]:
    """Every source that published words or evidence rest on; others stay on the desk."""
    appeal = family.appeal
    rows = _citations(family)
    cited = (
        CitedSource.objects.filter(state__source__appeal=appeal)
        .select_related("state", "version__text")
        .order_by("version__text", "version__number")
    )
    wanted = {row.source_id for row in rows if row.source_id} | {one.state.source_id for one in cited}
    wanted |= set(_of_cases(appeal))
    found = {
        source.pk: _one(source, language)
        for source in appeal.sources.filter(pk__in=wanted)
        .select_related("appeal", "link_check")
        .prefetch_related("captures")
    }
    for one in cited:
        shown = found[one.state.source_id]
        shown.states.append(_state(appeal.slug, shown.source.key, one.state, one.version))
    for row in rows:
        if row.source_id:
            place = marks.by_citation.get(str(row.pk))
            found[row.source_id].evidence.append(_evidence(row, place))
    for shown in found.values():
        shown.places = marks.by_key.get(shown.source.key, [])
    ordered = sorted(found.values(), key=lambda shown: _order(shown.source, language))
    return {shown.source.key: shown for shown in ordered}


def _of_cases(appeal: Appeal) -> Iterable[int]:
    """The sources of statements about cases that readers see."""
    if appeal.cases_changed_at is None:
        return ()
    rows = StatementSource.objects.filter(source__appeal=appeal, is_shown=True)
    return rows.order_by().values_list("source", flat=True).distinct()


def _order(source: Source, language: str) -> tuple[bytes, bool, str, str]:
    names = source.csl.get("author") or source.csl.get("editor") or []
    heading = sort_name(names) or str(source.csl.get("title", ""))
    return sort_key(heading, language), not source.date_key, source.date_key, source.key


def _one(source: Source, language: str) -> Shown:
    captures = list(source.captures.all())
    looked = dead_links.known(source)
    return Shown(
        source=source,
        ident=noted.entry_id(source.key),
        reference=bibliography.entry(source.csl, style=source.appeal.citation_style, language=language),
        web=noted.web_address(source.csl),
        copies=[_copy(source, capture, place) for place, capture in enumerate(captures)],
        lost=looked if looked and looked.is_lost else None,
    )


def _copy(source: Source, capture: Capture, place: int) -> Copy:
    address = [source.appeal.slug, source.key, capture.sha256]
    url = reverse("kept", args=address) if capture.is_open else ""
    changes = reverse("kept-changes", args=address) if place else ""
    return Copy(capture, url, sniff.EXTENSIONS.get(capture.media_type, "").upper(), changes)


def _state(slug: str, key: str, state: SourceState, version: Version) -> State:
    return State(state.digest, reverse("source-state", args=[slug, key, state.digest]), version)


def _evidence(row: Citation, place: Place | None) -> Evidence:
    return Evidence(row, place, languages.direction(row.text.language))


def _claims(family: Family, shown: dict[str, Shown], marks: _Marks) -> list[Claim]:
    """Claims by passage: one claim may have several pieces of evidence."""
    groups: dict[tuple[int, str, str], list[Citation]] = {}
    for row in _citations(family):
        if row.claim:
            groups.setdefault((row.text_id, row.exact, row.claim), []).append(row)
    words = {member.text.pk: _words(member) for member in family.citing if groups}
    return [_claim(rows, shown, marks, words) for rows in groups.values()]


def _words(member: Member) -> str:
    return cite.version_words(Version.objects.get(pk=member.newest.pk))


def _claim(rows: list[Citation], shown: dict[str, Shown], marks: _Marks, words: dict[int, str]) -> Claim:
    first = rows[0]
    places = (marks.by_citation.get(str(row.pk)) for row in rows)
    return Claim(
        words=first.claim,
        passage=first.exact,
        language=first.text.language,
        place=next((place for place in places if place), None),
        is_orphaned=cite.is_orphaned(first, words[first.text_id]),
        evidence=_unique(shown[row.source.key] for row in rows if row.source),
    )


def _unique(found: Iterable[Shown]) -> list[Shown]:
    return list({one.ident: one for one in found}.values())
