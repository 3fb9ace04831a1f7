"""The desk's pages of covering letters: one template in each language, and one carrier's own letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals import languages
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import covering, dispatch, enclosed, people, revoke
from undersigned.circulation.forms import LanguageForm, LetterForm, TravelForm
from undersigned.circulation.models import Circulation, LetterTemplate
from undersigned.circulation.people import Words
from undersigned.circulation.views.desk import actor_of, carrier_or_404, frame
from undersigned.lib.fields import FieldError


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest, slug: str) -> HttpResponse:
    """The languages that there is a letter in, how far it may travel, and the languages that lack one."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    row = Circulation.objects.filter(appeal=appeal).first() or Circulation(appeal=appeal)
    travel = TravelForm(initial={"author": row.author, "depth_max": row.depth_max})
    language = LanguageForm()
    if request.method == "POST" and "depth_max" in request.POST:
        travel = TravelForm(request.POST)
        if travel.is_valid() and _settle(request, appeal, travel):
            messages.success(request, _("Kept."))
            return redirect("desk-letters", appeal.slug)
    elif request.method == "POST":
        language = LanguageForm(request.POST)
        if language.is_valid():
            return redirect("desk-letter", appeal.slug, language.cleaned_data["language"])
    rows = LetterTemplate.objects.filter(appeal=appeal).order_by("language")
    context = frame(request, appeal) | {
        "templates": [(row, languages.own_name(row.language)) for row in rows],
        "missing": dispatch.missing_templates(appeal),
        "travel": travel,
        "language": language,
        "sub": "letters",
    }
    wrong = bool(travel.errors or language.errors)
    return render(request, "desk/circulation/letters.html", context, status=422 if wrong else 200)


def _settle(request: HttpRequest, appeal: Appeal, form: TravelForm) -> bool:
    try:
        revoke.settle(actor=actor_of(request), appeal=appeal, **form.cleaned_data)
    except FieldError as error:
        form.add_error("author", str(error))
        return False
    return True


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The editor of the covering letter in one language, with a preview for an imagined addressee."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    if not languages.is_language(language):
        raise Http404
    kept = LetterTemplate.objects.filter(appeal=appeal, language=language).first()
    start = Words(kept.subject, kept.body) if kept else covering.starting_words(language)
    form = LetterForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": start.subject, "body": start.body},
    )
    shown = start
    if request.method == "POST" and form.is_valid():
        try:
            shown = covering.check(form.words)
            if "preview" not in request.POST:
                covering.save_template(
                    actor=actor_of(request), appeal=appeal, language=language, words=form.words
                )
                messages.success(request, _("The covering letter is kept."))
                return redirect("desk-letters", appeal.slug)
        except FieldError as error:
            form.add_error("body", str(error))
    context = frame(request, appeal) | {
        "form": form,
        "language": language,
        "language_name": languages.own_name(language),
        "direction": languages.direction(language),
        "fields": [f"{{{name}}}" for name in covering.FIELDS],
        "example": None if form.errors else _example(appeal, language, shown),
        "is_new": kept is None,
        "sub": "letters",
    }
    return render(request, "desk/circulation/letter.html", context, status=422 if form.errors else 200)


def _example(appeal: Appeal, language: str, words: Words) -> Words:
    found = enclosed.of(enclosed.choose(enclosed.texts_of(appeal), language))
    values = {
        "name": _("(name)"),
        "title": found.title,
        "author": enclosed.author_of(appeal, found),
        "deadline": covering.written_date(appeal.closes_at or appeal.created_at, language),
        "link": _("(private link)"),
    }
    return Words(covering.merge(words.subject, values), covering.merge(words.body, values))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One carrier's letter: composed, edited by hand, approved."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    carrier = carrier_or_404(appeal, pk)
    actor = actor_of(request)
    form = LetterForm()
    try:
        letter = getattr(carrier, "letter", None)
        if request.method != "POST":
            words = people.words_of(letter) if letter else covering.Composer(appeal).compose(carrier)[1]
            form = LetterForm(initial={"subject": words.subject, "body": words.body})
        elif request.POST.get("act") == "compose":
            covering.compose(actor=actor, carrier=carrier)
            return redirect("desk-carrier-letter", appeal.slug, carrier.pk)
        else:
            form = LetterForm(request.POST)
            if form.is_valid():
                covering.edit(actor=actor, carrier=carrier, words=form.words)
                if request.POST.get("act") == "approve":
                    covering.approve(actor=actor, carrier=carrier)
                    messages.success(request, _("Approved. It goes with the next run."))
                else:
                    messages.success(request, _("Kept. It waits for your approval."))
                return redirect("desk-carrier", appeal.slug, carrier.pk)
    except (covering.NotPossible, covering.NoTemplate) as error:
        messages.error(request, str(error))
        return redirect("desk-carrier", appeal.slug, carrier.pk)
    except FieldError as error:
        form.add_error("body", str(error))
    context = frame(request, appeal) | {
        "carrier": carrier,
        "contact": people.contact_of(carrier),
        "form": form,
        "letter": getattr(carrier, "letter", None),
        "sub": "list",
    }
    return render(
        request, "desk/circulation/carrier_letter.html", context, status=422 if form.errors else 200
    )
