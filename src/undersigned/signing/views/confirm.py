"""Confirming by link and by code: looking changes nothing, a button does."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, reading
from undersigned.lib import clock, tokens
from undersigned.signing import confirm as act
from undersigned.signing import embargo, limits, opening
from undersigned.signing.forms import CodeForm
from undersigned.signing.models import Signature
from undersigned.signing.views import refusals


@csrf_exempt
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: GET shows what will be confirmed, POST confirms it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if tokens.nonce_of("confirm", token) is None or (found := act.find(token)) is None:
        return dead(request)
    with answers.speaking(found.version.language):
        if request.method != "POST":
            return _show(request, found)
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        return _answer(request, found, act.confirm(token=token))


@csrf_exempt
def code(request: HttpRequest) -> HttpResponse:
    """The page where the short code is typed; tries are limited per network."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    with answers.speaking(answers.wanted_language(request)):
        if request.method != "POST":
            return answers.page(request, "signing/code.html", {"form": CodeForm()})
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        request.encoding = "utf-8"
        return _type_code(request, CodeForm(request.POST))


def _type_code(request: HttpRequest, form: CodeForm) -> HttpResponse:
    network = limits.network_of(request)
    wait = limits.codes.wait(network, limits.CODE_TRIES)
    if wait:
        return answers.page(
            request, "signing/code.html", {"form": form, "retry": wait}, status=429, retry=wait
        )
    if not form.is_valid():
        return answers.page(request, "signing/code.html", {"form": form}, status=422)
    found = None if len(form.typed) == 43 else act.find(form.typed)
    if found is None:
        limits.codes.take(network, limits.CODE_TRIES)
        form.add_error("code", _("This code is not known. Please compare it with the message."))
        return answers.page(request, "signing/code.html", {"form": form}, status=422)
    return _answer(request, found, act.confirm(code=form.typed))


def _answer(request: HttpRequest, found: Signature, done: act.Confirmed) -> HttpResponse:
    """After confirming: the link's own page says how it stands, or the page of what stood before."""
    if done.signature is not None and done.signature.pk != found.pk:
        return answers.see(reverse("mine", args=[tokens.token("mine", done.signature.nonce)]))
    return answers.see(reverse("confirm", args=[tokens.token("confirm", found.nonce)]))


def _show(request: HttpRequest, found: Signature) -> HttpResponse:
    hindrance = act.standing(found, clock.now())
    if hindrance in (act.Outcome.RECORDED_SOON, act.Outcome.ALREADY):
        mine = reverse("mine", args=[tokens.token("mine", found.nonce)])
        context = {
            "signature": found,
            "version": found.version,
            "mine_url": mine,
            "mails_link": act.is_told(found.appeal),
            "appeal": found.appeal,
            "embargo": embargo.running(found.appeal),
        }
        return answers.page(request, "signing/confirmed.html", context)
    hidden = not found.appeal.is_public
    context = {
        "signature": found,
        "version": found.version,
        "line": found.public_line,
        # Footer links and the letter's own page answer nobody before the opening.
        "appeal": None if hidden else found.appeal,
        "document": reading.document(found.version) if hidden else None,
        "hindrance": hindrance,
        "closed_at": opening.ends_at(found.appeal),
    }
    status = 410 if hindrance else 200
    return answers.page(request, "signing/confirm.html", context, status=status)


def dead(request: HttpRequest) -> HttpResponse:
    """The answer to a link that leads nowhere, or no longer does."""
    with answers.speaking(answers.wanted_language(request)):
        return answers.page(request, "signing/dead.html", {}, status=404)
