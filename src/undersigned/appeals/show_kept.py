"""A kept copy as an answer in which it can run nothing, ask nothing and send nothing."""

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from undersigned.appeals import kept, sniff
from undersigned.appeals.models import Capture

# A sandbox without any allowance: no script, no form, no plug-in, an origin of its own. What a saved page
# brings along in itself may be seen.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Everything else is handed over as a file.
_SEEN = frozenset({"text/html", "text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"})


def answer(request: HttpRequest, capture: Capture, *, caching: str) -> HttpResponseBase:
    """The bytes of a kept copy; raises Http404 where they are gone."""
    etag = f'"{capture.sha256}"'
    known = get_conditional_response(request, etag=etag)
    response: HttpResponseBase = known if known is not None else _file(capture)
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _file(capture: Capture) -> HttpResponseBase:
    try:
        file = kept.storage().open(capture.path, "rb")
    except FileNotFoundError:
        raise Http404 from None
    seen = capture.media_type in _SEEN
    charset = "; charset=utf-8" if capture.media_type == "text/plain" else ""
    response = FileResponse(
        file,
        as_attachment=not seen,
        filename=file_name(capture),
        content_type=capture.media_type + charset,
    )
    response["Content-Length"] = str(capture.size)
    return response


def file_name(capture: Capture) -> str:
    """A name of our own making: what an uploader called the file goes into no header."""
    extension = sniff.EXTENSIONS.get(capture.media_type, "bin")
    return f"{capture.source.appeal.slug}-{capture.sha256[:12]}.{extension}"


def capture_at(slug: str, key: str, sha256: str) -> Capture:
    """A kept copy by its address; raises Http404."""
    found = (
        Capture.objects.select_related("source__appeal__team")
        .filter(source__appeal__slug=slug, source__key=key, sha256=sha256)
        .first()
    )
    if found is None:
        raise Http404
    return found
