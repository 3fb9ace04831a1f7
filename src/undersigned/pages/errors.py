"""Answers to what cannot be answered: not found, not allowed, too often, broken, storage away."""

import errno
import logging
import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.lib import env

log = logging.getLogger(__name__)

RETRY_SECONDS = 30
# Full, over quota, read-only, broken, or out of file handles: all pass or are mended from outside.
_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
_BARE = "<!doctype html><meta charset=utf-8><title>500</title><h1>Something went wrong here</h1>"


def is_storage_trouble(exception: BaseException | None) -> bool:
    """Whether database or disk refuse to work just now, as opposed to a mistake of ours."""
    while exception is not None:
        if isinstance(exception, OperationalError | InterfaceError):
            return True
        if isinstance(exception, OSError) and exception.errno in _TROUBLE:
            return True
        exception = exception.__cause__
    return False


def reader_language(request: HttpRequest) -> str:
    """The interface language that a reader's browser asks for, else the site's."""
    offered = list(dict(settings.LANGUAGES))
    return languages.negotiate(request.headers.get("Accept-Language", ""), offered) or env.load().language


def _answer(request: HttpRequest, status: int, *, retry: int = 0, **context: Any) -> HttpResponse:
    """The page of a status in the reader's language; JSON where programs ask."""
    with translation.override(reader_language(request)):
        if request.path.startswith("/api/"):
            response: HttpResponse = JsonResponse({"error": _WORDS[status]()}, status=status)
            response["Access-Control-Allow-Origin"] = "*"
        else:
            html = render_to_string(f"{status}.html", context | {"retry": retry}, request=request)
            response = HttpResponse(html, status=status)
    response["Cache-Control"] = "no-store"
    if retry:
        response["Retry-After"] = str(retry)
    return response


_WORDS = {
    400: lambda: _("This request cannot be read."),
    403: lambda: _("This is not open to you."),
    404: lambda: _("There is nothing at this address."),
    429: lambda: _("Too many requests; please wait a moment."),
    500: lambda: _("Something went wrong here."),
    503: lambda: _("Nothing can be stored or read just now; please try again soon."),
}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for what is not there and for what the public may not see."""
    return _answer(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but without the right; or not signed in where no sign-in would help."""
    return _answer(request, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be read."""
    # The host may be what is wrong, and templates ask for it: nothing of the request is used.
    html = render_to_string("400.html", {"site_name": env.load().site_name, "page_lang": env.load().language})
    return HttpResponse(html, status=400, headers={"Cache-Control": "no-store"})


def too_many(request: HttpRequest, retry: int) -> HttpResponse:
    """429 with the seconds to wait."""
    return _answer(request, 429, retry=max(1, retry))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After: nothing was stored, try again. Needs no database."""
    log.warning("storage trouble: answered 503", exc_info=sys.exc_info()[0] is not None)
    return _answer(request, 503, retry=RETRY_SECONDS)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without database, user or session; 503 where storage is what failed."""
    try:
        if is_storage_trouble(sys.exc_info()[1]):
            return unavailable(request)
        if request.path.startswith("/api/"):
            return _answer(request, 500)
        html: str = render_to_string("500.html", {"page_lang": "en", "site_name": env.load().site_name})
    except Exception:
        # Whatever is broken may be what these pages need: then a sentence has to do.
        log.exception("the error page itself failed")
        html = _BARE
    return HttpResponse(html, status=500, headers={"Cache-Control": "no-store"})
