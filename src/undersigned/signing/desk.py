"""The desk's pages about signatures: opening and closing, the roll for organisers, exports."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.models import User
from undersigned.accounts.permissions import can
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import clock, paging
from undersigned.signing import desk_roll, export, opening
from undersigned.signing.desk_forms import ModerateForm
from undersigned.signing.models import Signature
from undersigned.signing.moderation import decide
from undersigned.signing.rhythm import RHYTHMS

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}


def actor_of(request: HttpRequest) -> User:
    """The account that asks; every view here is behind the login."""
    return cast(User, request.user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What is there and what is missing before opening, and the button that opens."""
    appeal = appeal_or_404(request, slug, "appeal.open")
    if request.method == "POST":
        try:
            opening.open_appeal(actor=actor_of(request), appeal=appeal)
        except opening.NotReady as refusal:
            return _open_page(request, appeal, refusal.problems, status=422)
        messages.success(request, _("The appeal is open for signature."))
        return redirect("desk-appeal", appeal.slug)
    return _open_page(request, appeal, opening.missing(appeal))


def _open_page(
    request: HttpRequest, appeal: Appeal, problems: list[opening.Missing], *, status: int = 200
) -> HttpResponse:
    wrong = {problem.code for problem in problems}
    # A date that is not there cannot lie in the past: one line says so, not two.
    needs = [need for need in opening.REQUIREMENTS if need.code != "closing-date-past" or need.code in wrong]
    original = appeal.texts.filter(relation=Text.Relation.ORIGINAL).first()
    first = Signature.objects.filter(appeal=appeal, first_order__isnull=False)
    context = {
        "appeal": appeal,
        "steps": [(need, need.code not in wrong) for need in needs],
        "problems": problems,
        "ready": not problems,
        "drafted": appeal.state == Appeal.State.DRAFT,
        "original": original,
        "version": reading.current_version(original) if original else None,
        "asked": first.count(),
        "confirmed": first.filter(state__in=Signature.LIVE).count(),
        "here": "overview",
    }
    return render(request, "desk/signing/open.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What closing means, and the button that closes; a tick says that it is meant."""
    appeal = appeal_or_404(request, slug, "appeal.close")
    unsure = request.method == "POST" and request.POST.get("sure") != "1"
    if request.method == "POST" and not unsure:
        try:
            opening.close_appeal(actor=actor_of(request), appeal=appeal)
        except opening.NotReady as refusal:
            messages.error(request, str(refusal.problems[0]))
        else:
            messages.success(request, _("The appeal is closed."))
        return redirect("desk-appeal", appeal.slug)
    context = {
        "appeal": appeal,
        "open": appeal.state == Appeal.State.OPEN,
        "unsure": unsure,
        "waiting": Signature.objects.filter(appeal=appeal, state=Signature.State.PENDING).count(),
        "here": "overview",
    }
    return render(request, "desk/signing/close.html", context, status=422 if unsure else 200)


@login_required
@never_cache
@require_safe
def roll_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Who signed, by state, with search; contact data for those who moderate."""
    appeal = appeal_or_404(request, slug, "roll.view")
    actor = actor_of(request)
    asked = desk_roll.Asked.read(request.GET)
    contacts = can(actor, "roll.contacts", appeal.team)
    shown = desk_roll.page(actor=actor, appeal=appeal, asked=asked)
    context = {
        "appeal": appeal,
        "asked": asked,
        "states": [(value, label, value == asked.state) for value, label in desk_roll.STATES],
        "rows": shown.rows,
        "partial": shown.partial,
        "pages": _pages(appeal, asked, shown),
        "contacts": contacts,
        "may_moderate": can(actor, "roll.moderate", appeal.team),
        "may_export": can(actor, "roll.export", appeal.team),
        "rhythm": RHYTHMS[appeal.profile],
        "here": "roll",
    }
    return render(request, "desk/signing/roll.html", context)


def _pages(appeal: Appeal, asked: desk_roll.Asked, shown: desk_roll.Shown) -> dict[str, str]:
    if asked.query:
        return {}
    base = reverse("desk-roll", args=[appeal.slug])
    return paging.links(base, {"state": asked.state}, shown.next, shown.previous)


@login_required
@proven
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def strike(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One signature under a moderator's eye: strike out, hold, release, with the reason."""
    appeal = appeal_or_404(request, slug, "roll.moderate")
    found = (
        Signature.objects.select_related("appeal__team", "version", "public_line")
        .filter(appeal=appeal, pk=pk)
        .exclude(kind=Signature.Kind.ORG)
        .first()
    )
    if found is None:
        raise Http404
    acts = _acts(found)
    form = ModerateForm(request.POST or None, acts=acts)
    if request.method == "POST" and form.is_valid():
        try:
            _moderate(actor_of(request), found, form.cleaned_data["act"], form.cleaned_data["reason"])
        except decide.NotPossible:
            messages.error(request, _("The signature has changed meanwhile; nothing was done."))
            return redirect("desk-roll", appeal.slug)
        except ValidationError as error:
            form.add_error(None, error) if not hasattr(error, "error_dict") else form.add_error(
                "reason", error.messages
            )
        else:
            messages.success(request, _("Done."))
            return redirect("desk-roll", appeal.slug)
    context = {
        "appeal": appeal,
        "row": desk_roll.row_of(found, contacts=can(actor_of(request), "roll.contacts", appeal.team)),
        "form": form,
        "acts": acts,
        "here": "roll",
    }
    return render(request, "desk/signing/strike.html", context, status=422 if form.errors else 200)


def _acts(signature: Signature) -> list[str]:
    if signature.state not in Signature.LIVE:
        return []
    more = {Signature.State.CONFIRMED: ["hold"], Signature.State.HELD: ["release"]}
    return ["strike", *more.get(Signature.State(signature.state), [])]


def _moderate(actor: User, signature: Signature, act: str, reason: str) -> None:
    """One signature is a decision about one: it stands in the list of decisions, and is taken back there."""
    made = decide.decide(actor=actor, appeal=signature.appeal, act=act, reason=reason, numbers=[signature.pk])
    if made.missed:
        raise decide.NotPossible


@login_required
@proven
@never_cache
@require_http_methods(["GET", "POST"])
def export_file(request: HttpRequest, slug: str, format: str) -> HttpResponseBase:
    """All signatures as a file; each one leaves an audit row."""
    appeal = appeal_or_404(request, slug, "roll.export")
    if format not in export.FORMATS:
        raise Http404
    pieces = export.rows(actor_of(request), appeal, format)
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[format])
    name = f"{appeal.slug}-{clock.now().date().isoformat()}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
