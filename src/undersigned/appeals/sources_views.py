"""The desk's pages about sources: the list, entering, correcting, reading a file, keeping copies."""

from dataclasses import asdict
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from undersigned.accounts.models import User
from undersigned.accounts.permissions import can
from undersigned.appeals import bibliography, dead_links, import_sources, keep, sources
from undersigned.appeals.import_sources import OnClash
from undersigned.appeals.models import Appeal, Source, Version
from undersigned.appeals.references.found import Item
from undersigned.appeals.sources_forms import KeepForm, SourceForm, SourcesFileForm, texts_of
from undersigned.appeals.views import appeal_or_404, explain, posted

_PREVIEWED = "undersigned.sources.import"
# A preview left open over night is read again from its file.
_PREVIEW_SECONDS = 12 * 3600
_PROBLEMS_SHOWN = 50


def actor_of(request: HttpRequest) -> User:
    """Who asks; the pages here are for accounts only."""
    return cast(User, request.user)


def source_or_404(request: HttpRequest, slug: str, key: str, verb: str) -> Source:
    """A source of an appeal that this account may see; outsiders get the answer that a missing one gets."""
    appeal = appeal_or_404(request, slug, verb)
    found = Source.objects.select_related("appeal__team").filter(appeal=appeal, key=key).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def list_sources(request: HttpRequest, slug: str) -> HttpResponse:
    """Every source of the appeal in its style, with what rests on it."""
    appeal = appeal_or_404(request, slug, "appeal.view")
    rows = (
        appeal.sources.annotate(
            kept_copies=Count("captures", distinct=True),
            passages=Count("citations", distinct=True),
            versions=Count("states__cited_in__version", distinct=True),
        )
        .select_related("link_check")
        .order_by("date_key", "key")
    )
    language = _language(appeal)
    context = {
        "rows": [(row, _entry(row, appeal, language), dead_links.known(row)) for row in rows],
        "styles": Appeal.CitationStyle.choices,
        "orphans": sum(one.is_orphaned for _text, found in texts_of(appeal) for one in found),
    }
    return _page(request, "list", appeal, context)


def _page(
    request: HttpRequest, template: str, appeal: Appeal, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    may_edit = can(actor_of(request), "appeal.edit", appeal.team)
    shared = {"appeal": appeal, "here": "sources", "may_edit": may_edit, "may": {"appeal_edit": may_edit}}
    return render(request, f"desk/sources/{template}.html", {**shared, **context}, status=status)


def _language(appeal: Appeal) -> str:
    return str(appeal.texts.filter(relation="original").values_list("language", flat=True).first() or "en")


def _entry(source: Source, appeal: Appeal, language: str) -> str:
    return bibliography.entry(source.csl, style=appeal.citation_style, language=language)


@login_required
@require_POST
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """Sets the style of the appeal's references."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    try:
        sources.set_style(actor=actor_of(request), appeal=appeal, style=str(request.POST.get("style", "")))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The style was changed."))
    return redirect("desk-sources", appeal.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_source(request: HttpRequest, slug: str) -> HttpResponse:
    """Enters a source."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    form = SourceForm(posted(request))
    if form.is_valid():
        values = form.cleaned_data
        try:
            source = sources.add_source(
                actor=actor_of(request), appeal=appeal, key=values["key"], csl=form.csl, note=values["note"]
            )
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("The source was entered."))
            return redirect("desk-source", appeal.slug, source.key)
    return _page(request, "edit", appeal, {"form": form, "source": None}, 422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_source(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One source: its data, its kept copies, where it is cited."""
    verb = "appeal.edit" if request.method == "POST" else "appeal.view"
    source = source_or_404(request, slug, key, verb)
    form = SourceForm(posted(request), source=source)
    if form.is_valid():
        try:
            sources.change_source(
                actor=actor_of(request), source=source, csl=form.csl, note=form.cleaned_data["note"]
            )
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("The source was changed."))
            return redirect("desk-source", slug, key)
    return _source_page(request, source, form=form)


def _source_page(
    request: HttpRequest, source: Source, *, form: SourceForm | None = None, upload: KeepForm | None = None
) -> HttpResponse:
    wrong = bool((form and form.errors) or (upload and upload.errors))
    context = {
        "source": source,
        "form": form or SourceForm(source=source),
        "upload": upload or KeepForm(),
        "reference": _entry(source, source.appeal, _language(source.appeal)),
        "captures": source.captures.select_related("captured_by"),
        "link": dead_links.known(source),
        "passages": source.citations.select_related("text"),
        "versions": Version.objects.filter(cited_sources__state__source=source)
        .select_related("text")
        .order_by("text", "number")
        .distinct(),
        "custom": sorted(source.csl.get("custom", {}).items()),
    }
    return _page(request, "edit", source.appeal, context, 422 if wrong else 200)


@login_required
@require_POST
def remove_source(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Takes a source away, unless something rests on it."""
    source = source_or_404(request, slug, key, "appeal.edit")
    try:
        sources.remove_source(actor=actor_of(request), source=source)
    except sources.StillCited as refusal:
        messages.error(request, _why_not(refusal))
        return redirect("desk-source", slug, key)
    messages.success(request, _("The source was removed."))
    return redirect("desk-sources", slug)


def _why_not(refusal: sources.StillCited) -> str:
    if refusal.versions:
        named = ", ".join(f"{version.text.slug} {version.number}" for version in refusal.versions)
        return _("It stays: published versions cite it (%(versions)s).") % {"versions": named}
    if refusal.statements:
        return ngettext(
            "It stays: %(n)s statement about a case rests on it. Remove that first.",
            "It stays: %(n)s statements about cases rest on it. Remove those first.",
            refusal.statements,
        ) % {"n": refusal.statements}
    return ngettext(
        "It stays: it is evidence for %(n)s passage. Remove that first.",
        "It stays: it is evidence for %(n)s passages. Remove those first.",
        refusal.passages,
    ) % {"n": refusal.passages}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A file in two steps: it is shown as it was read, then the same references are taken, all or none."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if "previewed" in request.POST:
        return _take(request, appeal)
    form = SourcesFileForm(posted(request), request.FILES or None)
    if not form.is_valid():
        return _page(request, "import", appeal, {"form": form}, 422 if form.errors else 200)
    parsed = import_sources.read(form.cleaned_data["file"])
    on_clash = OnClash(form.cleaned_data["on_clash"])
    problems, planned = list(parsed.problems), []
    if not problems:
        try:
            planned = import_sources.plan(appeal, parsed.items, on_clash)
        except import_sources.NotTaken as refusal:
            problems = refusal.problems
    said = import_sources.said_all(problems)
    language = _language(appeal)
    context = {
        "form": form,
        "problems": said[:_PROBLEMS_SHOWN],
        "more_problems": max(0, len(said) - _PROBLEMS_SHOWN),
        "planned": [(one, _shown(one.item, appeal, language)) for one in planned],
        "previewed": "" if problems else _seal(appeal, parsed.items, on_clash),
    }
    return _page(request, "import", appeal, context, 422 if problems else 200)


def _shown(item: Item, appeal: Appeal, language: str) -> str:
    return bibliography.entry(item.csl, style=appeal.citation_style, language=language)


def _seal(appeal: Appeal, items: list[Item], on_clash: OnClash) -> str:
    """What is taken is what was shown: it travels with the page, signed."""
    previewed = {"appeal": appeal.public_id, "items": [asdict(item) for item in items], "clash": on_clash}
    return signing.dumps(previewed, salt=_PREVIEWED, compress=True)


def _take(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    try:
        previewed = signing.loads(str(request.POST["previewed"]), salt=_PREVIEWED, max_age=_PREVIEW_SECONDS)
        if previewed["appeal"] != appeal.public_id:
            raise signing.BadSignature
        items = [Item(**item) for item in previewed["items"]]
        taken = import_sources.import_sources(
            actor=actor_of(request), appeal=appeal, items=items, on_clash=OnClash(previewed["clash"])
        )
    except signing.BadSignature:
        messages.error(request, _("Please choose the file again."))
        return redirect("desk-sources-import", appeal.slug)
    except import_sources.NotTaken as refusal:
        messages.error(request, "; ".join(import_sources.said_all(refusal.problems)[:5]))
        return redirect("desk-sources-import", appeal.slug)
    count = sum(one.what in ("new", "update") for one in taken)
    messages.success(
        request,
        ngettext("%(n)s source was taken.", "%(n)s sources were taken.", count) % {"n": count},
    )
    return redirect("desk-sources", appeal.slug)


@login_required
@require_POST
def keep_copy(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Keeps a copy of a source."""
    source = source_or_404(request, slug, key, "appeal.edit")
    form = KeepForm(request.POST, request.FILES)
    if form.is_valid():
        values = form.cleaned_data
        upload = values["file"]
        try:
            keep.keep(
                actor=actor_of(request),
                source=source,
                data=upload,
                name=upload.name or "",
                url=values["url"],
                note=values["note"],
                captured_at=values["captured_at"],
                is_open=values["is_open"],
            )
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("The copy is kept."))
            return redirect("desk-source", slug, key)
    return _source_page(request, source, upload=form)
