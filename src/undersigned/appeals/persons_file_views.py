"""The desk's files of persons: exported, and read in two steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.appeals import import_persons, person_files
from undersigned.appeals.import_cases import NotTaken, OnClash
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_forms import PersonsFileForm
from undersigned.appeals.persons_views import person_page
from undersigned.appeals.sources_views import actor_of
from undersigned.appeals.views import appeal_or_404, posted

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_PREVIEWED = "undersigned.persons.import"
# A preview left open over night is read again from its file.
_PREVIEW_SECONDS = 12 * 3600
_PROBLEMS_SHOWN = 50


@login_required
@proven
@require_safe
def export(request: HttpRequest, slug: str, format: str) -> HttpResponse:
    """Every person with all that is known, for the team alone."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if format not in _TYPES:
        raise Http404
    found = import_persons.export(actor=actor_of(request), appeal=appeal, format=format)
    body = person_files.as_csv(found) if format == "csv" else person_files.as_json(found)
    response = HttpResponse(body, content_type=_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{appeal.slug}-persons.{format}"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A file in two steps: it is shown as it was read, then the same persons are taken, all or none."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if "previewed" in request.POST:
        return _take(request, appeal)
    form = PersonsFileForm(posted(request), request.FILES or None)
    if not form.is_valid():
        return person_page(request, "import", appeal, {"form": form}, 422 if form.errors else 200)
    parsed = person_files.read(form.cleaned_data["file"])
    on_clash = OnClash(form.cleaned_data["on_clash"])
    problems, planned = list(parsed.problems), []
    if not problems:
        try:
            planned = import_persons.plan(appeal, parsed.records, on_clash)
        except NotTaken as refusal:
            problems = refusal.problems
    context = {
        "form": form,
        "notes": parsed.notes,
        "problems": [str(problem) for problem in problems[:_PROBLEMS_SHOWN]],
        "planned": planned,
        "previewed": "" if problems else _seal(appeal, parsed.records, on_clash),
    }
    return person_page(request, "import", appeal, context, 422 if problems else 200)


def _seal(appeal: Appeal, found: list[person_files.PersonRecord], on_clash: OnClash) -> str:
    """What is taken is what was shown: it travels with the page, signed."""
    listed = [person_files.plain(record) for record in found]
    previewed = {"appeal": appeal.public_id, "persons": listed, "clash": on_clash}
    return signing.dumps(previewed, salt=_PREVIEWED, compress=True)


def _take(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    try:
        previewed = signing.loads(str(request.POST["previewed"]), salt=_PREVIEWED, max_age=_PREVIEW_SECONDS)
        if previewed["appeal"] != appeal.public_id:
            raise signing.BadSignature
        taken = import_persons.import_persons(
            actor=actor_of(request),
            appeal=appeal,
            found=[person_files.from_plain(item) for item in previewed["persons"]],
            on_clash=OnClash(previewed["clash"]),
        )
    except signing.BadSignature:
        messages.error(request, _("Please choose the file again."))
        return redirect("desk-persons-import", appeal.slug)
    except NotTaken as refusal:
        messages.error(request, "; ".join(str(problem) for problem in refusal.problems[:5]))
        return redirect("desk-persons-import", appeal.slug)
    count = sum(one.what in ("new", "update") for one in taken)
    done = ngettext("%(n)s person was taken.", "%(n)s persons were taken.", count) % {"n": count}
    messages.success(request, done)
    return redirect("desk-persons", appeal.slug)
