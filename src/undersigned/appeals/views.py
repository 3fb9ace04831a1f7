"""The desk's pages that write appeals and texts."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts.models import Team, User
from undersigned.accounts.permissions import teams_where
from undersigned.appeals import cross_references, diff, draft, markup, publish, reading
from undersigned.appeals.beside import beside
from undersigned.appeals.forms import DraftForm, ImportForm, NewAppealForm, SettingsForm
from undersigned.appeals.import_letter import UNPLACED, import_letter
from undersigned.appeals.letter import Imported
from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.said import said

# More remarks than this nobody reads on one page; the command line lists them all.
REMARKS_SHOWN = 30


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


def appeal_or_404(request: HttpRequest, slug: str, verb: str) -> Appeal:
    """The appeal for this account; outsiders get the answer that a missing one gets."""
    try:
        return reading.desk_appeal(_actor(request), slug, verb)
    except Appeal.DoesNotExist:
        raise Http404 from None


def text_or_404(request: HttpRequest, slug: str, text: str, verb: str) -> Text:
    """A text of an appeal that this account may see; outsiders get the answer that a missing one gets."""
    appeal = appeal_or_404(request, slug, verb)
    found = (
        Text.objects.select_related("appeal__team", "parent__text").filter(appeal=appeal, slug=text).first()
    )
    if found is None:
        raise Http404
    return found


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, were it nothing; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def _teams_to_write_in(request: HttpRequest) -> list[Team]:
    """The teams in which this account may start an appeal; who sends a form without one is refused."""
    teams = teams_where(_actor(request), "appeal.create")
    if request.method == "POST" and not teams:
        raise PermissionDenied
    return teams


def explain(form: Form | SettingsForm, error: ValidationError) -> None:
    """Puts what an act refused next to its field, or above the form where it has none."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_appeal(request: HttpRequest) -> HttpResponse:
    """Starts an appeal from a title and a language."""
    teams = _teams_to_write_in(request)
    form = NewAppealForm(posted(request), teams=teams)
    if form.is_valid():
        values = form.cleaned_data
        try:
            appeal = draft.create_appeal(
                actor=_actor(request),
                team=values["team"],
                title=values["title"],
                language=values["language"],
                profile=values["profile"],
                source=markup.join(markup.Head(title=values["title"], lang=values["language"]), ""),
            )
        except ValidationError as error:
            explain(form, error)
        else:
            return redirect("desk-draft", appeal.slug, reading.original(appeal).slug)
    return render(
        request,
        "desk/appeals/new.html",
        {"form": form, "teams": teams},
        status=422 if form.errors else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Reads a letter from an uploaded file and makes it the draft of a new appeal."""
    teams = _teams_to_write_in(request)
    form = ImportForm(posted(request), request.FILES or None, teams=teams)
    if form.is_valid():
        letter = form.imported
        try:
            text = import_letter(
                actor=_actor(request), team=form.cleaned_data["team"], letter=letter,
                profile=form.cleaned_data["profile"],
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("letter", error.messages)
        else:
            _tell(request, letter)
            return redirect("desk-draft", text.appeal.slug, text.slug)
    return render(
        request,
        "desk/appeals/import.html",
        {"form": form, "teams": teams},
        status=422 if form.errors else 200,
    )


def _tell(request: HttpRequest, letter: Imported) -> None:
    """Says what the reader was unsure of; what it could not place is among the remarks and in the head."""
    messages.success(request, _("The letter was read. Please compare it with the original."))
    for remark in letter.report[:REMARKS_SHOWN]:
        messages.warning(request, said(remark))
    more = len(letter.report) - REMARKS_SHOWN
    if more > 0:
        messages.warning(
            request,
            ngettext("And %(n)s more remark like these.", "And %(n)s more remarks like these.", more)
            % {"n": more},
        )
    if letter.unplaced:
        messages.warning(
            request, _("What has no place is kept in the head, under “%(key)s”.") % {"key": UNPLACED}
        )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_draft(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The editor with its preview; saving names the revision it started from."""
    found = text_or_404(request, slug, text, "appeal.edit")
    form = DraftForm(posted(request), initial={"source": found.draft, "revision": found.draft_revision})
    status, conflict = 200, None
    if request.method == "POST":
        if form.is_valid() and "preview" not in request.POST:
            try:
                saved = draft.save_draft(actor=_actor(request), text=found, **form.cleaned_data)
            except draft.Conflict as clash:
                status, conflict = 409, clash.text
            except ValidationError as error:
                form.add_error("source", error)
            else:
                messages.success(request, _("Draft saved."))
                return redirect("desk-draft", saved.appeal.slug, saved.slug)
        status = 422 if form.errors else status
    source = str(form.data.get("source", found.draft))
    context = {
        "form": form,
        "text": found,
        "appeal": found.appeal,
        "conflict": conflict,
        "here": "draft",
        "beside": beside(found),
    }
    return render(request, "desk/appeals/editor.html", {**context, **_preview(source, found)}, status=status)


def _preview(source: str, text: Text) -> dict[str, object]:
    """The draft as readers would see it, or what keeps it from being read."""
    try:
        document = reading.preview(source, text.language, text)
    except markup.MarkupError as error:
        return {"problems": [said(error.problem)], "document": None}
    body = markup.split(source)[1]
    problems = publish.check_body(text.appeal, body) + cross_references.broken(text.appeal, body)
    return {"document": document, "problems": [said(problem) for problem in problems]}


@login_required
@require_POST
def preview(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """The preview as a fragment of HTML, stored nowhere."""
    found = text_or_404(request, slug, text, "appeal.edit")
    source = str(request.POST.get("source", ""))
    return render(request, "desk/appeals/preview.html", _preview(source, found))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish_text(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """Shows what would be frozen and how it differs from the last Version; POST freezes it."""
    found = text_or_404(request, slug, text, "appeal.publish")
    problems = [said(problem) for problem in publish.problems_of(found)]
    last = reading.current_version(found)
    if request.method == "POST":
        try:
            version = publish.publish(actor=_actor(request), text=found)
        except publish.NotPublishable as refusal:
            problems = [said(problem) for problem in refusal.problems]
        else:
            if last and version.pk == last.pk:
                messages.success(
                    request,
                    _("The words are those of version %(n)s; the notes were corrected.")
                    % {"n": version.number},
                )
            else:
                messages.success(request, _("Version %(n)s is published.") % {"n": version.number})
            return redirect("desk-appeal", found.appeal.slug)
    context: dict[str, object] = {"text": found, "appeal": found.appeal, "problems": problems, "last": last}
    if not problems:
        context["document"] = reading.preview(found.draft, found.language, found)
        leads = cross_references.broken(found.appeal, markup.split(found.draft)[1])
        context["remarks"] = [said(problem) for problem in leads]
        if last:
            context["is_new"] = publish.would_be_new(found, last)
            changes = diff.word_diff(markup.split(last.source)[1], markup.split(found.draft)[1])
            context["changes"] = diff.flowing(changes)
    return render(
        request, "desk/appeals/publish.html", context, status=422 if request.method == "POST" else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """The appeal's settings."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    form = SettingsForm(posted(request), instance=appeal)
    if form.is_valid():
        try:
            saved = draft.update_settings(
                actor=_actor(request),
                appeal=appeal,
                **{
                    name: form.cleaned_data[name] for name, field in form.fields.items() if not field.disabled
                },
            )
        except ValidationError as error:
            explain(form, error)
        else:
            messages.success(request, _("Settings saved."))
            return redirect("desk-appeal", saved.slug)
    if form.errors:
        appeal.refresh_from_db()
    return render(
        request,
        "desk/appeals/settings.html",
        {"form": form, "appeal": appeal, "here": "settings"},
        status=422 if form.errors else 200,
    )
