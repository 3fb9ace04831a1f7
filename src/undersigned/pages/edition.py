"""The published edition and archive, for everybody to fetch: as long as all who are named in them agree."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.pages import public, spoken
from undersigned.pages.family import Family, family_or_404
from undersigned.signing.editions import kept, shown
from undersigned.signing.models import EditionFile

# Nothing runs in what is opened by mistake, and no cache outlives a name.
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def _published_or_404(slug: str) -> Family:
    family = family_or_404(slug)
    if not shown.is_published(family.appeal):
        raise Http404
    return family


@require_safe
def edition(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The files of the newest published edition and archive, with sizes, digests and the moment."""
    family = _published_or_404(slug)
    language, lang = spoken.page_language(request, family)
    path = reverse("edition", args=[slug])
    builds = shown.current(family.appeal)
    rows = [{"build": build, "files": shown.listed(build)} for build in builds]
    context = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "rows": rows,
    }
    facts = [(build.public_id, build.made_at) for build in builds]
    etag = public.etag_of("edition", language, facts, context["title"])
    return public.page(request, "pages/edition.html", context, language=language, etag=etag, seconds=0)


@require_safe
def file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """One of the files, never shown in a browser's window; 404 once a name in it was taken back."""
    family = _published_or_404(slug)
    found = shown.file_of(family.appeal, name)
    if found is None:
        raise Http404
    try:
        pieces = kept.read(found)
    except kept.Missing:
        raise Http404 from None
    return _answer(request, found, pieces)


def _answer(request: HttpRequest, found: EditionFile, pieces: object) -> HttpResponseBase:
    response: HttpResponse | StreamingHttpResponse
    if request.method == "HEAD":
        response = HttpResponse(content_type=found.media_type)
    else:
        response = StreamingHttpResponse(pieces, content_type=found.media_type)  # type: ignore[arg-type]
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    for header, value in _HEADERS.items():
        response[header] = value
    return response
