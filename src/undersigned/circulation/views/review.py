"""The desk's pages for texts that carriers make: which wait, one of them beside its source, the answer."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts.permissions import can
from undersigned.appeals import draft, languages, publish, reading
from undersigned.appeals.models import Appeal
from undersigned.appeals.said import said
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import people, review
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Work
from undersigned.circulation.views.desk import actor_of, frame
from undersigned.circulation.views.work import compared
from undersigned.circulation.work_forms import BackForm
from undersigned.lib.fields import FieldError


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Every text that a carrier makes, those that wait first."""
    appeal = appeal_or_404(request, slug, "carriers.view")
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    rows = review.works(appeal, after=after)
    shown = [row for row in rows if row.handed_at] + [row for row in rows if not row.handed_at][: review.PAGE]
    more = len(shown) < len(rows)
    context = frame(request, appeal) | {
        "rows": [_row(row) for row in shown],
        "next": f"{reverse('desk-carriers-texts', args=[slug])}?after={shown[-1].pk}" if more else "",
        "sub": "texts",
    }
    return render(request, "desk/circulation/texts.html", context)


def _row(work: Work) -> dict[str, Any]:
    return {
        "work": work,
        "text": work.text,
        "name": people.contact_of(work.carrier).name,
        "language": languages.own_name(work.text.language),
    }


def _found(appeal: Appeal, text: str) -> Work:
    rows = Work.objects.select_related("carrier__appeal__team", "text__parent__text", "text__appeal__team")
    work = rows.select_related("appeal__team").filter(appeal=appeal, text__slug=text).first()
    if work is None:
        raise Http404
    return work


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, slug: str, text: str) -> HttpResponse:
    """A carrier's text beside its source; POST publishes what was read or sends it back."""
    verb = {"publish": "appeal.publish", "back": "carriers.manage"}.get(request.POST.get("act", ""))
    appeal = appeal_or_404(request, slug, verb or "carriers.view")
    work = _found(appeal, text)
    if request.method != "POST":
        return _show(request, work, BackForm())
    if verb is None:
        raise Http404
    return _publish(request, work) if verb == "appeal.publish" else _send_back(request, work)


def _publish(request: HttpRequest, work: Work) -> HttpResponse:
    revision = request.POST.get("revision", "")
    number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1
    try:
        version = review.approve(actor=actor_of(request), work=work, revision=number)
    except draft.Conflict:
        told, status = _("The draft was changed meanwhile: please look at it again."), 409
    except NotPossible as error:
        told, status = str(error), 422
    except publish.NotPublishable as refusal:
        told, status = " ".join(said(problem) for problem in refusal.problems), 422
    else:
        messages.success(request, _("Version %(n)s is published.") % {"n": version.number})
        return redirect("desk-carriers-texts", work.appeal.slug)
    return _show(request, _found(work.appeal, work.text.slug), BackForm(), told=told, status=status)


def _send_back(request: HttpRequest, work: Work) -> HttpResponse:
    form = BackForm(request.POST)
    if form.is_valid():
        try:
            review.send_back(actor=actor_of(request), work=work, words=form.cleaned_data["words"])
        except FieldError as error:
            form.add_error("words", str(error))
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent back with your words."))
            return redirect("desk-carriers-texts", work.appeal.slug)
    return _show(request, work, form, status=422)


def _show(
    request: HttpRequest, work: Work, form: BackForm, *, told: str = "", status: int = 200
) -> HttpResponse:
    problems = [said(problem) for problem in publish.problems_of(work.text)]
    context = frame(request, work.appeal) | {
        "work": work,
        "text": work.text,
        "name": people.contact_of(work.carrier).name,
        "form": form,
        "told": told,
        "problems": problems,
        "may_publish": can(actor_of(request), "appeal.publish", work.appeal.team),
        "published": reading.current_version(work.text),
        "back_words": people.back_text(work),
        "direction": languages.direction(work.text.language),
        "sub": "texts",
        **({} if problems else compared(work.text)),
    }
    return render(request, "desk/circulation/text.html", context, status=status)
