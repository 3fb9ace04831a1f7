"""The desk's page about evidence: which passage rests on what, what was edited since, what lacks evidence."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.permissions import can
from undersigned.appeals import cite, reading
from undersigned.appeals.models import Appeal, Citation, Text
from undersigned.appeals.sources_forms import CitationForm, texts_of
from undersigned.appeals.sources_views import actor_of
from undersigned.appeals.views import appeal_or_404, explain, posted, text_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def citations(request: HttpRequest, slug: str) -> HttpResponse:
    """Every passage with its evidence; POST adds evidence to one of the texts."""
    verb = "appeal.edit" if request.method == "POST" else "appeal.view"
    appeal = appeal_or_404(request, slug, verb)
    form = CitationForm(posted(request), appeal=appeal)
    if request.method == "POST":
        text = text_or_404(request, slug, str(request.POST.get("text", "")), verb)
        if form.is_valid():
            try:
                cite.cite(actor=actor_of(request), text=text, **form.said())
            except ValidationError as error:
                explain(form, error)
            else:
                messages.success(request, _("The evidence was anchored to its passage."))
                return redirect("desk-citations", appeal.slug)
    return _page(request, appeal, form)


def _page(request: HttpRequest, appeal: Appeal, form: CitationForm) -> HttpResponse:
    may_edit = can(actor_of(request), "appeal.edit", appeal.team)
    texts = texts_of(appeal)
    context = {
        "appeal": appeal,
        "here": "sources",
        "may_edit": may_edit,
        "may": {"appeal_edit": may_edit},
        "texts": [(text, [(one, _proposal(one)) for one in found]) for text, found in texts],
        "unproven": [one.citation for _text, found in texts for one in found if one.citation.source is None],
        "offered": appeal.texts.defer("draft").order_by("pk")[:20],
        "chosen": request.POST.get("text", "") or reading.original(appeal).slug,
        "form": form,
    }
    return render(request, "desk/sources/citations.html", context, status=422 if form.errors else 200)


def _proposal(standing: cite.Standing) -> object:
    return cite.proposal(standing.citation) if standing.is_orphaned else None


@login_required
@require_POST
def change_citation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One act on evidence: removed, or anchored to the passage that was proposed."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    found = (
        Citation.objects.select_related("text__appeal__team", "source")
        .filter(pk=pk, text__in=Text.objects.filter(appeal=appeal))
        .first()
    )
    act = request.POST.get("act", "")
    if found is None or act not in ("remove", "anchor"):
        raise Http404
    if act == "remove":
        cite.remove_citation(actor=actor_of(request), citation=found)
        messages.success(request, _("The evidence was removed."))
        return redirect("desk-citations", slug)
    try:
        cite.anchor_again(actor=actor_of(request), citation=found, **_chosen(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The evidence is anchored again."))
    return redirect("desk-citations", slug)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    # The words come back from a form field, which browsers send with CR LF.
    words = str(request.POST.get("words", "")).replace("\r\n", "\n")
    start, end = (str(request.POST.get(name, "")) for name in ("start", "end"))
    if not (start.isdecimal() and end.isdecimal() and len(start + end) < 20):
        raise Http404
    return {"start": int(start), "end": int(end), "words": words}
