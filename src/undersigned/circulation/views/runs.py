"""The desk's pages of runs: starting one, its progress, pausing and resuming."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import covering, dispatch, post
from undersigned.circulation.models import Carrier, CoveringLetter, Dispatch
from undersigned.circulation.views.desk import actor_of, frame
from undersigned.lib import clock, paging, printer
from undersigned.mailroom import queue


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What a run would do, the runs so far, and the buttons that start one."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    kind = request.POST.get("kind", "")
    if request.method == "POST" and kind in Dispatch.Kind.values:
        try:
            made = dispatch.start(actor=actor_of(request), appeal=appeal, kind=kind)
        except covering.NotPossible as error:
            messages.error(request, str(error))
            return redirect("desk-runs", appeal.slug)
        return _watch(appeal.slug, made.pk)
    waiting = CoveringLetter.objects.filter(
        carrier__appeal=appeal, state=CoveringLetter.State.DRAFT, carrier__queued_at__isnull=True
    )
    context = frame(request, appeal) | {
        "to_send": paging.counted(post.to_send(appeal)),
        "to_remind": paging.counted(post.to_remind(appeal, clock.now())),
        "unapproved": paging.counted(waiting.filter(carrier__revoked_at__isnull=True)),
        "missing": dispatch.missing_templates(appeal),
        "runs": Dispatch.objects.filter(appeal=appeal).order_by("-pk")[:20],
        "live": dispatch.live(appeal),
        "lacking": printer.missing(),
        "sub": "runs",
    }
    return render(request, "desk/circulation/runs.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One run: how far it is; POST pauses it or lets it go on."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    found = Dispatch.objects.select_related("appeal__team").filter(appeal=appeal, pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        turn = {"pause": dispatch.pause, "resume": dispatch.resume}.get(request.POST.get("act", ""))
        if turn is None:
            raise Http404
        try:
            turn(actor=actor_of(request), dispatch=found)
        except covering.NotPossible as error:
            messages.error(request, str(error))
        return _watch(appeal.slug, found.pk)
    on_way = Carrier.objects.filter(
        appeal=appeal, queued_at__isnull=False, sent_at__isnull=True, refused_at__isnull=True
    )
    context = frame(request, appeal) | {
        "run": found,
        "handled": found.queued + found.left_out,
        "on_way": on_way.count() if found.kind == Dispatch.Kind.COVER else None,
        "unsure": Carrier.objects.filter(
            appeal=appeal, state=Carrier.State.SENT, refusal=post.UNSURE
        ).count(),
        "held": queue.is_held(),
        "watching": request.GET.get("watch") == "1" and found.state == Dispatch.State.RUNNING,
        "sub": "runs",
    }
    response = render(request, "desk/circulation/run.html", context)
    if context["watching"]:
        # Progress without script: the page asks again by itself, until the reader says stop.
        response["Refresh"] = "5"
    return response


def _watch(slug: str, pk: int) -> HttpResponse:
    return redirect(f"{reverse('desk-run', args=[slug, pk])}?watch=1")
