"""The desk's pages that add carriers: one by hand, or a list that is shown first."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.circulation import enrol
from undersigned.circulation.enrol import Entry
from undersigned.circulation.forms import CarrierForm, ListForm
from undersigned.circulation.models import ListPreview
from undersigned.circulation.rights import Rights
from undersigned.circulation.views.desk import actor_of, frame
from undersigned.lib import clock, tokens, vault
from undersigned.lib.fields import FieldError

_SHOWN = 200
_ERRORS_SHOWN = 50
_CONTEXT = "carrier-list"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Adds one carrier."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    form = CarrierForm(request.POST if request.method == "POST" else None, appeal=appeal)
    if request.method == "POST" and form.is_valid():
        try:
            carrier = enrol.add(
                actor=actor_of(request),
                appeal=appeal,
                entry=form.entry,
                given=form.given,
                deadline=form.cleaned_data["deadline"],
            )
        except FieldError as error:
            form.add_error("deadline", str(error))
        except (enrol.AlreadyThere, enrol.Unwilling) as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("Added. The letter can be looked at before it goes."))
            return redirect("desk-carrier", appeal.slug, carrier.pk)
    context = frame(request, appeal) | {"form": form, "sub": "add"}
    return render(request, "desk/circulation/add.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def read_list(request: HttpRequest, slug: str) -> HttpResponse:
    """A list in two steps: shown as it was read, then taken as it was shown, all or nothing."""
    appeal = appeal_or_404(request, slug, "carriers.manage")
    if request.method == "POST" and "take" in request.POST:
        return _take(request, appeal)
    form = ListForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        appeal=appeal,
        initial={"language": appeal.texts.order_by("pk").values_list("language", flat=True).first() or "en"},
    )
    if request.method == "POST" and form.is_valid():
        return _preview(request, appeal, form)
    context = frame(request, appeal) | {"form": form, "sub": "import"}
    return render(request, "desk/circulation/list.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, appeal: Appeal, form: ListForm) -> HttpResponse:
    found = form.found
    ordered = enrol.sort_out(appeal, found.entries)
    key = "" if found.errors or not ordered.new else _keep(request, appeal, form, ordered.new)
    context = frame(request, appeal) | {
        "found": found,
        "sorted": ordered,
        "entries": ordered.new[:_SHOWN],
        "more": max(0, len(ordered.new) - _SHOWN),
        "left_out": [
            (_("twice in this list"), ordered.repeated[:_SHOWN], len(ordered.repeated)),
            (_("has the letter already"), ordered.known[:_SHOWN], len(ordered.known)),
            (_("takes no letters from this site"), ordered.unwilling[:_SHOWN], len(ordered.unwilling)),
        ],
        "errors": [str(error) for error in found.errors[:_ERRORS_SHOWN]],
        "more_errors": max(0, len(found.errors) - _ERRORS_SHOWN),
        "notes": found.notes[:_ERRORS_SHOWN],
        "key": key,
        "sub": "import",
    }
    return render(request, "desk/circulation/list_preview.html", context, status=422 if found.errors else 200)


def _keep(request: HttpRequest, appeal: Appeal, form: ListForm, entries: list[Entry]) -> str:
    """Keeps what was shown, sealed, until it is taken: what is taken is what was shown."""
    deadline = form.cleaned_data["deadline"]
    value = {
        "entries": [[entry.name, entry.email, entry.language, entry.line] for entry in entries],
        "rights": [
            form.given.collect,
            form.given.adapt,
            form.given.translate,
            form.given.vouch,
            form.given.pass_on,
        ],
        "deadline": deadline.isoformat() if deadline else "",
    }
    row = ListPreview.objects.create(
        appeal=appeal,
        made_by=actor_of(request),
        key=tokens.public_id(),
        sealed=vault.seal(json.dumps(value), context=_CONTEXT),
        created_at=clock.now(),
    )
    return row.key


def _take(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    row = ListPreview.objects.filter(
        appeal=appeal, made_by=actor_of(request), key=request.POST.get("take", "")[:22]
    ).first()
    if row is None:
        messages.error(request, _("Please choose the file again."))
        return redirect("desk-carriers-list", appeal.slug)
    value = json.loads(vault.unseal(row.sealed, context=_CONTEXT))
    try:
        added = enrol.add_list(
            actor=actor_of(request),
            appeal=appeal,
            entries=[Entry(*entry) for entry in value["entries"]],
            given=Rights(*value["rights"]),
            deadline=parse_datetime(value["deadline"]) if value["deadline"] else None,
        )
    except (FieldError, enrol.AlreadyThere) as error:
        messages.error(request, str(error))
        return redirect("desk-carriers-list", appeal.slug)
    row.delete()
    messages.success(
        request, ngettext("%(n)s person was added.", "%(n)s people were added.", added) % {"n": added}
    )
    return redirect("desk-carriers", appeal.slug)
