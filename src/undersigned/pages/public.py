"""Public answers: the same for everybody, so that any cache may keep them; no cookie, no session."""

import gzip
import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers

from undersigned import __version__
from undersigned.appeals.models import Appeal
from undersigned.lib import env
from undersigned.pages.staticfiles import asset

# Long enough to spare the server under a crowd, short enough that nobody waits for a new count.
FRESH_SECONDS = 15
SLOW_SECONDS = 300
# What names people is asked for each time: a name that is hidden is gone from every cache, too.
NAMING_SECONDS = 0
FOR_EVER = "public, max-age=31536000, immutable"
_SMALL = 500


def fresh(seconds: int = FRESH_SECONDS) -> str:
    """A Cache-Control for what changes by itself."""
    return f"public, max-age={seconds}"


def slow(appeal: Appeal) -> int:
    """For how many seconds a page that seldom changes may be kept unasked.

    Not at all where an appeal speaks for people: a name that is withheld is gone at once.
    """
    return 0 if appeal.cases_changed_at or appeal.persons_changed_at else SLOW_SECONDS


def etag_of(*facts: object) -> str:
    """A weak ETag over everything that a page is made of, this program and its style included."""
    styles = asset("undersigned/public.css"), asset("undersigned/public.js")
    settings = env.load()
    made_by = (__version__, settings.site_name, settings.base_url, [item.mark for item in styles if item])
    return f'W/"{hashlib.sha256(repr((made_by, facts)).encode()).hexdigest()[:32]}"'


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    etag: str = "",
    seconds: int = FRESH_SECONDS,
) -> HttpResponseBase:
    """Renders in an interface language; a page whose ETag the reader has is not rendered at all."""
    if etag and (known := unchanged(request, etag, seconds=seconds)):
        return known
    with translation.override(language):
        html = render_to_string(template, dict(context), request=request)
    response = answer(request, html.encode(), "text/html; charset=utf-8", caching=fresh(seconds))
    response["Content-Language"] = language
    if etag:
        response["ETag"] = etag
    return response


def unchanged(request: HttpRequest, etag: str, *, seconds: int = FRESH_SECONDS) -> HttpResponseBase | None:
    """304 for a reader who has this very page; None for everybody else."""
    response = get_conditional_response(request, etag=etag)
    if response is not None:
        response["ETag"] = etag
        response["Cache-Control"] = fresh(seconds)
        patch_vary_headers(response, ["Accept-Encoding"])
    return response


def answer(
    request: HttpRequest, body: bytes, kind: str, *, caching: str, everywhere: bool = False
) -> HttpResponse:
    """Bytes for everybody, compressed where that is understood: they hold no secret that could be guessed."""
    packed = len(body) > _SMALL and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(gzip.compress(body, 6, mtime=0) if packed else body, content_type=kind)
    if packed:
        response["Content-Encoding"] = "gzip"
    if len(body) > _SMALL:
        patch_vary_headers(response, ["Accept-Encoding"])
    response["Cache-Control"] = caching
    if everywhere:
        response["Access-Control-Allow-Origin"] = "*"
    return response


def absolute(path: str) -> str:
    """The public address of a path, by the configured base whatever the request claims."""
    return f"{env.load().base_url}{path}"
