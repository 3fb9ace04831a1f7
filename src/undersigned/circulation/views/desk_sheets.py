"""The desk's page of signature sheets: issues them, lists them, prints them again."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import enclosed, people
from undersigned.circulation import sheets as act
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier
from undersigned.circulation.sheet_forms import DeskSheetsForm
from undersigned.circulation.views.desk import actor_of, carrier_or_404, frame
from undersigned.circulation.views.sheets import as_page, as_pdf, between, hindrance, listed


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheets that there are; POST issues more, `?carrier=` for one carrier's link."""
    appeal = appeal_or_404(request, slug, "carriers.manage" if request.method == "POST" else "carriers.view")
    carrier = _carrier(request, appeal)
    first = enclosed.text_to_sign(carrier) if carrier else reading.original(appeal)
    form = DeskSheetsForm(
        request.POST if request.method == "POST" else None, texts=appeal.texts, initial={"text": first.slug}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = act.issue(
                actor=actor_of(request),
                appeal=appeal,
                text=form.cleaned_data["text"],
                count=form.cleaned_data["count"],
                layout=form.layout,
                carrier=carrier,
            )
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            chosen = f"&carrier={carrier.pk}" if carrier else ""
            place = reverse("desk-sheets", args=[appeal.slug])
            return redirect(f"{place}?first={made[0].number}&last={made[-1].number}{chosen}")
    context = frame(request, appeal) | {
        "form": form,
        "carrier": carrier,
        "contact": people.contact_of(carrier) if carrier else None,
        "texts": enclosed.texts_of(appeal),
        "hindrance": hindrance(appeal.state, reading.current_version(first)),
        "sub": "sheets",
        **_named(listed(request, appeal, carrier=carrier)),
    }
    return render(request, "desk/circulation/sheets.html", context, status=422 if form.errors else 200)


def _carrier(request: HttpRequest, appeal: Appeal) -> Carrier | None:
    number = request.GET.get("carrier", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return carrier_or_404(appeal, int(number))


def _named(found: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (sheet, people.contact_of(sheet.carrier).name if sheet.carrier else "") for sheet in found["sheets"]
    ]
    return found | {"rows": rows}


@login_required
@never_cache
@require_safe
def pdf(request: HttpRequest, slug: str, first: int, last: int) -> HttpResponse:
    """Sheets as a PDF, fifty at most."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    page_address = reverse("desk-sheets-page", args=[slug, first, last])
    return as_pdf(request, between(appeal, first, last), page_address)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, slug: str, first: int, last: int) -> HttpResponse:
    """The same as a page that the browser prints."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    return as_page(request, between(appeal, first, last))
