"""How to check a count without believing this site."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.pages import counts, public, spoken
from undersigned.pages.family import Family, family_or_404
from undersigned.tlog.encoding import b64


@require_safe
def verify(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the number proves and what it does not, and the commands that check it."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    standing = counts.standing(family.appeal)
    path = reverse("verify", args=[slug])
    log = standing.log
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
        "rows": _rows(family, standing),
        "log": log,
        "root": b64(standing.checkpoint.root) if standing.checkpoint else "",
        "log_url": public.absolute(f"/ledger/{family.appeal.public_id}"),
        "checkpoint_url": reverse("ledger-checkpoint", args=[family.appeal.public_id]),
        "signed_note": log.checkpoint if log else "",
    }
    etag = public.etag_of("verify", language, standing.size, log and log.checkpoint, context["rows"])
    return public.page(request, "pages/verify.html", context, language=language, etag=etag)


def _rows(family: Family, standing: counts.Standing) -> list[dict[str, Any]]:
    """Each Version of each text, as the log has it."""
    return [
        {
            "title": version.title,
            "language": version.language,
            "name": member.own_name,
            "text_id": member.text.public_id,
            "number": version.number,
            "digest": version.digest,
            "url": reverse("version", args=[family.appeal.slug, member.text.slug, version.number]),
            "signatures": standing.of_version(version).signatures,
        }
        for member in family.members
        for version in member.versions
    ]
