"""The news of an appeal on its own pages: all of it, and each by its number."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals import languages
from undersigned.pages import public, spoken
from undersigned.pages.family import Family, family_or_404
from undersigned.signing.models import Update
from undersigned.signing.updates.write import rendered

# Updates on one page, the newest first; the rest follows page by page.
PER_PAGE = 20


def _frame(request: HttpRequest, family: Family, path: str) -> tuple[dict[str, Any], str, str]:
    language, lang = spoken.page_language(request, family)
    slug = family.appeal.slug
    context = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "feed_url": reverse("appeal-feed", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
    }
    return context, language, lang


@require_safe
def updates(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What was told since the letter was published, newest first."""
    family = family_or_404(slug)
    path = reverse("updates", args=[slug])
    context, language, lang = _frame(request, family, path)
    rows = Update.objects.filter(
        appeal=family.appeal, number__isnull=False, taken_down_at__isnull=True
    ).order_by("-number")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 10:
        rows = rows.filter(number__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    more = len(found) > PER_PAGE
    asked = f"lang={lang}&" if lang else ""
    context |= {
        "rows": [_shown(row) for row in found[:PER_PAGE]],
        "next": f"{path}?{asked}before={found[PER_PAGE - 1].number}" if more else "",
    }
    etag = public.etag_of("updates", language, [row.pk for row in found], context["title"])
    return public.page(request, "pages/updates.html", context, language=language, etag=etag)


@require_safe
def update(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """One of them."""
    family = family_or_404(slug)
    row = Update.objects.filter(appeal=family.appeal, number=number, taken_down_at__isnull=True).first()
    if row is None:
        raise Http404
    context, language, lang = _frame(request, family, reverse("update", args=[slug, number]))
    context |= {
        "row": _shown(row),
        "all_url": reverse("updates", args=[slug]) + (f"?lang={lang}" if lang else ""),
    }
    etag = public.etag_of("update", language, row.pk, context["title"])
    return public.page(request, "pages/update.html", context, language=language, etag=etag)


def _shown(row: Update) -> dict[str, Any]:
    return {
        "update": row,
        "url": reverse("update", args=[row.appeal.slug, row.number]),
        "direction": languages.direction(row.language),
        "html": rendered(row.words, row.language, f"update-{row.number}"),
    }
