"""The page on which a list of signatures gathered elsewhere is chosen; it is looked at before it is taken."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals.views import appeal_or_404, explain
from undersigned.signing.desk import actor_of
from undersigned.signing.paper import elsewhere, forms
from undersigned.signing.paper.refusals import KeptAlready, NotPossible

_ERRORS_SHOWN = 50


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """A form for a list; POST shows what it holds, or what is wrong with it line by line."""
    appeal = appeal_or_404(request, slug, "paper.list")
    form = forms.ListForm(request.POST or None, request.FILES or None, appeal=appeal)
    errors: list[str] = []
    known = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = elsewhere.preview(
                actor=actor_of(request), version=values["version"], data=values["file"],
                origin=values["origin"], basis=values["basis"],
            )  # fmt: skip
        except elsewhere.Unacceptable as refusal:
            errors = [str(error) for error in refusal.errors]
        except KeptAlready as refusal:
            known = refusal.gathering
            form.add_error("file", str(refusal))
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            explain(form, error)
        else:
            return redirect("desk-paper-one", slug, made.pk)
    context = {
        "appeal": appeal,
        "form": form,
        "known": known,
        "errors": errors[:_ERRORS_SHOWN],
        "more_errors": max(0, len(errors) - _ERRORS_SHOWN),
        "refused": _("The list was not taken, and none of it is kept. Please correct the file:"),
        "here": "paper",
    }
    wrong = bool(form.errors or errors)
    return render(request, "desk/paper/upload.html", context, status=422 if wrong else 200)
