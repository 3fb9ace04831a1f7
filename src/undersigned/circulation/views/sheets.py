"""Sheets of paper: where a sheet's code leads, and a carrier's own sheets behind the private link."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from undersigned.appeals import answers, reading
from undersigned.circulation import enclosed, rights, sheet_page
from undersigned.circulation import sheets as act
from undersigned.circulation.answer import NotAllowed
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, Sheet
from undersigned.circulation.sheet_forms import SheetsForm
from undersigned.circulation.views.carry import dead, private
from undersigned.lib import clock, printer

# No number of a sheet is greater.
_MOST = 2_000_000_000


@require_safe
def code(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leads from a sheet's code to the text, and names the carrier's link while it stands."""
    sheet = act.find(public_id)
    if sheet is None:
        raise Http404
    address = reverse("letter", args=[sheet.appeal.slug, sheet.version.text.slug])
    via = act.via(sheet, clock.now())
    return answers.see(f"{address}?via={via}" if via else address)


@private
def own(request: HttpRequest, carrier: Carrier, token: str) -> HttpResponse:
    """A carrier's sheets, and the form that issues more."""
    if not rights.now_of(carrier).collect:
        return dead(request)
    form = SheetsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = act.issue_own(token=token, count=form.cleaned_data["count"], layout=form.layout)
        except (NotAllowed, NotPossible) as error:
            form.add_error(None, str(error))
        else:
            here = reverse("carry-sheets", args=[token])
            return answers.see(f"{here}?first={made[0].number}&last={made[-1].number}")
    text = enclosed.text_to_sign(carrier)
    context = {
        "carrier": carrier,
        "token": token,
        "form": form,
        "text": text,
        "version": reading.current_version(text),
        **listed(request, carrier.appeal_id, carrier=carrier),
    }
    context["hindrance"] = hindrance(carrier.appeal.state, context["version"])
    return answers.page(request, "circulation/sheets.html", context, status=422 if form.errors else 200)


def hindrance(state: str, version: object) -> str:
    """Why no sheets can be issued just now; empty where they can."""
    if state == "closed":
        return _("The appeal is closed: nobody can sign it any more.")
    return "" if version else _("There is no published text yet. A sheet is for exact words.")


def listed(request: HttpRequest, appeal: Any, *, carrier: Carrier | None = None) -> dict[str, Any]:
    """A page of sheets for a list, what was just issued, and what is missing to print it as PDF."""
    asked = {name: _read(request.GET.get(name)) for name in ("after", "before", "first", "last")}
    found = act.page(appeal=appeal, carrier=carrier, after=asked["after"], before=asked["before"])
    more = f"&carrier={carrier.pk}" if carrier is not None and request.path.startswith("/desk/") else ""
    return {
        "sheets": found.rows,
        "pages": {
            "previous": f"?before={found.previous}{more}" if found.previous else "",
            "next": f"?after={found.next}{more}" if found.next else "",
        },
        "first": asked["first"],
        "last": asked["last"],
        "lacking": printer.missing(),
    }


def _read(value: str | None) -> int:
    text = value or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@private
def own_pdf(request: HttpRequest, carrier: Carrier, token: str, first: int, last: int) -> HttpResponse:
    """Some of a carrier's sheets as a PDF."""
    found = between(carrier.appeal, first, last, carrier=carrier)
    return answers.guarded(as_pdf(request, found, reverse("carry-sheets-page", args=[token, first, last])))


@private
def own_page(request: HttpRequest, carrier: Carrier, token: str, first: int, last: int) -> HttpResponse:
    """The same as a page that the browser prints."""
    return as_page(request, between(carrier.appeal, first, last, carrier=carrier))


def between(appeal: Any, first: int, last: int, *, carrier: Carrier | None = None) -> list[Sheet]:
    """The sheets of these numbers; 404 where there is none."""
    found = act.numbered(appeal, first, last, carrier=carrier) if first <= last < _MOST else []
    if not found:
        raise Http404
    return found


def as_pdf(request: HttpRequest, found: Sequence[Sheet], page: str) -> HttpResponse:
    """Sheets as a PDF; a page that says what to do where it cannot be made, or not just now."""
    try:
        data = sheet_page.pdf(found)
    except printer.Busy:
        return answers.page(request, "circulation/sheets_wait.html", {"page": page}, status=503, retry=10)
    except printer.Unavailable as error:
        context = {"page": page, "lacking": str(error)}
        return answers.page(request, "circulation/sheets_wait.html", context, status=503)
    response = HttpResponse(data, content_type="application/pdf")
    numbers = f"{found[0].number}-{found[-1].number}" if len(found) > 1 else str(found[0].number)
    name = f"{found[0].appeal.slug}-{numbers}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def as_page(request: HttpRequest, found: Sequence[Sheet]) -> HttpResponse:
    """Sheets for the browser's own printing, without anything around them on paper."""
    plans = [sheet_page.Plan()] * len(found)
    return answers.page(
        request, "circulation/sheets_page.html", {"sheets": sheet_page.shown(found, plans, inline=True)}
    )
