"""The desk's pages about all cases of an appeal: the list, a new one, files."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals import case_files, case_sealed, case_shown, cases, import_cases
from undersigned.appeals.case_forms import CaseForm, CasesFileForm, ConsentForm, names_formset
from undersigned.appeals.case_models import Case, CaseStatement
from undersigned.appeals.import_cases import OnClash
from undersigned.appeals.models import Appeal
from undersigned.appeals.sources_views import actor_of
from undersigned.appeals.views import appeal_or_404, explain, posted

_SIZE = 50
_PREVIEWED = "undersigned.cases.import"
# A preview left open over night is read again from its file.
_PREVIEW_SECONDS = 12 * 3600
_PROBLEMS_SHOWN = 50
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def case_page(
    request: HttpRequest, template: str, appeal: Appeal, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of cases in the desk's frame."""
    may_edit = can(actor_of(request), "appeal.edit", appeal.team)
    shared = {"appeal": appeal, "here": "cases", "may_edit": may_edit, "may": {"appeal_edit": may_edit}}
    return render(request, f"desk/cases/{template}.html", {**shared, **context}, status=status)


@login_required
@require_safe
def list_cases(request: HttpRequest, slug: str) -> HttpResponse:
    """The cases of the appeal, as they were entered, a page at a time."""
    appeal = appeal_or_404(request, slug, "cases.view")
    after = request.GET.get("after", "")
    rows = appeal.cases.order_by("pk").prefetch_related("statements")
    if after:
        rows = rows.filter(pk__gt=int(after)) if after.isdecimal() and len(after) < 19 else rows.none()
    found = list(rows[: _SIZE + 1])
    more = f"?after={found[_SIZE - 1].pk}" if len(found) > _SIZE else ""
    states = dict(CaseStatement.State.choices)
    context = {
        "rows": [(case, case_sealed.about(case).names[0], _state(case, states)) for case in found[:_SIZE]],
        "pages": {"first": "." if after else "", "next": more},
    }
    return case_page(request, "list", appeal, context)


def _state(case: Case, states: dict[Any, Any]) -> str:
    stated = [row.state for row in case_shown.in_order(case.statements.all()) if row.state]
    return str(states[stated[-1]]) if stated else str(states["unknown"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest, slug: str) -> HttpResponse:
    """Enters a case."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    data = posted(request)
    form, names, consent = CaseForm(data), names_formset(data), ConsentForm(data, prefix="consent")
    if request.method == "POST" and all([form.is_valid(), names.is_valid(), consent.is_valid()]):
        try:
            case = cases.add_case(
                actor=actor_of(request), appeal=appeal, names=names.names, consent=consent.consent,
                **form.cleaned_data,
            )  # fmt: skip
        except ValidationError as error:
            explain_apart(error, form, consent)
        else:
            messages.success(request, _("The case was entered. Readers do not see it yet."))
            return redirect("desk-case", appeal.slug, case.ref)
    wrong = bool(form.errors or consent.errors or (names.is_bound and not names.is_valid()))
    context = {"form": form, "names": names, "consent": consent}
    return case_page(request, "new", appeal, context, 422 if wrong else 200)


def explain_apart(error: ValidationError, form: CaseForm, consent: ConsentForm) -> None:
    """Puts what an act refused beside the field of whichever form has it."""
    named = set(error.error_dict) if hasattr(error, "error_dict") else set()
    explain(consent if named & set(consent.fields) else form, error)


@login_required
@proven
@require_safe
def export(request: HttpRequest, slug: str, format: str) -> HttpResponse:
    """Every case with all that is known of it, for the team alone."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if format not in _TYPES:
        raise Http404
    found = import_cases.export(actor=actor_of(request), appeal=appeal, format=format)
    body = case_files.as_csv(found) if format == "csv" else case_files.as_json(found)
    response = HttpResponse(body, content_type=_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{appeal.slug}-cases.{format}"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A file in two steps: it is shown as it was read, then the same cases are taken, all or none."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if "previewed" in request.POST:
        return _take(request, appeal)
    form = CasesFileForm(posted(request), request.FILES or None)
    if not form.is_valid():
        return case_page(request, "import", appeal, {"form": form}, 422 if form.errors else 200)
    parsed = case_files.read(form.cleaned_data["file"])
    on_clash = OnClash(form.cleaned_data["on_clash"])
    problems, planned = list(parsed.problems), []
    if not problems:
        try:
            planned = import_cases.plan(appeal, parsed.records, on_clash)
        except import_cases.NotTaken as refusal:
            problems = refusal.problems
    context = {
        "form": form,
        "notes": parsed.notes,
        "problems": [str(problem) for problem in problems[:_PROBLEMS_SHOWN]],
        "more_problems": max(0, len(problems) - _PROBLEMS_SHOWN),
        "planned": planned,
        "previewed": "" if problems else _seal(appeal, parsed.records, on_clash),
    }
    return case_page(request, "import", appeal, context, 422 if problems else 200)


def _seal(appeal: Appeal, found: list[case_files.Record], on_clash: OnClash) -> str:
    """What is taken is what was shown: it travels with the page, signed."""
    previewed = {"appeal": appeal.public_id, "cases": import_cases.as_plain(found), "clash": on_clash}
    return signing.dumps(previewed, salt=_PREVIEWED, compress=True)


def _take(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    try:
        previewed = signing.loads(str(request.POST["previewed"]), salt=_PREVIEWED, max_age=_PREVIEW_SECONDS)
        if previewed["appeal"] != appeal.public_id:
            raise signing.BadSignature
        taken = import_cases.import_cases(
            actor=actor_of(request),
            appeal=appeal,
            found=import_cases.from_plain(previewed["cases"]),
            on_clash=OnClash(previewed["clash"]),
        )
    except signing.BadSignature:
        messages.error(request, _("Please choose the file again."))
        return redirect("desk-cases-import", appeal.slug)
    except import_cases.NotTaken as refusal:
        messages.error(request, "; ".join(str(problem) for problem in refusal.problems[:5]))
        return redirect("desk-cases-import", appeal.slug)
    count = sum(one.what in ("new", "update") for one in taken)
    messages.success(
        request, ngettext("%(n)s case was taken.", "%(n)s cases were taken.", count) % {"n": count}
    )
    return redirect("desk-cases", appeal.slug)
