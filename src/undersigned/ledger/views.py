"""The public files of the logs over HTTP: static, without cookies, the same for everybody."""

import hashlib
import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from undersigned.ledger import read
from undersigned.ledger.store import CHECKPOINT, LogFiles
from undersigned.lib import env
from undersigned.tlog.tile import TileError, parse_tile_path

_LOG = re.compile(r"[A-Za-z0-9_-]{22}")
# Long enough to spare the server under a crowd, short enough that nobody waits for a new count.
_FRESH = "public, max-age=5"
_TEXT = "text/plain; charset=utf-8"
_FOR_EVER = "public, max-age=31536000, immutable"


# Logs that readers get: never hidden again, so that each is asked for once in a process.
_shown: set[str] = set()
_MOST_SHOWN = 10_000


def _is_hidden(log: str) -> bool:
    if log in _shown:
        return False
    hidden = read.is_hidden(log)
    if not hidden and len(_shown) < _MOST_SHOWN:
        _shown.add(log)
    return hidden


def _open_to_all(response: HttpResponse, caching: str) -> HttpResponse:
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _missing() -> HttpResponse:
    # A tile that is not there yet may be there in a moment.
    return _open_to_all(HttpResponse(b"not found\n", status=404, content_type=_TEXT), _FRESH)


def _answer(request: HttpRequest, data: bytes, content_type: str, caching: str) -> HttpResponseBase:
    response = _open_to_all(HttpResponse(data, content_type=content_type), caching)
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def checkpoint(request: HttpRequest, log: str) -> HttpResponseBase:
    """The signed checkpoint of a log."""
    data = LogFiles(log)(CHECKPOINT) if _LOG.fullmatch(log) else None
    if data is not None and _is_hidden(log):
        data = None
    if data is None:
        return _missing()
    return _answer(request, data, _TEXT, _FRESH)


@require_safe
def tile(request: HttpRequest, log: str, path: str) -> HttpResponseBase:
    """A tile or bundle, by its one exact path."""
    try:
        level, number, width = parse_tile_path(f"tile/{path}")
    except TileError:
        return _missing()
    data = LogFiles(log).tile(level, number, width) if _LOG.fullmatch(log) else None
    if data is not None and _is_hidden(log):
        data = None
    if data is None:
        return _missing()
    return _answer(request, data, "application/octet-stream", _FOR_EVER)


@require_safe
def well_known(request: HttpRequest) -> HttpResponseBase:
    """All logs of this site with their keys, as verifiers look for them."""
    base = env.load().base_url
    logs = [
        {
            "appeal": log.appeal_id,
            "origin": log.origin,
            "vkey": log.vkey,
            "url": f"{base}/ledger/{log.appeal_id}",
        }
        for log in read.published_logs()
    ]
    return _open_to_all(JsonResponse({"logs": logs}), "public, max-age=60")
