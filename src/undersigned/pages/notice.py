"""The privacy notice of an appeal, built from its settings."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals.models import Appeal
from undersigned.lib import env
from undersigned.pages import public, spoken
from undersigned.pages.family import family_or_404
from undersigned.signing import consent, opening
from undersigned.signing.request import asked


def kept_until(appeal: Appeal) -> datetime | None:
    """When contact data are erased, where the end is known."""
    end = opening.ends_at(appeal)
    return end + timedelta(days=appeal.retention_days) if end else None


@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who is responsible, what is stored, why, for how long, and what a signer may ask."""
    family = family_or_404(slug)
    appeal = family.appeal
    language, lang = spoken.page_language(request, family)
    path = reverse("privacy", args=[slug])
    fields = asked(appeal)
    context = {
        "appeal": appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "contact_is_mail": "@" in appeal.controller_contact and " " not in appeal.controller_contact,
        "asks": fields,
        "ends_at": opening.ends_at(appeal),
        "kept_until": kept_until(appeal),
        "scopes": consent.SCOPES,
        "wording": consent.WORDING,
        "mail_leaves": bool(env.load().email_url),
    }
    return public.page(request, "pages/privacy.html", context, language=language, seconds=public.SLOW_SECONDS)
