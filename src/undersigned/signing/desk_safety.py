"""The desk's page about safety: the profile and what it sets, and sealing to the team's own keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts import age_keys
from undersigned.accounts.again import proven
from undersigned.accounts.permissions import can
from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.appeals.views import appeal_or_404
from undersigned.lib import env
from undersigned.signing import protect
from undersigned.signing.desk import actor_of
from undersigned.signing.desk_forms import ProfileForm
from undersigned.signing.models import Person

_RHYTHM = {
    "open": gettext_lazy("every minute"),
    "careful": gettext_lazy("once an hour, five at a time, or once a day"),
    "at_risk": gettext_lazy("once a day, twenty at a time, or once a week"),
}


@dataclass(frozen=True)
class Row:
    """One default, and what each profile makes of it."""

    label: str | Promise
    cells: list[tuple[str, str | Promise]]


def rows() -> list[Row]:
    """The defaults as a table: a line for each, a column for each profile."""
    said: list[tuple[str | Promise, Callable[[profiles.Profile], str | Promise]]] = [
        (gettext_lazy("Signatures are recorded"), lambda each: _RHYTHM[each.value]),
        (gettext_lazy("Unless the signer chooses otherwise"), _listing),
        (gettext_lazy("Names appear"), _names),
        (gettext_lazy("Moments are kept"), _moments),
        (gettext_lazy("Contact data are kept after closing"), _kept),
        (gettext_lazy("Private page and receipt"), _mailed),
        (gettext_lazy("Search engines"), _engines),
        (gettext_lazy("Network addresses"), lambda _each: _("never kept")),
    ]
    labels = {value: str(label) for value, label in Appeal.Profile.choices}
    return [
        Row(label, [(labels[each.value], cell(each)) for each in profiles.PROFILES.values()])
        for label, cell in said
    ]


def _listing(each: profiles.Profile) -> str:
    return _("listed by name") if each.display == "name" else _("counted, not listed")


def _names(each: profiles.Profile) -> str:
    if not each.names_after:
        return _("at once")
    days = each.names_after.days
    return _("%(days)d to %(more)d days later, several batches together") % {"days": days, "more": days + 1}


def _moments(each: profiles.Profile) -> str:
    if each.rounding is None:
        return _("to the second")
    return _("to the hour") if each.rounding < timedelta(days=1) else _("to the day")


def _kept(each: profiles.Profile) -> str:
    found = _("%(days)d days, at most %(most)d")
    return found % {"days": each.retention_days, "most": each.retention_most}


def _mailed(each: profiles.Profile) -> str:
    if each.mails_link:
        return _("linked to in a second mail")
    return _("no second mail; downloaded from the page after the confirmation")


def _engines(each: profiles.Profile) -> str:
    return _("may show the names") if each.value == "open" else _("are asked to leave the names out")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Profile and sealing of an appeal; a POST chooses another profile."""
    appeal = appeal_or_404(request, slug, "appeal.edit")
    if request.method != "POST":
        return _show(request, appeal, ProfileForm(initial={"profile": appeal.profile}))
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            protect.change(actor=actor_of(request), appeal=appeal, profile=form.cleaned_data["profile"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The profile is kept."))
            return redirect("desk-safety", slug)
    return _show(request, appeal, form, status=422)


def _show(request: HttpRequest, appeal: Appeal, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    context = {
        "appeal": appeal,
        "form": form,
        "rows": rows(),
        "profiles": Appeal.Profile.choices,
        "bound": protect.has_signers(appeal),
        "keys": age_keys.in_use(appeal.team_id),
        "problems": [] if appeal.is_sealed else protect.hindrances(appeal),
        "may_seal": can(actor_of(request), "team.manage", appeal.team),
        "waiting": appeal.is_sealed and Person.objects.filter(signature__appeal=appeal).exists(),
        "mail_in_files": not env.load().email_url,
        "here": "safety",
    }
    return render(request, "desk/signing/safety.html", context, status=status)


@login_required
@proven
@never_cache
@require_POST
def seal(request: HttpRequest, slug: str) -> HttpResponse:
    """Seals an appeal for good; a tick says that it is meant."""
    appeal = appeal_or_404(request, slug, "team.manage")
    if request.POST.get("sure") != "1":
        messages.error(request, _("Please tick the box if you are sure: sealing cannot be undone."))
        return redirect("desk-safety", slug)
    try:
        protect.seal(actor=actor_of(request), appeal=appeal)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The appeal is sealed. Try now whether your key opens an export."))
    return redirect("desk-safety", slug)
