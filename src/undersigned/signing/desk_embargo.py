"""The desk's page of an embargo: what it means, until when, moving its end, lifting it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals.models import Appeal, Embargo
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import clock
from undersigned.signing import embargo as act
from undersigned.signing import opening
from undersigned.signing.desk import actor_of
from undersigned.signing.desk_forms import EmbargoForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Begins an embargo of an appeal that is not open, moves its end, or lifts it."""
    appeal = appeal_or_404(request, slug, "appeal.open")
    if request.method != "POST":
        return _show(request, appeal, _form(appeal))
    if request.POST.get("act") == "lift":
        return _lift(request, appeal)
    form = EmbargoForm(request.POST)
    if not form.is_valid():
        return _show(request, appeal, form, status=422)
    try:
        _set(request, appeal, form)
    except opening.NotReady as refusal:
        return _show(request, appeal, form, status=422, problems=refusal.problems)
    except act.NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _show(request, appeal, form, status=422)
    return redirect("desk-embargo", appeal.slug)


def _set(request: HttpRequest, appeal: Appeal, form: EmbargoForm) -> None:
    until, number = form.cleaned_data["until"], form.cleaned_data["number"]
    if appeal.state == Appeal.State.DRAFT:
        act.begin(actor=actor_of(request), appeal=appeal, until=until, number=number)
        messages.success(request, _("The appeal is under embargo: it is signed behind carriers' links."))
    else:
        act.change(actor=actor_of(request), appeal=appeal, until=until, number=number)
        messages.success(request, _("The end of the embargo is set anew."))


def _lift(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    if request.POST.get("sure") != "1":
        return _show(request, appeal, _form(appeal), status=422, unsure=True)
    try:
        act.lift(actor=actor_of(request), appeal=appeal)
    except act.NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The embargo is lifted: text and names appear in a moment."))
    return redirect("desk-embargo", appeal.slug)


def _form(appeal: Appeal) -> EmbargoForm:
    found = act.running(appeal)
    return EmbargoForm(initial={"until": found.until, "number": found.number} if found else None)


def _show(
    request: HttpRequest, appeal: Appeal, form: EmbargoForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    found = Embargo.objects.filter(appeal=appeal).first()
    running = found is not None and found.revealed_at is None
    context = {
        "appeal": appeal,
        "form": form,
        "embargo": found,
        "running": running,
        "drafted": appeal.state == Appeal.State.DRAFT,
        "problems": opening.missing(appeal, clock.now()) if appeal.state == Appeal.State.DRAFT else [],
        "confirmed": act.confirmed(appeal) if running else 0,
        "bound": running and act.binds(appeal),
        "publish_by": act.publish_by(found) if found else None,
        "here": "overview",
        **more,
    }
    return render(request, "desk/signing/embargo.html", context, status=status)
