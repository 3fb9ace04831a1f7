"""The site's own pages: the list of appeals, how counting works, and what machines ask first."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals import languages, reading
from undersigned.appeals.models import Appeal, Text
from undersigned.lib import env
from undersigned.pages import counts, errors, public
from undersigned.pages.family import Family, families
from undersigned.signing import opening

PAGE = 20

_SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)
# Pages that belong to one person or to the organisers.
_PRIVATE = (
    "/confirm/",
    "/again/",
    "/mine/",
    "/unsubscribe/",
    "/own-data/",
    "/carry/",
    "/embargo/",
    "/organisation/",
    "/outbox/",
    "/desk/",
)


@dataclass(frozen=True)
class Card:
    """An appeal as the list shows it."""

    family: Family
    signatures: int
    ends_at: datetime | None
    is_open: bool


def public_appeals(after: str = "") -> QuerySet[Appeal]:
    """Open appeals before closed ones, the newest first; those behind the one with that slug."""
    original = Text.objects.filter(appeal=OuterRef("pk"), relation=Text.Relation.ORIGINAL, versions__number=1)
    rows = Appeal.objects.filter(Exists(original), state__in=reading.PUBLIC)
    # "open" stands behind "closed" in the alphabet.
    rows = rows.order_by("-state", "-opened_at", "-pk")
    last = _behind(after)
    if last is None:
        return rows
    same = Q(state=last.state, opened_at=last.opened_at, pk__lt=last.pk)
    return rows.filter(Q(state__lt=last.state) | Q(state=last.state, opened_at__lt=last.opened_at) | same)


def _behind(slug: str) -> Appeal | None:
    """The appeal that a page ended with; None for what is no slug: PostgreSQL refuses some."""
    if not _SLUG.fullmatch(slug):
        return None
    return Appeal.objects.filter(state__in=reading.PUBLIC, slug=slug).first()


@require_safe
def api_begins(request: HttpRequest) -> HttpResponseBase:
    """Where the API begins nothing is but its description."""
    return redirect("api:openapi-json")


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The public appeals, a page at a time."""
    after = request.GET.get("after", "")
    rows = list(public_appeals(after)[: PAGE + 1])
    appeals = rows[:PAGE]
    found, standings = families(appeals), counts.standings(appeals)
    cards = [_card(found[appeal.pk], standings) for appeal in appeals if appeal.pk in found]
    path = reverse("home")
    context = {
        "cards": cards,
        "pages": {
            "first": path if after else "",
            "next": f"{path}?after={appeals[-1].slug}" if len(rows) > PAGE else "",
        },
        "feed_url": reverse("feed"),
        "canonical_url": public.absolute(path) if not after else "",
    }
    return public.page(request, "pages/home.html", context, language=settings.LANGUAGE_CODE)


def _card(family: Family, standings: dict[str, counts.Standing]) -> Card:
    appeal = family.appeal
    standing = standings.get(appeal.public_id, counts.Standing())
    return Card(family, standing.total.signatures, opening.ends_at(appeal), appeal.state == Appeal.State.OPEN)


@require_safe
def how(request: HttpRequest) -> HttpResponseBase:
    """How signatures are counted, what the count proves and what it does not; and whose program this is."""
    context = {
        "published_source": env.load().source_url,
        "canonical_url": public.absolute(reverse("how")),
        "well_known": public.absolute(reverse("ledger-well-known")),
        "base_url": env.load().base_url,
    }
    return public.page(
        request,
        "pages/how.html",
        context,
        language=languages.interface_language(settings.LANGUAGE_CODE),
        seconds=public.SLOW_SECONDS,
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Which addresses no index should visit."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE), ""]
    return public.answer(
        request, "\n".join(lines).encode(), "text/plain; charset=utf-8", caching=public.fresh(86400)
    )


@lru_cache(maxsize=1)
def _migrations() -> frozenset[tuple[str, str]]:
    """The newest migration of each app, as the program brings them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def database_fits() -> bool:
    """Whether the database answers and fits the program."""
    try:
        return _migrations() <= MigrationRecorder(connection).applied_migrations().keys()
    except Error:
        return False


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process can work: the database answers and fits the program."""
    ok = database_fits()
    response = JsonResponse({"ok": ok}, status=200 if ok else 503)
    response["Cache-Control"] = "no-store"
    if not ok:
        response["Retry-After"] = str(errors.RETRY_SECONDS)
    return response
