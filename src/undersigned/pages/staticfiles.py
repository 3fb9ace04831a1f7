"""Static files under names that change with their content, served from memory as they were installed.

Nothing is collected and nothing can be stale: name, hash and compressed body come from the file that the
program brings, read once.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

_HASHED = re.compile(r"(?P<stem>.+)\.(?P<mark>[0-9a-f]{12})(?P<suffix>\.[A-Za-z0-9]+)\Z")
_FOR_EVER = "public, max-age=31536000, immutable"
# A name without a hash, or with one of an earlier release that a cached page still asks for.
_FOR_A_WHILE = "public, max-age=300"
_PACKED = ("text/", "application/json", "image/svg+xml")
_TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}


@dataclass(frozen=True)
class Asset:
    """One static file, whole and compressed."""

    body: bytes
    packed: bytes | None
    kind: str
    mark: str


def asset(name: str) -> Asset | None:
    """A static file by its plain name; None where there is none."""
    try:
        found = finders.find(name)
    except (SuspiciousOperation, ValueError):
        return None
    if not found or not Path(found).is_file():
        return None
    # While somebody works on a file, its time of change is a part of the key.
    return _read(found, Path(found).stat().st_mtime_ns if settings.DEBUG else 0)


@lru_cache(maxsize=512)
def _read(path: str, _changed: int) -> Asset:
    body = Path(path).read_bytes()
    suffix = Path(path).suffix
    kind = _TEXT.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if kind.startswith(_PACKED) else None
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return Asset(body, packed, kind, hashlib.sha256(body).hexdigest()[:12])


class Hashed(StaticFilesStorage):
    """Gives each file an address that holds its hash."""

    def url(self, name: str | None) -> str:
        found = asset(name) if name else None
        if name and found:
            path = PurePosixPath(name)
            name = str(path.with_name(f"{path.stem}.{found.mark}{path.suffix}"))
        return super().url(name)


@require_safe
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """A static file: for ever under its hashed name, for minutes under any other."""
    match = _HASHED.match(name)
    found = asset(f"{match['stem']}{match['suffix']}") if match else None
    caching = _FOR_EVER if match and found and found.mark == match["mark"] else _FOR_A_WHILE
    found = found or asset(name)
    if found is None:
        return HttpResponse("not found\n", status=404, content_type="text/plain; charset=utf-8")
    packed = found.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if packed else found.body, content_type=found.kind)
    if packed:
        response["Content-Encoding"] = "gzip"
    if found.packed is not None:
        patch_vary_headers(response, ["Accept-Encoding"])
    response["Cache-Control"] = caching
    response["ETag"] = etag = f'W/"{found.mark}"'
    return get_conditional_response(request, etag=etag, response=response) or response
