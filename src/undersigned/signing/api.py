"""Signing by JSON: the same act, rules, limits and silence as the form."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers
from undersigned.appeals.models import Version
from undersigned.circulation import links
from undersigned.lib import clock
from undersigned.signing import intake, limits, opening
from undersigned.signing.request import Invalid, read
from undersigned.signing.views import refusals
from undersigned.signing.views.sign import public_version


class Broken(Exception):
    """A body that is no JSON object."""


def _answer(body: dict[str, Any], status: int, *, retry: int = 0) -> JsonResponse:
    response = JsonResponse(body, status=status)
    answers.guarded(response, retry=retry)
    return response


@csrf_exempt
def sign(request: HttpRequest, slug: str, text: str) -> JsonResponse:
    """Takes a signature as JSON: 202, or the errors by field."""
    if request.method != "POST":
        response = _answer({"error": "Only POST is possible here."}, 405)
        response["Allow"] = "POST"
        return response
    try:
        version = public_version(slug, text)
    except Http404:
        return _answer({"error": "There is no such text."}, 404)
    with answers.speaking(version.language):
        if answers.is_cross_site(request):
            return _answer({"error": _("This was sent by another site.")}, 403)
        if request.content_type != "application/json":
            return _answer({"error": _("Send the fields as application/json.")}, 415)
        try:
            return _sign(request, version, _body(request))
        except Broken as broken:
            return _answer({"error": str(broken)}, 400)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError, RequestDataTooBig, UnreadablePostError):
        raise Broken(_("This is not JSON that can be read.")) from None
    if not isinstance(value, dict):
        raise Broken(_("A JSON object with the fields is needed."))
    return value


def _sign(request: HttpRequest, version: Version, values: dict[str, Any]) -> JsonResponse:
    if not opening.accepts(version.text.appeal, clock.now()):
        return closed(request, version)
    network = limits.network_of(request)
    if over := limits.wait(network):
        return _answer({"error": over.words}, 429, retry=over.seconds)
    try:
        asked = _read(version, values)
    except Invalid as invalid:
        return _answer({"errors": invalid.errors}, 422)
    appeal = version.text.appeal
    over = limits.take(appeal=appeal, network=network, email=asked.email, proved=values.get("proof"))
    if over:
        return _answer({"error": over.words}, 429, retry=over.seconds)
    try:
        carrier = links.carrier_of(appeal=version.text.appeal, via=_via(request, values), now=clock.now())
        intake.sign(
            version=version, request=asked, language=version.language, carrier_id=carrier, network=network
        )
    except intake.NotAccepted:
        return closed(request, version)
    except (OperationalError, OSError):
        return unavailable(request, version)
    return accepted()


def _via(request: HttpRequest, values: dict[str, Any]) -> str:
    """The carrier's public id from the address or the field; whatever else was sent names nobody."""
    named = request.GET.get("via") or values.get("via")
    return named if isinstance(named, str) else ""


def accepted() -> JsonResponse:
    """The answer to everybody whose signature was taken."""
    return _answer({"status": "check your mail"}, 202)


def closed(_request: HttpRequest, version: Version) -> JsonResponse:
    """The answer when the letter takes no signatures."""
    with answers.speaking(version.language):
        return _answer({"errors": {"appeal": [_("This letter is closed for signature.")]}}, 422)


def unavailable(_request: HttpRequest, version: Version) -> JsonResponse:
    """The answer when a signature could not be stored just now."""
    with answers.speaking(version.language):
        error = _("This cannot be stored now; please try again soon.")
        return _answer({"error": error}, 503, retry=refusals.RETRY_SECONDS)


def _read(version: Version, values: dict[str, Any]) -> intake.SignRequest:
    number = values.get("version")
    if number not in (None, "") and str(number) != str(version.number):
        raise Invalid(
            {
                "version": [
                    _("The text has changed; the version to sign is %(number)s.") % {"number": version.number}
                ]
            }
        )
    return read(version.text.appeal, values)
