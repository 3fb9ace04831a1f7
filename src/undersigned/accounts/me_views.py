"""Pages of one's own account that change who gets in: sessions, the address, closing; and a proof by mail."""

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.accounts import again, closing, mailed_code, sessions
from undersigned.accounts.forms import AddressForm, CloseForm, CodeForm
from undersigned.accounts.views import person

_AGAIN, _ADDRESS = "again", "address"
# More than anybody is signed in at; the oldest end by themselves after two weeks.
_MOST = 100


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions_page(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; ends one of them, or all others. That needs no proof: it takes nothing away."""
    actor, here = person(request), sessions.current(request)
    if request.method == "POST":
        if request.POST.get("act") == "all":
            sessions.end_all(user=actor, but=here)
            messages.success(request, _("You are signed in here only."))
        elif request.POST.get("session") == here:
            logout(request)
            return redirect("account_login")
        elif sessions.end_session(actor=actor, key=request.POST.get("session", "")[:40]):
            messages.success(request, _("This session has ended."))
        return redirect("desk-sessions")
    rows = [(row, row.session_key == here) for row in sessions.sessions_of(actor)[:_MOST]]
    context = {"rows": rows, "others": any(not own for _row, own in rows)}
    return render(request, "accounts/sessions.html", context)


@login_required
@never_cache
@again.proven
@require_http_methods(["GET", "HEAD", "POST"])
def address_page(request: HttpRequest) -> HttpResponse:
    """Another address for the account: a code goes to the new one, and a word to the old one."""
    if request.method == "POST" and request.POST.get("act") == "stop":
        mailed_code.forget(request, purpose=_ADDRESS)
        return redirect("desk-address")
    waiting = mailed_code.waiting(request, purpose=_ADDRESS)
    values = request.POST if request.method == "POST" else None
    form = CodeForm(values) if waiting else AddressForm(values)
    if request.method == "POST" and form.is_valid():
        try:
            if waiting:
                return _changed(request, form.cleaned_data["code"])
            email = closing.free_address(person(request), form.cleaned_data["email"])
            # The same answer for an address that somebody else has: only its owner could type the code.
            mailed_code.send(request, purpose=_ADDRESS, to=email)
            return redirect("desk-address")
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "waiting": mailed_code.waiting(request, purpose=_ADDRESS)}
    return render(request, "accounts/address.html", context, status=422 if form.errors else 200)


def _changed(request: HttpRequest, typed: str) -> HttpResponse:
    to = mailed_code.take(request, purpose=_ADDRESS, typed=typed)
    closing.change_address(actor=person(request), email=to)
    messages.success(request, _("Your address was changed. Sign in with the new one from now on."))
    return redirect("desk-me")


@login_required
@never_cache
@again.proven
@require_http_methods(["GET", "HEAD", "POST"])
def close_page(request: HttpRequest) -> HttpResponse:
    """Closes one's own account, unless a team would lose its only owner."""
    actor = person(request)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            closing.close_account(user=actor, actor=actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            return redirect("account_inactive")
    context = {"form": form, "only_owner_of": closing.only_owner_of(actor)}
    return render(request, "accounts/close.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def again_by_mail(request: HttpRequest) -> HttpResponse:
    """Proves by a code to the account's address who has neither a password nor a second factor."""
    actor = person(request)
    if get_reauthentication_flows(actor):
        raise Http404("there are better ways")
    waiting = mailed_code.waiting(request, purpose=_AGAIN)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST":
        try:
            if "code" not in request.POST:
                mailed_code.send(request, purpose=_AGAIN, to=actor.email)
                return redirect(request.get_full_path())
            if (
                form.is_valid()
                and mailed_code.take(request, purpose=_AGAIN, typed=form.cleaned_data["code"]) == actor.email
            ):
                again.proved(request)
                return redirect(_there(request))
        except ValidationError as error:
            form.is_valid()
            form.add_error(None, error)
    context = {"form": form, "waiting": waiting}
    return render(request, "accounts/again_mail.html", context, status=422 if form.errors else 200)


def _there(request: HttpRequest) -> str:
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    if wanted.startswith("/desk/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return reverse("desk-home")
