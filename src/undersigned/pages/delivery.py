"""What was handed to the addressee, at which moment with which count, and what was answered."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from undersigned.appeals import languages, markup, written_dates
from undersigned.ledger import read
from undersigned.ledger.errors import NotPublished
from undersigned.ledger.receipt import receipt
from undersigned.pages import public, spoken
from undersigned.pages.family import family_or_404
from undersigned.signing.models import Delivery, DeliveryAnswer
from undersigned.tlog.encoding import unb64u

# Deliveries on one page, the newest first; the rest follows page by page.
PER_PAGE = 20


@require_safe
def delivery(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Each delivery that stands in the log, with its count and proof, and the answers in their own words."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    path = reverse("delivery", args=[slug])
    rows = Delivery.objects.filter(appeal=family.appeal, leaf_index__isnull=False).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.select_related("text").defer("text__draft")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    answers = _answers(shown)
    log = read.log_of(family.appeal.public_id)
    size = log.published_size if log else 0
    asked = f"lang={lang}&" if lang else ""
    more = len(found) > PER_PAGE
    context = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "appeal_url": public.absolute(reverse("appeal", args=[slug])),
        "verify_url": reverse("verify", args=[slug]) + (f"?lang={lang}" if lang else ""),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "rows": [_row(row, slug, size, answers.get(row.pk, [])) for row in shown],
        "next": f"{path}?{asked}before={shown[-1].pk}" if more else "",
        "log": log,
    }
    facts = [(row.pk, row.leaf_index, row.handed_on, row.handed_how) for row in shown]
    told = [(answer["pk"], answer["down"]) for some in answers.values() for answer in some]
    etag = public.etag_of("delivery", language, facts, told, more, size, context["title"])
    return public.page(request, "pages/delivery.html", context, language=language, etag=etag)


def _row(row: Delivery, slug: str, size: int, answers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "delivery": row,
        "sha256": unb64u(row.digest, 32).hex(),
        "public": (row.leaf_index or 0) < size,
        "how": Delivery.Way(row.handed_how).label if row.handed_how else "",
        "proof_url": reverse("delivery-proof", args=[slug, row.public_id]),
        "answers": answers,
    }


def _answers(rows: list[Delivery]) -> dict[int, list[dict[str, Any]]]:
    """Published answers of these deliveries, each as it reads in its own language."""
    found: dict[int, list[dict[str, Any]]] = {}
    kept = DeliveryAnswer.objects.filter(delivery__in=[row.pk for row in rows], taken_down_at__isnull=True)
    for answer in kept.order_by("delivery", "pk"):
        found.setdefault(answer.delivery_id, []).append(
            {
                "pk": answer.pk,
                "down": answer.taken_down_at,
                "signed": answer.signed,
                "language": answer.language,
                "direction": languages.direction(answer.language),
                "language_name": languages.own_name(answer.language),
                "date": written_dates.written_out(answer.date, answer.language),
                "html": _rendered(answer),
            }
        )
    return found


def _rendered(answer: DeliveryAnswer) -> str:
    with translation.override(languages.interface_language(answer.language)):
        labels = markup.Labels(
            note=_("Note {number}"), back=_("Back to mark {number}"), source=_("Source {number}"),
            editor_note=_("Editors’ note {number}"),
        )  # fmt: skip
        rendered = markup.render(
            answer.words, id_prefix=f"answer-{answer.pk}", lang=answer.language, labels=labels
        )
    return rendered.html


@require_safe
def proof(request: HttpRequest, slug: str, public_id: str) -> HttpResponseBase:
    """The proof that a bundle's digest stands in the log, for any program that reads these."""
    family = family_or_404(slug)
    row = Delivery.objects.filter(appeal=family.appeal, public_id=public_id, leaf_index__isnull=False).first()
    log = read.log_of(family.appeal.public_id)
    if row is None or log is None or row.leaf_index is None:
        raise Http404
    try:
        text = receipt(log=log, index=row.leaf_index)
    except NotPublished:
        raise Http404 from None
    response = public.answer(
        request, text.encode(), "text/plain; charset=utf-8", caching=public.fresh(), everywhere=True
    )
    response["Content-Disposition"] = f'attachment; filename="{slug}-delivery.tlog-proof"'
    return response
