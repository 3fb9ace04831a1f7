"""The local outbox page, for whoever tries the system on their own machine."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from undersigned.mailroom import outbox


@require_safe
@never_cache
def outbox_list(request: HttpRequest) -> HttpResponse:
    """Lists stored messages, newest first."""
    _only_here(request)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 20 else None
    entries = outbox.listing(before)
    older = ""
    if len(entries) == outbox.PAGE:
        older = f"{reverse('outbox')}?before={outbox.number_of(entries[-1].name)}"
    pages = {"next": older, "first": reverse("outbox") if before else ""}
    return render(request, "mailroom/outbox.html", {"entries": entries, "pages": pages})


@require_safe
@never_cache
def outbox_message(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one stored message as text."""
    _only_here(request)
    letter = outbox.read(name)
    if letter is None:
        raise Http404("no such message")
    return render(request, "mailroom/message.html", {"letter": letter})


def _only_here(request: HttpRequest) -> None:
    if not outbox.is_shown(request):
        raise Http404("the outbox is shown on this machine only")
