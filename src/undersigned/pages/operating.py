"""What operators' programs ask: whether this process can work, and figures without anybody's data."""

import hmac
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import Error, connection
from django.db.models import F, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from undersigned import __version__
from undersigned.ledger.models import Log, VersionTally
from undersigned.lib import clock, env, http, probe
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.pages import errors, site

# Below this, SQLite's write-ahead log alone may fill the disk.
_LEAST_ROOM = 100 << 20
# No look costs more than this many rows.
_MOST_COUNTED = 10_000
_SHORTEST_TOKEN = 16

# Name, kind, meaning, value.
_Figure = tuple[str, str, str, float]


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether requests may be sent here: the database fits, there is room, the keys are there."""
    found = {"database": site.database_fits(), "disk": _has_room(), "keys": _has_keys()}
    ready = all(found.values())
    answer: dict[str, object] = {"ready": ready, **found}
    if probe.is_genuine(request.headers.get(probe.HEADER, "")):
        answer["seen"] = _seen(request)
    response = JsonResponse(answer, status=200 if ready else 503)
    response["Cache-Control"] = "no-store"
    if not ready:
        response["Retry-After"] = str(errors.RETRY_SECONDS)
    return response


def _seen(request: HttpRequest) -> dict[str, str]:
    """What came with a question of `doctor`, for it to judge."""
    peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
    return {
        "host": request.get_host(),
        "peer": peer,
        "forwarded": forwarded,
        "client": http.client_address(peer, forwarded),
    }


def _has_room() -> bool:
    return _free() > _LEAST_ROOM


def _free() -> int:
    try:
        return shutil.disk_usage(env.load().data).free
    except OSError:
        return 0


def _has_keys() -> bool:
    place = env.load().keys_folder
    return place.is_dir() and os.access(place, os.R_OK | os.W_OK | os.X_OK)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text form, for whoever has the token; for all others there is no such page."""
    wanted = env.load().metrics_token
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    genuine = hmac.compare_digest(token.strip().encode(), wanted.encode())
    if len(wanted) < _SHORTEST_TOKEN or scheme.lower() != "bearer" or not genuine:
        raise Http404
    lines = [f'# TYPE undersigned_info gauge\nundersigned_info{{version="{__version__}"}} 1\n']
    for name, kind, meaning, value in _figures():
        full = f"undersigned_{name}"
        lines.append(f"# HELP {full} {meaning}\n# TYPE {full} {kind}\n{full} {value:.15g}\n")
    response = HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _figures() -> Iterator[_Figure]:
    fits = site.database_fits()
    yield "ready", "gauge", "1 while requests can be answered.", fits and _has_room() and _has_keys()
    yield "disk_free_bytes", "gauge", "Room on the disk of the data folder.", _free()
    yield "mail_held", "gauge", "1 while the queue is held for the operator.", queue.is_held()
    backup = _age(env.load().data / "last-backup")
    if backup is not None:
        yield "backup_age_seconds", "gauge", "Age of the last backup.", backup
    if fits:
        yield from _of_the_database()


def _of_the_database() -> Iterator[_Figure]:
    yield from _of_the_mail()
    tallies = VersionTally.objects.aggregate(
        all=Sum(F("mail") + F("vouched") + F("paper") + F("org"), default=0)
    )
    yield "signatures", "gauge", "Signatures recorded in the logs, net.", tallies["all"]
    logs = Log.objects.aggregate(
        leaves=Sum("size", default=0), waiting=Sum(F("size") - F("published_size"), default=0)
    )
    yield "leaves", "counter", "Leaves in all logs.", logs["leaves"]
    yield "leaves_unpublished", "gauge", "Leaves that no checkpoint covers yet.", logs["waiting"]
    yield "database_bytes", "gauge", "Size of the database.", _size()


def _of_the_mail() -> Iterator[_Figure]:
    due = Message.objects.filter(state=Message.State.QUEUED, due_at__lte=clock.now())
    oldest = due.order_by("due_at", "id").values_list("due_at", flat=True).first()
    handed = Message.objects.filter(state=Message.State.HANDED)
    waited = (clock.now() - oldest).total_seconds() if oldest else 0
    yield "mail_due", "gauge", "Messages that are due, 10000 at most.", due[:_MOST_COUNTED].count()
    yield "mail_oldest_due_seconds", "gauge", "How long the oldest of them has been due.", waited
    meaning = "Messages of which nobody knows whether the server took them, 10000 at most."
    yield "mail_unsure", "gauge", meaning, handed[:_MOST_COUNTED].count()


def _age(path: Path) -> float | None:
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None


def _size() -> int:
    if connection.vendor != "sqlite":
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_database_size(current_database())")
                return int(cursor.fetchone()[0])
        except Error:
            return 0
    name = Path(str(connection.settings_dict["NAME"]))
    files = (name, name.with_name(f"{name.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
