"""The desk's page about retention: until when what is kept, and what went when its time was over."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.accounts.permissions import can
from undersigned.appeals import retention
from undersigned.appeals.models import Appeal
from undersigned.appeals.retention_models import RetentionReport
from undersigned.appeals.views import appeal_or_404
from undersigned.signing import opening
from undersigned.signing.desk import actor_of
from undersigned.signing.retention_forms import RetentionForm

PER_PAGE = 50
_WHAT = {
    retention.What.UNCONFIRMED: gettext_lazy("entries that were never confirmed"),
    retention.What.NOTES: gettext_lazy("moderators’ notes"),
    retention.What.SCANS: gettext_lazy("scans"),
    retention.What.CARRIERS: gettext_lazy("carriers"),
    retention.What.CONTACTS: gettext_lazy("names and addresses"),
    retention.What.NAMES: gettext_lazy("public names that were not given to the edition"),
    retention.What.MESSAGES: gettext_lazy("mails"),
    retention.What.ENDED: gettext_lazy("salts and keys: nothing leads from the log to a person any more"),
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The days, the dates that they make, and the report."""
    appeal = appeal_or_404(request, slug, "appeal.edit" if request.method == "POST" else "appeal.view")
    days = retention.kept(appeal)
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=vars(days))
    if request.method == "POST" and form.is_valid():
        try:
            retention.keep_for(actor=actor_of(request), appeal=appeal, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Kept. The privacy notice says so from now on."))
            return redirect("desk-retention", appeal.slug)
    end = opening.ends_at(appeal)
    context = {
        "appeal": appeal,
        "form": form,
        "here": "retention",
        "may_edit": can(actor_of(request), "appeal.edit", appeal.team),
        "end": end,
        "dates": [
            (form.fields[name].label, end + timedelta(days=number)) for name, number in vars(days).items()
        ]
        if end
        else [],
        **_report(request, appeal),
    }
    return render(request, "desk/signing/retention.html", context, status=422 if form.errors else 200)


def _report(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    rows = RetentionReport.objects.filter(appeal=appeal).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    shown = [
        {
            "on": row.on,
            "what": _WHAT[retention.What(row.what)],
            "number": row.number,
            "ended": row.what == "ended",
        }
        for row in found[:PER_PAGE]
    ]
    return {"report": shown, "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0}
