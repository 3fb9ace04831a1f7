"""What is kept of sources, for readers: copies in which nothing runs, what changed, signed data."""

from urllib.parse import quote

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from undersigned.appeals import bibliography, compare_captures, noted, show_kept
from undersigned.appeals.case_models import StatementSource
from undersigned.appeals.models import Capture, Citation, CitedSource, Source, SourceState
from undersigned.appeals.references import csl as csl_format
from undersigned.pages import public, spoken
from undersigned.pages.family import Family, family_or_404, published_texts


@require_safe
def kept_copy(request: HttpRequest, slug: str, key: str, sha256: str) -> HttpResponseBase:
    """A kept copy that readers may open, of a source that is cited."""
    family = family_or_404(slug)
    capture = show_kept.capture_at(slug, key, sha256)
    if not capture.is_open or not _is_public(family, capture.source):
        raise Http404
    return show_kept.answer(request, capture, caching=public.fresh(public.slow(family.appeal)))


def _is_public(family: Family, source: Source) -> bool:
    texts = published_texts(family.appeal)
    return (
        CitedSource.objects.filter(state__source=source).exists()
        or Citation.objects.filter(source=source, text__in=texts.values("pk")).exists()
        or StatementSource.objects.filter(source=source, is_shown=True).exists()
    )


@require_safe
def source_state(request: HttpRequest, slug: str, key: str, digest: str) -> HttpResponseBase:
    """A source's data exactly as a Version cites them: the SHA-256 of these bytes is in its words."""
    family = family_or_404(slug)
    state = SourceState.objects.filter(
        source__appeal=family.appeal, source__key=key, digest=digest, cited_in__isnull=False
    ).first()
    if state is None:
        raise Http404
    body = csl_format.canonical_csl(state.csl)
    response = public.answer(
        request, body, "application/vnd.citationstyles.csl+json", caching=public.FOR_EVER, everywhere=True
    )
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(key)}.json"
    return response


@require_safe
def kept_changes(request: HttpRequest, slug: str, key: str, sha256: str) -> HttpResponseBase:
    """What a later copy of a source says differently; of closed copies, digests and sizes alone."""
    family = family_or_404(slug)
    later = show_kept.capture_at(slug, key, sha256)
    earlier = compare_captures.before(later)
    if earlier is None or not _is_public(family, later.source):
        raise Http404
    language, _lang = spoken.page_language(request, family)
    both_open = earlier.is_open and later.is_open
    told = _told(later, language)
    etag = public.etag_of("kept-changes", language, earlier.sha256, later.sha256, both_open, told)
    if known := public.unchanged(request, etag, seconds=public.slow(family.appeal)):
        return known
    with translation.override(language):
        context = {
            "appeal": family.appeal,
            "key": key,
            "sources_url": reverse("sources", args=[slug]),
            "entry": noted.entry_id(key),
            "reference": told,
            "compared": compare_captures.compare(earlier, later) if both_open else None,
            "sides": [(capture, _address(capture)) for capture in (earlier, later)],
        }
    return public.page(
        request,
        "pages/kept_changes.html",
        context,
        language=language,
        etag=etag,
        seconds=public.slow(family.appeal),
    )


def _told(capture: Capture, language: str) -> str:
    source = capture.source
    return bibliography.entry(source.csl, style=source.appeal.citation_style, language=language)


def _address(capture: Capture) -> str:
    source = capture.source
    return reverse("kept", args=[source.appeal.slug, source.key, capture.sha256]) if capture.is_open else ""
