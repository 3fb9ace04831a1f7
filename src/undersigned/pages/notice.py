"""The privacy notice of an appeal, built from its settings."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals import answers, reading, retention
from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Sheet
from undersigned.lib import env
from undersigned.pages import public, spoken
from undersigned.pages.family import family_or_404
from undersigned.signing import consent, opening
from undersigned.signing.models import Organisation
from undersigned.signing.organisations.ask import rule_of
from undersigned.signing.request import asked
from undersigned.signing.views import embargoed


def kept_until(appeal: Appeal) -> datetime | None:
    """When contact data are erased, where the end is known."""
    end = opening.ends_at(appeal)
    return end + timedelta(days=appeal.retention_days) if end else None


@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who is responsible, what is stored, why, for how long, and what a signer may ask."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    path = reverse("privacy", args=[slug])
    context = _context(family.appeal) | {
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
    }
    return public.page(request, "pages/privacy.html", context, language=language, seconds=public.SLOW_SECONDS)


@require_safe
def unseen(request: HttpRequest, token: str) -> HttpResponse:
    """The same of an appeal under embargo, behind a carrier's link."""
    carrier = embargoed.carrier_or_404(token)
    appeal = carrier.appeal
    if appeal.is_public:
        return answers.see(reverse("privacy", args=[appeal.slug]))
    version = reading.current_version(reading.original(appeal))
    if version is None:
        raise Http404
    context = _context(appeal) | {
        "title": version.title,
        "title_lang": version.language,
        "letter_url": reverse("embargo", args=[token]),
    }
    with answers.speaking(version.language):
        return answers.page(request, "pages/privacy.html", context)


def _context(appeal: Appeal) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "contact_is_mail": "@" in appeal.controller_contact and " " not in appeal.controller_contact,
        "asks": asked(appeal),
        "ends_at": opening.ends_at(appeal),
        "kept_until": kept_until(appeal),
        "kept": retention.kept(appeal),
        "scopes": consent.SCOPES,
        "wording": consent.WORDING,
        "organisations": Organisation.objects.filter(appeal=appeal).exists() or rule_of(appeal).accepts,
        "on_paper": Sheet.objects.filter(appeal=appeal).exists(),
        "mail_leaves": bool(env.load().email_url),
    }
