"""The desk's page from which those who signed earlier versions are asked about the newest one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from undersigned.appeals import reading
from undersigned.appeals.views import text_or_404
from undersigned.signing import ask_again
from undersigned.signing.desk import actor_of
from undersigned.signing.models import AskingRound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """How many would be asked, the button that asks, and the answers so far."""
    found = text_or_404(request, slug, text, "appeal.publish")
    version = reading.current_version(found)
    if version is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            ask_again.ask(actor=actor_of(request), version=version)
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            messages.success(request, _("The questions go out now, a few hundred at a time."))
            return redirect("desk-ask", slug, text)
    turn = AskingRound.objects.filter(version=version).first()
    context = {
        "appeal": found.appeal,
        "text": found,
        "version": version,
        "problem": problem,
        "turn": turn,
        "answers": ask_again.answers(version.pk),
        "askable": 0 if turn else ask_again.askable(version),
        "here": "overview",
    }
    return render(request, "desk/signing/ask.html", context, status=422 if problem else 200)
