"""Teams: founding, roles and leaving. A team never loses its last owner."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undersigned.accounts import audit, names
from undersigned.accounts.models import Invitation, Membership, Role, Team, User
from undersigned.accounts.permissions import Forbidden, require, role_in
from undersigned.lib import clock


def found_team(*, actor: User, name: str) -> Team:
    """Founds a team with the actor as its owner."""
    if not actor.is_active:
        raise Forbidden("team.found")
    name = names.clean(name)
    with transaction.atomic():
        team = Team.objects.create(name=name, created_at=clock.now())
        Membership.objects.create(team=team, user=actor, role=Role.OWNER, created_at=clock.now())
        audit.record(team=team, actor=actor, verb="team.found", subject=f"team:{team.pk}")
    return team


def rename_team(*, actor: User, team: Team, name: str) -> Team:
    """Gives the team another name."""
    require(actor, "team.manage", team)
    name = names.clean(name)
    with transaction.atomic():
        Team.objects.filter(pk=team.pk).update(name=name)
        audit.record(team=team, actor=actor, verb="team.rename", subject=f"team:{team.pk}")
    team.name = name
    return team


def change_role(*, actor: User, membership: Membership, role: str) -> Membership:
    """Gives a member another role; the last owner keeps theirs."""
    team = membership.team
    require(actor, "team.manage", team)
    if role not in Role.values:
        raise ValidationError(_("There is no such role."), code="role")
    with transaction.atomic():
        current = _locked(membership)
        if current.role != role:
            if current.role == Role.OWNER:
                _keep_an_owner(current)
                _end_invitations_by(current)
            before, current.role = current.role, role
            current.save(update_fields=["role"])
            audit.record(
                team=team,
                actor=actor,
                verb="team.role",
                subject=f"user:{current.user_id}",
                role=role,
                before=before,
            )
    return current


def remove_member(*, actor: User, membership: Membership) -> None:
    """Takes a member out of the team; everybody may leave by themselves, the last owner may not."""
    team = membership.team
    if not (actor.pk == membership.user_id and role_in(actor, team)):
        require(actor, "team.manage", team)
    with transaction.atomic():
        current = _locked(membership)
        if current.role == Role.OWNER:
            _keep_an_owner(current)
        take_out(current, actor=actor)


def take_out(membership: Membership, *, actor: User | None) -> None:
    """Ends a membership in the caller's transaction, which has made sure that an owner stays."""
    _end_invitations_by(membership)
    membership.delete()
    audit.record(
        team=membership.team,
        actor=actor,
        verb="team.leave" if actor and actor.pk == membership.user_id else "team.remove",
        subject=f"user:{membership.user_id}",
        before=membership.role,
    )


def other_owners(team: Team, user: User) -> QuerySet[Membership]:
    """Those besides somebody who own the team and can sign in."""
    return Membership.objects.filter(team=team, role=Role.OWNER, user__is_active=True).exclude(user=user)


def teams_of(actor: User) -> QuerySet[Team]:
    """The teams that the actor belongs to, by name; none for a closed account."""
    if not actor.is_active:
        return Team.objects.none()
    return Team.objects.filter(memberships__user=actor).order_by("name", "pk")


def team_of(actor: User, pk: int) -> Team:
    """A team of the actor's; raises DoesNotExist for a stranger's as for one that is not."""
    return teams_of(actor).get(pk=pk)


def _locked(membership: Membership) -> Membership:
    """The membership as it is now, its team's row locked: two owners cannot demote each other at once."""
    Team.objects.select_for_update().get(pk=membership.team_id)
    try:
        return Membership.objects.select_related("team", "user").get(pk=membership.pk)
    except Membership.DoesNotExist:
        raise ValidationError(_("This person is no longer in the team."), code="gone") from None


def _keep_an_owner(leaving: Membership) -> None:
    if not other_owners(leaving.team, leaving.user).exists():
        raise ValidationError(_("A team needs an owner: make somebody else owner first."), code="last_owner")


def _end_invitations_by(membership: Membership) -> None:
    """Who may no longer manage the team cannot come back by an invitation sent before."""
    Invitation.objects.filter(
        team=membership.team, invited_by=membership.user, accepted_at__isnull=True
    ).delete()
