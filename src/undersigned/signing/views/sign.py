"""Signing by form: POST to the letter's `sign`, answered alike whoever has signed already."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import links
from undersigned.lib import clock
from undersigned.mailroom import outbox
from undersigned.signing import intake, limits, opening, proof
from undersigned.signing.forms import SignForm
from undersigned.signing.views import refusals


@dataclass(frozen=True)
class Door:
    """Where a letter is read and signed: its addresses, and whose link its signers came by."""

    letter: str
    action: str
    signed: str
    privacy: str
    challenge: str
    carrier_id: Callable[[], int | None]

    def context(self) -> dict[str, str]:
        """What the pages of signing lead to."""
        return {"letter_url": self.letter, "privacy_url": self.privacy, "challenge_url": self.challenge}


def public_door(request: HttpRequest, version: Version) -> Door:
    """The addresses of a letter that everybody reads."""
    appeal, text = version.text.appeal, version.text
    address = [appeal.slug, text.slug]
    return Door(
        letter=reverse("letter", args=address),
        action=reverse("sign", args=address) + via_query(request),
        signed=reverse("signed", args=address),
        privacy=reverse("privacy", args=[appeal.slug]),
        challenge=reverse("challenge", args=address),
        carrier_id=lambda: links.carrier_of(appeal=appeal, via=via(request), now=clock.now()),
    )


def public_version(slug: str, text: str) -> Version:
    """The version that a new signature of a text signs; raises Http404 for what the public does not see."""
    try:
        found = reading.public_text(reading.public_appeal(slug), text)
    except (Appeal.DoesNotExist, Text.DoesNotExist):
        raise Http404 from None
    version = reading.current_version(found)
    if version is None:
        raise Http404
    # One appeal object for everybody who asks on.
    version.text = found
    return version


def via(request: HttpRequest) -> str:
    """The public id of the carrier by whose link somebody came, from the address or a field of the form."""
    return links.readable(request.GET.get("via") or request.POST.get("via", ""))


def via_query(request: HttpRequest) -> str:
    """What keeps that link in an address; empty for everybody else."""
    found = via(request)
    return f"?via={found}" if found else ""


@csrf_exempt
def sign(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Takes a signature, or shows the form again with what was typed and what is wrong."""
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(reverse("letter", args=[slug, text]) + via_query(request))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    version = public_version(slug, text)
    with answers.speaking(version.language):
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        # Whatever charset a request claims, a browser sends what the page was in; said before it is read.
        request.encoding = "utf-8"
        return take(request, version, public_door(request, version))


def take(request: HttpRequest, version: Version, door: Door) -> HttpResponse:
    """Takes a signature that came through a door; the caller speaks its language and knows its origin."""
    form = SignForm(version, request.POST)
    if not opening.accepts(version.text.appeal, clock.now()):
        return _show(request, form, door, status=422, closed=True)
    network = limits.network_of(request)
    if over := limits.wait(network):
        return _show(request, form, door, status=429, over=over)
    if not form.is_valid() or form.request is None:
        return _show(request, form, door, status=422)
    appeal, email, proved = version.text.appeal, form.request.email, request.POST.get("proof")
    if over := limits.take(appeal=appeal, network=network, email=email, proved=proved):
        return _show(request, form, door, status=429, over=over)
    try:
        intake.sign(
            version=version,
            request=form.request,
            language=version.language,
            carrier_id=door.carrier_id(),
            network=network,
        )
    except intake.NotAccepted:
        return _show(request, form, door, status=422, closed=True)
    except (OperationalError, OSError):
        return _show(request, form, door, status=503, retry=refusals.RETRY_SECONDS)
    return answers.see(door.signed)


def _show(
    request: HttpRequest,
    form: SignForm,
    door: Door,
    *,
    status: int,
    retry: int = 0,
    closed: bool = False,
    over: limits.Over | None = None,
) -> HttpResponse:
    """The form on a page of its own, with what was typed."""
    version = form.version
    context = {
        "form": form,
        "appeal": version.text.appeal,
        "text": version.text,
        "version": version,
        "action": door.action,
        **door.context(),
        "status": status,
        "over": over,
        "closed": closed,
        "closed_at": opening.ends_at(version.text.appeal),
    }
    retry = over.seconds if over else retry
    return answers.page(request, "signing/sign_form.html", context, status=status, retry=retry)


def unavailable(request: HttpRequest, version: Version) -> HttpResponse:
    """The form with what was typed when it could not be stored just now."""
    return _again(request, version, status=503, retry=refusals.RETRY_SECONDS)


def closed(request: HttpRequest, version: Version) -> HttpResponse:
    """The form with what was typed when the letter closed meanwhile."""
    return _again(request, version, status=422, closed=True)


def _again(
    request: HttpRequest, version: Version, *, status: int, retry: int = 0, closed: bool = False
) -> HttpResponse:
    request.encoding = "utf-8"
    with answers.speaking(version.language):
        form = SignForm(version, request.POST)
        form.is_valid()
        door = public_door(request, version)
        return _show(request, form, door, status=status, retry=retry, closed=closed)


def challenge(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """What a browser has to calculate before it signs; 404 where the appeal does not ask for it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return calculation(public_version(slug, text))


def calculation(version: Version) -> HttpResponse:
    """The same for a letter that was found."""
    appeal = version.text.appeal
    if not appeal.proof_of_work:
        raise Http404
    return answers.guarded(JsonResponse(proof.challenge(appeal)))


def signed(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Says to everybody who signed the same: look at your mail."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    version = public_version(slug, text)
    return thanks(request, version, public_door(request, version))


def thanks(request: HttpRequest, version: Version, door: Door) -> HttpResponse:
    """The same for a letter that was found."""
    context = {
        "appeal": version.text.appeal,
        "text": version.text,
        "version": version,
        "outbox": outbox.is_shown(request),
        **door.context(),
    }
    with answers.speaking(version.language):
        return answers.page(request, "signing/signed.html", context)
