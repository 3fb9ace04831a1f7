"""Answers that the pages of signers and carriers share."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation

from undersigned.appeals import languages
from undersigned.lib import env, http


class SeeOther(HttpResponseRedirect):
    """A redirect after a POST: the browser fetches the next page and a reload repeats nothing."""

    status_code = 303


def speaking(language: str) -> AbstractContextManager[None]:
    """Speaks the interface language for the language of a text or a person while it lasts."""
    return translation.override(languages.interface_language(language))


def wanted_language(request: HttpRequest) -> str:
    """The reader's language for a page that belongs to no text."""
    offered = list(dict(settings.LANGUAGES))
    return languages.negotiate(request.headers.get("Accept-Language", ""), offered) or env.load().language


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200, retry: int = 0
) -> HttpResponse:
    """A page that no cache keeps, that names nobody where it links to, and that no index lists."""
    return guarded(render(request, template, dict(context), status=status), retry=retry)


def guarded(response: HttpResponse, *, retry: int = 0) -> HttpResponse:
    """Adds the headers of a page that belongs to one person."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    if retry:
        response["Retry-After"] = str(retry)
    return response


def see(address: str) -> HttpResponse:
    """Sends the browser on after a POST."""
    return guarded(SeeOther(address))


def is_cross_site(request: HttpRequest) -> bool:
    """Whether a browser says that this POST was sent by another site's page."""
    return http.is_cross_site(request.headers, host=request.get_host())
