"""The desk's pages about carriers who vouch: who does, for how many, what may be a repeat."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import people
from undersigned.circulation.models import Carrier
from undersigned.circulation.views.desk import actor_of, carrier_or_404, frame
from undersigned.lib.fields import FieldError
from undersigned.signing.models import Voucher, Vouching
from undersigned.signing.vouch import author, listing
from undersigned.signing.vouch.forms import FinishForm, QuotaForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Repeats to be looked at, then the carriers who vouch; POST lets a repeat stand."""
    appeal = appeal_or_404(request, slug, "roll.moderate" if request.method == "POST" else "carriers.view")
    if request.method == "POST":
        row = Vouching.objects.select_related("appeal__team").filter(
            appeal=appeal, pk=_number(request.POST.get("signature"))
        )
        if (found := row.first()) is None:
            raise Http404
        author.looked(actor=actor_of(request), vouching=found)
        messages.success(request, _("The signature stands; it is not asked about again."))
        return redirect("desk-vouched", appeal.slug)
    rows, following = listing.vouchers(appeal, after=_number(request.GET.get("after")))
    context = _frame(request, appeal) | {
        "rows": rows,
        "following": following,
        "is_first": "after" not in request.GET,
        "repeats": listing.repeats(appeal),
    }
    return render(request, "desk/signing/vouched.html", context)


@login_required
@proven(acts=["finish"])
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One carrier who vouches: the quota, the people, and the end; POST does one act."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    carrier = carrier_or_404(appeal, pk)
    voucher = getattr(carrier, "voucher", None) or Voucher(carrier=carrier)
    quota, finish = QuotaForm(voucher), FinishForm()
    if request.method == "POST" and request.POST.get("act") == "quota":
        quota = QuotaForm(voucher, request.POST)
        if _set_quota(request, carrier, quota):
            return redirect("desk-vouched-carrier", appeal.slug, carrier.pk)
    elif request.method == "POST":
        if request.POST.get("act") != "finish":
            # By another name the end would ask for no fresh proof.
            raise Http404
        finish = FinishForm(request.POST)
        if finish.is_valid():
            _finish(request, carrier, undo=finish.undo)
            return redirect("desk-vouched-carrier", appeal.slug, carrier.pk)
    after = _number(request.GET.get("after"))
    rows, following = listing.own(voucher, after=after) if voucher.used else ([], 0)
    context = _frame(request, appeal) | {
        "carrier": carrier,
        "contact": people.contact_of(carrier),
        "voucher": voucher,
        "rows": rows,
        "following": following,
        "is_first": "after" not in request.GET,
        "form": quota,
        "finish_form": finish,
    }
    wrong = quota.errors or finish.errors
    return render(request, "desk/signing/vouched_carrier.html", context, status=422 if wrong else 200)


def _set_quota(request: HttpRequest, carrier: Carrier, form: QuotaForm) -> bool:
    if not form.is_valid():
        return False
    try:
        author.set_quota(actor=actor_of(request), carrier=carrier, quota=form.cleaned_data["quota"])
    except FieldError as error:
        form.add_error("quota", str(error))
        return False
    messages.success(request, _("Kept."))
    return True


def _finish(request: HttpRequest, carrier: Carrier, *, undo: bool) -> None:
    ended = author.finish(actor=actor_of(request), carrier=carrier, undo=undo)
    told = ngettext("%(n)s signature was struck out.", "%(n)s signatures were struck out.", ended)
    messages.success(
        request, told % {"n": ended} if undo else _("The carrier was taken back; signatures stay.")
    )


def _frame(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    actor = actor_of(request)
    return frame(request, appeal) | {
        "may_moderate": can(actor, "roll.moderate", appeal.team),
        "sub": "vouched",
    }


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
