"""The desk's page about editions: asked for, how far they are, fetched, published, taken down."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.signing.desk import actor_of
from undersigned.signing.edition_forms import AskForm
from undersigned.signing.editions import ask, making, shown, stamp
from undersigned.signing.models import EditionBuild, EditionFile

# More are never kept: a new one takes the place of an older one.
_MOST = 20


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def editions(request: HttpRequest, slug: str) -> HttpResponse:
    """What was made, with its files, and the form that asks for more."""
    appeal = appeal_or_404(request, slug, "edition.make" if request.method == "POST" else "appeal.view")
    form = AskForm(initial={"kinds": EditionBuild.Kind.values})
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act in ("publish", "down"):
            return _act(request, appeal, act)
        form = AskForm(request.POST)
        if form.is_valid():
            try:
                ask.ask(actor=actor_of(request), appeal=appeal, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("It is being made. This page says how far it is."))
                return redirect("desk-edition", appeal.slug)
    context = _context(request, appeal) | {"form": form}
    return render(request, "desk/signing/editions.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, appeal: Appeal, act: str) -> HttpResponse:
    actor = actor_of(request)
    if act == "publish":
        number = request.POST.get("build", "")
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        rows = EditionBuild.objects.select_related("appeal__team")
        found = rows.filter(appeal=appeal, pk=wanted).first()
        if found is None:
            raise Http404
        try:
            ask.publish(actor=actor, build=found)
        except ask.NotKept as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is published."))
    else:
        kind = request.POST.get("kind", "")
        if kind not in EditionBuild.Kind.values:
            raise Http404
        ask.take_down(actor=actor, appeal=appeal, kind=kind)
        messages.success(request, _("It is not published any more."))
    return redirect("desk-edition", appeal.slug)


def _context(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    actor = actor_of(request)
    now = stamp.of(appeal.pk)
    found = EditionBuild.objects.filter(appeal=appeal).prefetch_related("files").order_by("-pk")[:_MOST]
    rows = [_row(build, now) for build in found]
    return {
        "appeal": appeal,
        "here": "edition",
        "may_make": can(actor, "edition.make", appeal.team),
        "may_fetch": can(actor, "edition.fetch", appeal.team),
        "begun": appeal.state not in (Appeal.State.DRAFT, Appeal.State.EMBARGO),
        "rows": rows,
        "waits": any(row["is_waiting"] for row in rows),
        "published": any(row["build"].published_at for row in rows),
    }


def _row(build: EditionBuild, now: str) -> dict[str, Any]:
    gone = build.made_at is not None and (build.gone_at is not None or build.stamp != now)
    return {
        "build": build,
        "files": [] if gone or build.made_at is None else shown.listed(build),
        "step": _(making.STEPS[build.step]) if build.step in making.STEPS else "",
        "problem": _(build.problem) if build.problem else "",
        "gone": ask.gone_words() if gone else "",
        # A published one begins again by itself.
        "is_waiting": not build.problem
        and (build.made_at is None or (gone and build.published_at is not None)),
    }


@login_required
@proven
@never_cache
@require_POST
def fetch(request: HttpRequest, slug: str, pk: int, number: int) -> HttpResponseBase:
    """A file of an edition or archive for the team; each fetch leaves an audit row."""
    appeal = appeal_or_404(request, slug, "edition.fetch")
    files = EditionFile.objects.select_related("build__appeal__team")
    found = files.filter(build__appeal=appeal, build=pk, number=number).first()
    if found is None:
        raise Http404
    try:
        pieces = ask.fetch(actor=actor_of(request), file=found)
    except ask.NotKept as error:
        messages.error(request, str(error))
        return redirect("desk-edition", appeal.slug)
    response = StreamingHttpResponse(pieces, content_type=found.media_type)
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response["Cache-Control"] = "no-store"
    return response
