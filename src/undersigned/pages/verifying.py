"""How to check a count without believing this site."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals import languages
from undersigned.appeals.models import Version
from undersigned.pages import counts, public, spoken
from undersigned.pages.family import Family, family_or_404
from undersigned.tlog.encoding import b64

# Versions on one page; the rest follows page by page.
PER_PAGE = 100


@require_safe
def verify(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the number proves and what it does not, and the commands that check it."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    standing = counts.standing(family.appeal)
    path = reverse("verify", args=[slug])
    log = standing.log
    place = _place(request)
    rows = _rows(family, standing, place)
    asked = f"lang={lang}&" if lang else ""
    context = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "appeal_url": public.absolute(reverse("appeal", args=[slug])),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "standing": standing,
        "total": standing.total,
        "rows": rows[:PER_PAGE],
        "next": f"{path}?{asked}from={place + PER_PAGE}#rows" if len(rows) > PER_PAGE else "",
        "previous": f"{path}?{asked}from={max(0, place - PER_PAGE)}#rows" if place else "",
        "log": log,
        "root": b64(standing.checkpoint.root) if standing.checkpoint else "",
        "log_url": public.absolute(f"/ledger/{family.appeal.public_id}"),
        "checkpoint_url": reverse("ledger-checkpoint", args=[family.appeal.public_id]),
        "signed_note": log.checkpoint if log else "",
    }
    etag = public.etag_of(
        "verify", language, standing.size, log and log.checkpoint, context["rows"], context["next"]
    )
    return public.page(request, "pages/verify.html", context, language=language, etag=etag)


def _place(request: HttpRequest) -> int:
    asked = request.GET.get("from", "0")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0


def _rows(family: Family, standing: counts.Standing, place: int) -> list[dict[str, Any]]:
    """Versions as the log has them, those of the original first: one page, and one more."""
    everything = Version.objects.filter(text__appeal=family.appeal).select_related("text")
    rows = everything.defer("source", "canonical", "text__draft")
    first = family.original.versions
    derived = rows.exclude(text=family.original.text).order_by("text__slug", "number")
    behind = max(0, place - len(first))
    versions = first[place : place + PER_PAGE + 1]
    versions += derived[behind : behind + PER_PAGE + 1 - len(versions)]
    return [
        {
            "title": version.title,
            "language": version.language,
            "name": languages.own_name(version.text.language),
            "text_id": version.text.public_id,
            "number": version.number,
            "digest": version.digest,
            "url": reverse("version", args=[family.appeal.slug, version.text.slug, version.number]),
            "signatures": standing.of_version(version).signatures,
        }
        for version in versions
    ]
