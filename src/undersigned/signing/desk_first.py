"""The desk's pages about first signatories: entering, reading a list, asking, ordering."""

import base64
import binascii
import json
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.appeals import reading
from undersigned.appeals.models import Appeal, Version
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import vault
from undersigned.signing import first
from undersigned.signing.desk import actor_of
from undersigned.signing.desk_forms import FirstForm, UploadForm
from undersigned.signing.models import Signature

_ERRORS_SHOWN = 50


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The list of first signatories with its forms; POST enters one of them."""
    appeal = appeal_or_404(request, slug, "roll.invite")
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        version = _version(appeal)
        if version is None:
            return _refused(request, appeal, _("Publish the text first: people sign exact words."))
        try:
            first.invite_first(actor=actor_of(request), version=version, entries=[form.entry])
        except first.NotPossible as refusal:
            return _refused(request, appeal, str(refusal))
        except first.Unacceptable as refusal:
            form.add_error("email", str(refusal.errors[0]))
        else:
            messages.success(request, _("Entered, and asked by mail to confirm."))
            return redirect("desk-first", appeal.slug)
    return _list(request, appeal, form=form)


def _version(appeal: Appeal) -> Version | None:
    return reading.current_version(reading.original(appeal))


def _refused(request: HttpRequest, appeal: Appeal, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("desk-first", appeal.slug)


def _list(
    request: HttpRequest, appeal: Appeal, *, form: FirstForm | None = None, upload: UploadForm | None = None
) -> HttpResponse:
    lines = first.lines(appeal)
    context = {
        "appeal": appeal,
        "lines": lines,
        "version": _version(appeal),
        "drafted": appeal.state == Appeal.State.DRAFT,
        "form": form or FirstForm(),
        "upload": upload or UploadForm(),
        "here": "first",
    }
    wrong = bool((form and form.errors) or (upload and upload.errors))
    return render(request, "desk/signing/first.html", context, status=422 if wrong else 200)


@login_required
@never_cache
@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """A list in two steps: the file is shown as it was read, then the same entries are taken, all or none."""
    appeal = appeal_or_404(request, slug, "roll.invite")
    version = _version(appeal)
    if version is None:
        return _refused(request, appeal, _("Publish the text first: people sign exact words."))
    if "sealed" in request.POST:
        return _take(request, appeal, version)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, appeal, upload=form)
    errors = [*form.found.errors, *first.conflicts(version, form.found.entries)]
    errors.sort(key=lambda error: error.line)
    context = {
        "appeal": appeal,
        "version": version,
        "entries": form.found.entries,
        "notes": form.found.notes,
        "errors": [str(error) for error in errors[:_ERRORS_SHOWN]],
        "more_errors": max(0, len(errors) - _ERRORS_SHOWN),
        "sealed": "" if errors else _seal(appeal, form.found.entries),
        "here": "first",
    }
    return render(request, "desk/signing/first_preview.html", context, status=422 if errors else 200)


def _context(appeal: Appeal) -> str:
    return f"first-list:{appeal.public_id}"


def _seal(appeal: Appeal, entries: list[first.Entry]) -> str:
    """The previewed entries: what is taken is what was shown, and no list of names stays on the server."""
    sealed = vault.seal_json([asdict(entry) for entry in entries], context=_context(appeal))
    return base64.b64encode(sealed).decode()


def _unseal(appeal: Appeal, sealed: str) -> list[first.Entry]:
    values: list[dict[str, Any]] = vault.unseal_json(
        base64.b64decode(sealed, validate=True), context=_context(appeal)
    )
    return [first.Entry(**value) for value in values]


def _take(request: HttpRequest, appeal: Appeal, version: Version) -> HttpResponse:
    try:
        entries = _unseal(appeal, str(request.POST["sealed"]))
        made = first.invite_first(actor=actor_of(request), version=version, entries=entries)
    except (vault.VaultError, binascii.Error, ValueError, TypeError, json.JSONDecodeError):
        return _refused(request, appeal, _("Please choose the file again."))
    except first.NotPossible as refusal:
        return _refused(request, appeal, str(refusal))
    except first.Unacceptable as refusal:
        return _refused(request, appeal, "; ".join(str(error) for error in refusal.errors[:5]))
    count = len(made)
    messages.success(
        request,
        ngettext("%(count)d person was asked by mail.", "%(count)d people were asked by mail.", count)
        % {"count": count},
    )
    return redirect("desk-first", appeal.slug)


@login_required
@require_POST
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One act on one of them: ask again, remove, up, down; with number 0 sorts the whole list."""
    appeal = appeal_or_404(request, slug, "roll.invite")
    actor = actor_of(request)
    act = request.POST.get("act", "")
    if pk == 0 and act == "sort":
        first.sort_by_name(actor=actor, appeal=appeal)
        return redirect("desk-first", appeal.slug)
    row = Signature.objects.select_related("appeal__team", "version__text", "person")
    found = row.filter(appeal=appeal, pk=pk, first_order__isnull=False).first()
    if found is None or act not in ("ask", "remove", "up", "down"):
        raise Http404
    try:
        if act == "ask":
            first.ask_again(actor=actor, signature=found)
            messages.success(request, _("Asked again."))
        elif act == "remove":
            first.remove(actor=actor, signature=found)
            messages.success(request, _("Removed, with everything that was written about this person."))
        else:
            first.move(actor=actor, signature=found, by=-1 if act == "up" else 1)
    except first.NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect("desk-first", appeal.slug)
