"""My name is on it and I did not sign: the form for everybody, its link, and the signatory's answer."""

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, reading
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.mailroom import outbox
from undersigned.signing import limits
from undersigned.signing.disputes import answer as answering
from undersigned.signing.disputes import ask, freeze, kept
from undersigned.signing.disputes.forms import DisputeForm
from undersigned.signing.models import Dispute, DisputeLine, Signature
from undersigned.signing.views import refusals
from undersigned.signing.views.confirm import dead

_METHODS = ("GET", "HEAD", "POST")


def _version(slug: str) -> Version:
    """The newest words of a public appeal's original; raises Http404 for what the public does not see."""
    try:
        appeal = reading.public_appeal(slug)
    except Appeal.DoesNotExist:
        raise Http404 from None
    version = reading.current_version(reading.original(appeal))
    if version is None:
        raise Http404
    version.text.appeal = appeal
    return version


@csrf_exempt
def not_me(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; POST takes it, whatever name it says, or shows it again with what is wrong."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    version = _version(slug)
    with answers.speaking(version.language):
        if request.method != "POST":
            return _form(request, version, DisputeForm())
        if answers.is_cross_site(request):
            return refusals.cross_site(request)
        request.encoding = "utf-8"
        return _take(request, version)


def _take(request: HttpRequest, version: Version) -> HttpResponse:
    form = DisputeForm(request.POST)
    appeal = version.text.appeal
    network = limits.network_of(request)
    if over := limits.wait(network):
        return _form(request, version, form, status=429, over=over)
    if not form.is_valid() or form.request is None:
        return _form(request, version, form, status=422)
    if over := limits.take(appeal=appeal, network=network, email=form.request.email):
        return _form(request, version, form, status=429, over=over)
    try:
        ask.ask(appeal=appeal, request=form.request, language=version.language)
    except (OperationalError, OSError):
        return _form(request, version, form, status=503, retry=refusals.RETRY_SECONDS)
    return answers.see(reverse("not-me-asked", args=[appeal.slug]))


def _form(
    request: HttpRequest,
    version: Version,
    form: DisputeForm,
    *,
    status: int = 200,
    retry: int = 0,
    over: limits.Over | None = None,
) -> HttpResponse:
    context = {
        "appeal": version.text.appeal,
        "version": version,
        "form": form,
        "status": status,
        "over": over,
        "days": freeze.DEADLINE.days,
    }
    retry = over.seconds if over else retry
    return answers.page(request, "signing/disputes/form.html", context, status=status, retry=retry)


def asked(request: HttpRequest, slug: str) -> HttpResponse:
    """Says to everybody the same: look at your mail."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    version = _version(slug)
    context = {"appeal": version.text.appeal, "version": version, "outbox": outbox.is_shown(request)}
    with answers.speaking(version.language):
        return answers.page(request, "signing/disputes/asked.html", context)


@csrf_exempt
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link from the mail: GET shows a button, POST confirms; what was found is told by mail alone."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    dispute = kept.find(token)
    if dispute is None:
        return dead(request)
    with answers.speaking(dispute.language):
        if request.method == "POST":
            if answers.is_cross_site(request):
                return refusals.cross_site(request)
            freeze.confirm(dispute=dispute)
            return answers.see(request.path)
        waits = dispute.state == Dispute.State.ASKED
        late = waits and dispute.created_at + freeze.ASKED_FOR <= clock.now()
        context = {"dispute": dispute, "waits": waits, "late": late, "kept": kept.opened(dispute)}
        return answers.page(request, "signing/disputes/confirm.html", context, status=410 if late else 200)


@csrf_exempt
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The signatory's link: GET shows what is disputed, POST keeps `answer`, `mine` or `not`."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    line = answering.find(token)
    if line is None:
        return dead(request)
    found = Signature.objects.select_related("version", "public_line").filter(pk=line.number).first()
    if found is None:
        return dead(request)
    with answers.speaking(found.version.language):
        if request.method == "POST":
            if answers.is_cross_site(request):
                return refusals.cross_site(request)
            said = request.POST.get("answer", "")
            if said in ("mine", "not"):
                answering.answer(line=line, mine=said == "mine")
                return answers.see(request.path)
        context = {
            "line": getattr(found, "public_line", None),
            "version": found.version,
            "over": line.dispute.state != Dispute.State.OPEN,
            "answered": line.answer,
            "is_gone": line.answer == DisputeLine.Answer.GONE,
        }
        return answers.page(request, "signing/disputes/answer.html", context)
