"""Pages of a team: members, invitations, roles. A stranger's team is not there (404)."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from undersigned.accounts import invitations, teams
from undersigned.accounts.again import proven
from undersigned.accounts.forms import InviteForm, RoleForm, TeamForm
from undersigned.accounts.models import Invitation, Membership, Role, Team
from undersigned.accounts.permissions import can
from undersigned.accounts.views import person


def _team(request: HttpRequest, pk: int) -> Team:
    try:
        return teams.team_of(person(request), pk)
    except Team.DoesNotExist:
        raise Http404("no such team") from None


def _membership(request: HttpRequest, pk: int, number: int) -> Membership:
    try:
        return Membership.objects.select_related("team", "user").get(pk=number, team=_team(request, pk))
    except Membership.DoesNotExist:
        raise Http404("no such member") from None


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Shows the actor's team, or the list when there are several or none."""
    found = list(teams.teams_of(person(request)))
    if len(found) == 1:
        return _page(request, found[0])
    return render(request, "accounts/teams.html", {"teams": found})


@login_required
@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one team."""
    return _page(request, _team(request, pk))


def _page(
    request: HttpRequest,
    team: Team,
    *,
    invite_form: InviteForm | None = None,
    name_form: TeamForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = person(request)
    context = {
        "team": team,
        "members": team.memberships.select_related("user").order_by("user__name", "pk"),
        "open": invitations.open_invitations(team).select_related("invited_by"),
        "manages": can(actor, "team.manage", team),
        "reads_record": can(actor, "audit.view", team),
        "roles": Role.choices,
        "invite_form": invite_form or InviteForm(),
        "name_form": name_form or TeamForm(initial={"name": team.name}),
        "several": teams.teams_of(actor).count() > 1,
    }
    return render(request, "accounts/team.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Founds another team."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = teams.found_team(actor=person(request), name=form.cleaned_data["name"])
        return redirect("desk-team-one", team.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/team_new.html", {"form": form}, status=status)


@login_required
@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames a team."""
    team, form = _team(request, pk), TeamForm(request.POST)
    if not form.is_valid():
        return _page(request, team, name_form=form, status=422)
    teams.rename_team(actor=person(request), team=team, name=form.cleaned_data["name"])
    return redirect("desk-team-one", pk)


@login_required
@proven
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invites somebody by mail."""
    team, form = _team(request, pk), InviteForm(request.POST)
    if form.is_valid():
        try:
            invitations.invite(actor=person(request), team=team, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("desk-team-one", pk)
    return _page(request, team, invite_form=form, status=422)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Takes an invitation back."""
    invitation = Invitation.objects.filter(team=_team(request, pk), pk=number).first()
    if invitation is None:
        raise Http404("no such invitation")
    invitations.revoke_invitation(actor=person(request), invitation=invitation)
    return redirect("desk-team-one", pk)


@login_required
@proven
@require_POST
def role(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Gives a member another role."""
    membership, form = _membership(request, pk, number), RoleForm(request.POST)
    if not form.is_valid():
        raise Http404("no such role")
    return _done(
        request,
        pk,
        lambda: teams.change_role(
            actor=person(request), membership=membership, role=form.cleaned_data["role"]
        ),
    )


@login_required
@proven
@require_POST
def remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Takes a member out, or lets one leave."""
    membership = _membership(request, pk, number)
    answer = _done(request, pk, lambda: teams.remove_member(actor=person(request), membership=membership))
    return redirect("desk-team") if membership.user_id == person(request).pk else answer


def _done(request: HttpRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    """Does an act of one button; what it refuses is said on the page."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("desk-team-one", pk)
