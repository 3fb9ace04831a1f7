"""A letter under embargo, behind a carrier's link: read and signed without a trace in caches or indexes.

Once the letter has appeared the same links lead to the public one; a link that is none, was taken back or
has run out is answered as any unknown address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, languages, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import enclosed, links
from undersigned.circulation.models import Carrier
from undersigned.lib import clock
from undersigned.signing import embargo, opening
from undersigned.signing.forms import SignForm
from undersigned.signing.views import refusals
from undersigned.signing.views import sign as public
from undersigned.signing.views.sign import Door

View = Callable[[HttpRequest, Carrier, Version], HttpResponse]


def carrier_or_404(token: str) -> Carrier:
    """The carrier whose signers read by this token; raises Http404 before the embargo begins, too."""
    carrier = links.find_unseen(token, clock.now())
    if carrier is None or carrier.appeal.state == Appeal.State.DRAFT:
        raise Http404
    return carrier


def _version_or_404(carrier: Carrier, slug: str) -> Version:
    try:
        text = reading.public_text(carrier.appeal, slug)
    except Text.DoesNotExist:
        raise Http404 from None
    version = reading.current_version(text)
    if version is None:
        raise Http404
    version.text = text
    return version


def _behind(*methods: str) -> Callable[[View], Callable[[HttpRequest, str, str], HttpResponse]]:
    """Finds carrier and version of a link; what is only read leads to the public letter once there is one."""

    def wrap(view: View) -> Callable[[HttpRequest, str, str], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, token: str, text: str) -> HttpResponse:
            carrier = carrier_or_404(token)
            if request.method not in methods:
                return answers.guarded(HttpResponseNotAllowed(methods))
            version = _version_or_404(carrier, text)
            request.encoding = "utf-8"
            if request.method != "POST" and carrier.appeal.is_public:
                return answers.see(links.public(carrier, version.text))
            with answers.speaking(version.language):
                return view(request, carrier, version)

        return answer

    return wrap


def door(carrier: Carrier, version: Version) -> Door:
    """The addresses behind a carrier's link; those of the public letter once it has appeared."""
    token, text = links.unseen(carrier), version.text
    if carrier.appeal.is_public:
        signed, privacy = (
            reverse("signed", args=[carrier.appeal.slug, text.slug]),
            reverse("privacy", args=[carrier.appeal.slug]),
        )
    else:
        signed = reverse("embargo-signed", args=[token, text.slug])
        privacy = reverse("embargo-privacy", args=[token])
    return Door(
        letter=reverse("embargo-letter", args=[token, text.slug]),
        action=reverse("embargo-sign", args=[token, text.slug]),
        signed=signed,
        privacy=privacy,
        challenge=reverse("embargo-challenge", args=[token, text.slug]),
        carrier_id=lambda: carrier.pk,
    )


def entry(request: HttpRequest, token: str) -> HttpResponse:
    """Leads to the carrier's text; the link may be cut short and still works."""
    carrier = carrier_or_404(token)
    if request.method not in ("GET", "HEAD"):
        return answers.guarded(HttpResponseNotAllowed(["GET", "HEAD"]))
    text = enclosed.text_to_sign(carrier)
    return answers.see(reverse("embargo-letter", args=[links.unseen(carrier), text.slug]))


@_behind("GET", "HEAD")
def letter(request: HttpRequest, carrier: Carrier, version: Version) -> HttpResponse:
    """The text and the form to sign it: no count, no name, nothing for indexes and previews."""
    appeal = carrier.appeal
    accepting = opening.accepts(appeal, clock.now())
    here = door(carrier, version)
    context = {
        "appeal": appeal,
        "text": version.text,
        "version": version,
        "document": reading.document(version),
        "direction": languages.direction(version.language),
        "embargo": embargo.running(appeal),
        "switch": _switch(carrier, version.text),
        "accepting": accepting,
        "form": SignForm(version) if accepting else None,
        "action": here.action,
        **here.context(),
    }
    return answers.page(request, "signing/embargoed.html", context)


def _switch(carrier: Carrier, here: Text) -> list[dict[str, Any]]:
    """The first text of each language, behind the same link; nothing where there is but one."""
    texts = enclosed.texts_of(carrier.appeal)
    if here not in texts:
        texts.append(here)
    return [
        {
            "url": reverse("embargo-letter", args=[links.unseen(carrier), text.slug]),
            "lang": text.language,
            "dir": languages.direction(text.language),
            "name": languages.own_name(text.language),
            "current": text == here,
        }
        for text in texts
        if len(texts) > 1
    ]


@_behind("GET", "HEAD", "POST")
def sign(request: HttpRequest, carrier: Carrier, version: Version) -> HttpResponse:
    """Takes a signature by the rules of every door; one whose form is older than the reveal, too."""
    here = door(carrier, version)
    if request.method != "POST":
        return answers.see(here.letter)
    if answers.is_cross_site(request):
        return refusals.cross_site(request)
    return public.take(request, version, here)


@_behind("GET", "HEAD")
def signed(request: HttpRequest, carrier: Carrier, version: Version) -> HttpResponse:
    """Says to everybody who signed the same: look at your mail."""
    return public.thanks(request, version, door(carrier, version))


@_behind("GET", "HEAD")
def challenge(request: HttpRequest, carrier: Carrier, version: Version) -> HttpResponse:
    """What a browser has to calculate before it signs."""
    return public.calculation(version)
