"""Organisations over HTTP: asking to sign, confirming, co-signing, and the organisation's private page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers
from undersigned.appeals.models import Version
from undersigned.lib import clock, tokens
from undersigned.lib.fields import country_names
from undersigned.mailroom import outbox
from undersigned.signing import intake, limits, mine, opening
from undersigned.signing.forms import TickForm
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import ask, confirm, dns, domains, mails, read, sealed, stand, withdraw
from undersigned.signing.organisations.forms import OrganisationForm
from undersigned.signing.views import refusals
from undersigned.signing.views.confirm import dead
from undersigned.signing.views.sign import public_version

View = Callable[[HttpRequest, Organisation], HttpResponse]
_METHODS = ("GET", "HEAD", "POST")
# Looks at the DNS that one network may ask for in a minute.
_LOOKS = 10


@csrf_exempt
def organisation(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The form for organisations; POST takes it, or shows it again with what is wrong."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    version = public_version(slug, text)
    with answers.speaking(version.language):
        if request.method != "POST":
            return _form(request, OrganisationForm(version))
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        return _take(request, version)


def _take(request: HttpRequest, version: Version) -> HttpResponse:
    # Whatever charset a request claims, a browser sends what the page was in.
    request.encoding = "utf-8"
    form = OrganisationForm(version, request.POST)
    appeal = version.text.appeal
    if not ask.accepts(appeal, clock.now()):
        return _form(request, form, status=422)
    network = limits.network_of(request)
    if over := limits.wait(network):
        return _form(request, form, status=429, over=over)
    if not form.is_valid() or form.request is None:
        return _form(request, form, status=422)
    if over := limits.take(appeal=appeal, network=network, email=form.request.officer.email):
        return _form(request, form, status=429, over=over)
    try:
        ask.ask(version=version, request=form.request, language=version.language)
    except intake.NotAccepted:
        return _form(request, form, status=422)
    except (OperationalError, OSError):
        return _form(request, form, status=503, retry=refusals.RETRY_SECONDS)
    return answers.see(reverse("organisation-asked", args=[appeal.slug, version.text.slug]))


def _form(
    request: HttpRequest,
    form: OrganisationForm,
    *,
    status: int = 200,
    retry: int = 0,
    over: limits.Over | None = None,
) -> HttpResponse:
    version = form.version
    appeal = version.text.appeal
    now = clock.now()
    context = {
        "form": form,
        "appeal": appeal,
        "text": version.text,
        "version": version,
        "status": status,
        "over": over,
        "closed": not opening.accepts(appeal, now),
        "off": appeal.is_sealed or not ask.rule_of(appeal).accepts,
        "closed_at": opening.ends_at(appeal),
    }
    retry = over.seconds if over else retry
    return answers.page(request, "signing/organisations/form.html", context, status=status, retry=retry)


def asked(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Says to every organisation the same: the officer has mail."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    version = public_version(slug, text)
    context = {
        "appeal": version.text.appeal,
        "text": version.text,
        "version": version,
        "outbox": outbox.is_shown(request),
    }
    with answers.speaking(version.language):
        return answers.page(request, "signing/organisations/asked.html", context)


def _private(purpose: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Finds the organisation of a link and speaks its language; a POST must not come from elsewhere."""

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            found = read.find(token, purpose)
            if found is None:
                return dead(request)
            request.encoding = "utf-8"
            with answers.speaking(found.version.language):
                if request.method == "POST" and answers.is_cross_site(request):
                    return refusals.cross_site(request)
                return view(request, found)

        return answer

    return wrap


def _context(row: Organisation) -> dict[str, Any]:
    kept = sealed.opened(row)
    signature = row.signature
    return {
        "row": row,
        "kept": kept,
        "version": row.version,
        "appeal": row.appeal if row.appeal.state != "draft" else None,
        "domain": domains.readable(row.domain) if row.domain else "",
        "country": country_names(row.version.language).get(row.country, ""),
        "token": tokens.token(mails.PAGE, row.nonce),
        "state": _stands(row),
        "recorded": bool(signature and signature.state == "recorded"),
    }


def _stands(row: Organisation) -> str:
    """One word for the templates: how it stands, the signature's own state included."""
    if row.state == Organisation.State.SIGNED and row.signature is not None:
        return "recorded" if row.signature.state == "recorded" else "signed"
    return row.state


@_private(mails.CONFIRM)
def confirm_page(request: HttpRequest, row: Organisation) -> HttpResponse:
    """The officer's link: GET shows what will be confirmed, POST confirms it."""
    if request.method == "POST":
        try:
            confirm.confirm(organisation=row)
        except stand.NotPossible:
            return _confirm(request, row)
        return answers.see(reverse(mails.PAGE, args=[tokens.token(mails.PAGE, row.nonce)]))
    return _confirm(request, row)


def _confirm(request: HttpRequest, row: Organisation) -> HttpResponse:
    hindrance = confirm.hindrance(row, clock.now())
    officer = sealed.opened(row).officer
    context = _context(row) | {
        "hindrance": hindrance,
        "closed_at": opening.ends_at(row.appeal),
        "by_mail": bool(officer and domains.holds(row.domain, officer.email)),
        "done": row.state != Organisation.State.WAITING,
    }
    status = 410 if hindrance else 200
    return answers.page(request, "signing/organisations/confirm.html", context, status=status)


@_private(mails.COSIGN)
def cosign_page(request: HttpRequest, row: Organisation) -> HttpResponse:
    """The second officer's link: sign beside the first, or have one's own data erased."""
    form = TickForm(
        "sure", _("Yes, erase what is known of me"), must=True,
        data=request.POST if request.POST.get("act") == "erase" else None,
    )  # fmt: skip
    if request.method == "POST" and request.POST.get("act") == "erase":
        if form.is_valid():
            withdraw.erase_second(organisation=row)
            return answers.page(request, "signing/organisations/erased.html", {"appeal": None})
    elif request.method == "POST":
        try:
            confirm.cosign(organisation=row)
        except stand.NotPossible:
            return _cosign(request, row, form, status=409)
        return answers.see(request.path)
    return _cosign(request, row, form, status=422 if form.errors else 200)


def _cosign(request: HttpRequest, row: Organisation, form: TickForm, *, status: int) -> HttpResponse:
    may = row.state in (
        Organisation.State.CONFIRMED,
        Organisation.State.CHECKED,
        Organisation.State.SIGNED,
    )
    context = _context(row) | {"form": form, "may": may}
    return answers.page(request, "signing/organisations/cosign.html", context, status=status)


@_private(mails.PAGE)
def page(request: HttpRequest, row: Organisation) -> HttpResponse:
    """The organisation's private page; POST looks whether its domain's record is there."""
    if request.method != "POST":
        return _page(request, row)
    network = limits.network_of(request)
    if wait := limits.codes.take(network, _LOOKS):
        return _page(request, row, status=429, retry=wait)
    try:
        confirm.check(organisation=row, look=dns.texts)
    except stand.NotPossible:
        return _page(request, row, status=409)
    return _back(row)


def _back(row: Organisation) -> HttpResponse:
    return answers.see(reverse(mails.PAGE, args=[tokens.token(mails.PAGE, row.nonce)]))


def _page(
    request: HttpRequest, row: Organisation, *, status: int = 200, retry: int = 0, **more: Any
) -> HttpResponse:
    signature = row.signature
    context = _context(row) | {
        "record_name": f"{dns.PREFIX}.{row.domain}",
        "record_text": confirm.record_text(row),
        "receipt": mine.receipt_state(signature) if signature else None,
        "may_withdraw": row.state
        in (Organisation.State.CONFIRMED, Organisation.State.CHECKED, Organisation.State.SIGNED),
        "retry": retry,
        **more,
    }
    return answers.page(request, "signing/organisations/page.html", context, status=status, retry=retry)


@_private(mails.PAGE)
def withdraw_page(request: HttpRequest, row: Organisation) -> HttpResponse:
    """Withdraw: GET explains, POST does it."""
    form = TickForm(
        "keep", _("Keep the organisation's name beside the note that it withdrew"), must=False,
        data=request.POST if request.method == "POST" else None,
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return _asks(request, row, "signing/organisations/withdraw.html", form)
    try:
        withdraw.withdraw(organisation=row, keeps_name=form.ticked)
    except stand.NotPossible:
        return _page(request, row, status=409)
    return _back(row)


@_private(mails.PAGE)
def erase_page(request: HttpRequest, row: Organisation) -> HttpResponse:
    """Erase the officers' data: GET explains, POST with the tick does it."""
    form = TickForm(
        "sure", _("Yes, erase what is known of the officers"), must=True,
        data=request.POST if request.method == "POST" else None,
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return _asks(request, row, "signing/organisations/erase.html", form)
    withdraw.erase_officers(organisation=row)
    return _back(row)


def _asks(request: HttpRequest, row: Organisation, template: str, form: TickForm) -> HttpResponse:
    context = _context(row) | {"form": form}
    return answers.page(request, template, context, status=422 if form.errors else 200)


@_private(mails.PAGE)
def receipt(request: HttpRequest, row: Organisation) -> HttpResponse:
    """Download the receipt of the organisation's signature."""
    if request.method == "POST":
        return _back(row)
    try:
        if row.signature is None:
            raise mine.NotPublished
        text = mine.receipt_text(signature=row.signature, full=False)
    except mine.NotPublished:
        return _page(request, row, status=404, receipt_missing=True)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.appeal.slug}-organisation.tlog-proof"'
    return answers.guarded(response)
