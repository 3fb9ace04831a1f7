"""The page of a team's own keys: make one in the browser, enter one, retire one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from undersigned.accounts import age_keys, teams
from undersigned.accounts.again import proven
from undersigned.accounts.forms import AgeKeyForm
from undersigned.accounts.models import AgeRecipient, Team
from undersigned.accounts.permissions import can, require
from undersigned.accounts.views import person
from undersigned.lib import agebox


def _team(request: HttpRequest, pk: int) -> Team:
    try:
        return teams.team_of(person(request), pk)
    except Team.DoesNotExist:
        raise Http404("no such team") from None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, pk: int) -> HttpResponse:
    """The team's keys; a POST enters one."""
    team = _team(request, pk)
    if request.method != "POST":
        return _page(request, team, AgeKeyForm())
    require(person(request), "team.manage", team)
    form = AgeKeyForm(request.POST)
    if form.is_valid():
        try:
            age_keys.add(actor=person(request), team=team, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("The key is entered. Keep its private half where only you can read it.")
            )
            return redirect("desk-team-keys", pk)
    if agebox.is_identity(request.POST.get("recipient", "")):
        # A private key is never sent back, not even to whoever sent it.
        typed = request.POST.copy()
        typed["recipient"] = ""
        form.data = typed
    return _page(request, team, form, status=422)


def _page(request: HttpRequest, team: Team, form: AgeKeyForm, *, status: int = 200) -> HttpResponse:
    found = age_keys.of_team(team)
    context = {
        "team": team,
        "form": form,
        "keys": [key for key in found if key.retired_at is None],
        "retired": [key for key in found if key.retired_at is not None],
        "manages": can(person(request), "team.manage", team),
    }
    return render(request, "accounts/keys.html", context, status=status)


@login_required
@proven
@require_POST
def retire(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Takes a key out of use."""
    team = _team(request, pk)
    require(person(request), "team.manage", team)
    key = AgeRecipient.objects.select_related("team").filter(team=team, pk=number).first()
    if key is None:
        raise Http404("no such key")
    try:
        age_keys.retire(actor=person(request), key=key)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("Nothing more is sealed to this key. Keep it for what was sealed before.")
        )
    return redirect("desk-team-keys", pk)
