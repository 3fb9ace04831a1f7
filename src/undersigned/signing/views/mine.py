"""The private page of a signature, reached by its link alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers
from undersigned.lib import tokens
from undersigned.signing import embargo, people
from undersigned.signing import erase as erase_act
from undersigned.signing import mine as act
from undersigned.signing import withdraw as withdraw_act
from undersigned.signing.forms import ConsentForm, DisplayForm, TickForm
from undersigned.signing.models import Signature
from undersigned.signing.views import refusals
from undersigned.signing.views.confirm import dead

View = Callable[..., HttpResponse]


def private(purpose: str) -> Callable[[View], View]:
    """Finds the signature of a private link and speaks its language; a POST must not come from elsewhere."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, token: str) -> HttpResponse:
            if request.method not in ("GET", "HEAD", "POST"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            signature = act.find(token, purpose)
            if signature is None:
                return dead(request)
            request.encoding = "utf-8"
            with answers.speaking(signature.version.language):
                if request.method == "POST" and answers.is_cross_site(request):
                    return refusals.cross_site(request)
                return view(request, signature)

        return answer

    return wrap


def _back(signature: Signature) -> HttpResponse:
    return answers.see(reverse("mine", args=[tokens.token("mine", signature.nonce)]))


def _values(signature: Signature) -> dict[str, str]:
    if signature.appeal.is_sealed and not hasattr(signature, "person"):
        return act.sealed_values(signature, act.line_of(signature))
    return people.unseal(signature.person) if hasattr(signature, "person") else {}


def _show(request: HttpRequest, signature: Signature, *, status: int = 200, **more: Any) -> HttpResponse:
    values = _values(signature)
    context = {
        "signature": signature,
        "line": act.line_of(signature),
        "version": signature.version,
        "text": signature.version.text,
        "appeal": signature.appeal if signature.appeal.is_public else None,
        "live": signature.state in Signature.LIVE,
        "token": tokens.token("mine", signature.nonce),
        "receipt": act.receipt_state(signature),
        "promise": embargo.may_promise(signature),
        "embargo": embargo.running(signature.appeal),
        "display_form": DisplayForm(signature, values),
        "consent_form": ConsentForm(signature),
        **more,
    }
    return answers.page(request, "signing/mine.html", context, status=status)


@private("mine")
def mine(request: HttpRequest, signature: Signature) -> HttpResponse:
    """See one's signature; a POST keeps the consents."""
    if request.method != "POST":
        return _show(request, signature)
    form = ConsentForm(signature, request.POST)
    if not form.is_valid():
        return _show(request, signature, status=422, consent_form=form)
    try:
        act.change_consents(signature=signature, **form.chosen)
    except act.NotPossible:
        return _show(request, signature, status=422)
    return _back(signature)


@private("mine")
def display(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Change how the name is shown."""
    if request.method != "POST":
        return _back(signature)
    form = DisplayForm(signature, _values(signature), request.POST)
    if not form.is_valid():
        return _show(request, signature, status=422, display_form=form)
    shown, pseudonym = form.chosen
    try:
        act.change_display(signature=signature, display=shown, pseudonym=pseudonym, name=form.name)
    except act.NotPossible:
        return _show(request, signature, status=422)
    return _back(signature)


@private("mine")
def withdraw(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Withdraw: GET explains, POST does it."""
    form = TickForm(
        "keep",
        _("Keep my name beside the note that I withdrew"),
        must=False,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method != "POST" or not form.is_valid():
        return _ask(request, signature, "signing/withdraw.html", form)
    try:
        withdraw_act.withdraw(signature=signature, keeps_name=form.ticked)
    except act.NotPossible:
        return _show(request, signature, status=422)
    return _back(signature)


@private("mine")
def erase(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Erase: GET explains, POST with the tick does it and says so."""
    form = TickForm(
        "sure",
        _("Yes, erase everything about me"),
        must=True,
        data=request.POST if request.method == "POST" else None,
    )
    if request.method != "POST" or not form.is_valid():
        return _ask(request, signature, "signing/erase.html", form)
    counted = signature.leaf_index is not None
    appeal = signature.appeal
    erase_act.erase(signature=signature)
    # Not a redirect: nothing remains that an address could lead to.
    return answers.page(
        request,
        "signing/erased.html",
        {"counted": counted, "appeal": appeal if appeal.is_public else None},
    )


def _ask(request: HttpRequest, signature: Signature, template: str, form: TickForm) -> HttpResponse:
    context = {
        "signature": signature,
        "line": act.line_of(signature),
        "version": signature.version,
        "appeal": signature.appeal if signature.appeal.is_public else None,
        "token": tokens.token("mine", signature.nonce),
        "form": form,
    }
    return answers.page(request, template, context, status=422 if form.errors else 200)


@private("mine")
def receipt(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Download the receipt: `?full=1` for the form that shows who signed."""
    full = request.GET.get("full") == "1"
    if request.method == "POST":
        return _back(signature)
    try:
        text = act.receipt_text(signature=signature, full=full)
    except act.NotPublished:
        return _show(request, signature, status=404, receipt_missing=True)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{signature.appeal.slug}{'-full' if full else ''}.tlog-proof"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return answers.guarded(response)


@private("mine")
def promise(request: HttpRequest, signature: Signature) -> HttpResponse:
    """Download the promise that stands in for a receipt while the letter is under embargo."""
    if request.method == "POST":
        return _back(signature)
    try:
        text = embargo.promise_text(signature)
    except embargo.NotPossible:
        return _show(request, signature, status=404)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{signature.appeal.slug}.promise.txt"'
    return answers.guarded(response)


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop updates and reminders: GET shows a button, POST (one click of a mail program, too) does it.

    The answer is the same for any token, in the reader's own language: nobody learns which ones are
    somebody's. A mail program that unsubscribes for its owner is another site, and may (RFC 8058).
    """
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    signature = act.find(token, "unsubscribe")
    done = request.method == "POST"
    if done and signature is not None:
        act.unsubscribe(signature=signature)
    with answers.speaking(answers.wanted_language(request)):
        return answers.page(request, "signing/unsubscribe.html", {"done": done, "appeal": None})
