"""Changing the address of an account, and closing it: nobody leaves a team without an owner."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import names, notices, sessions, teams
from undersigned.accounts.models import Membership, Role, Team, User


def free_address(user: User, email: str) -> str:
    """The address as it would be stored; raises ValidationError for what is none, and for the own one."""
    email = names.clean_email(email)
    if email == user.email:
        raise ValidationError(_("This is your address already."), code="same")
    return email


def change_address(*, actor: User, email: str) -> User:
    """Gives the account another address, which has been shown to be the actor's; tells the old one."""
    email = free_address(actor, email)
    before = actor.email
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("This address cannot be used."), code="taken")
        User.objects.filter(pk=actor.pk).update(email=email)
        # Where allauth keeps addresses of its own, the old one would still lead in.
        EmailAddress.objects.filter(user=actor).delete()
        actor.email = email
        notices.tell(actor, "address_changed", to=before)
    return actor


def only_owner_of(user: User) -> list[Team]:
    """The teams that would be without an owner if this account were not."""
    owned = Team.objects.filter(memberships__user=user, memberships__role=Role.OWNER).order_by("name", "pk")
    return [team for team in owned if not teams.other_owners(team, user).exists()]


def close_account(*, user: User, actor: User | None) -> None:
    """Ends an account for good: nobody signs in with it; its name stays in the record of acts.

    Raises ValidationError while it is the only owner of a team. `actor` is None for the operator.
    """
    with transaction.atomic():
        # In the order of their numbers, as every act on several teams takes them.
        for team in Team.objects.select_for_update().filter(memberships__user=user).order_by("pk"):
            if team in only_owner_of(user):
                raise ValidationError(
                    _("You are the only owner of the team %(team)s: make somebody else owner first."),
                    code="last_owner",
                    params={"team": team.name},
                )
        notices.tell(user, "account_closed", by_owner=actor is not None)
        for membership in Membership.objects.filter(user=user).select_related("team", "user"):
            teams.take_out(membership, actor=actor)
        Authenticator.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        sessions.end_all(user=user)


def reset_second_factor(*, email: str) -> int:
    """Takes passkeys, app and recovery codes off an account and signs it out everywhere; how many there were.

    For the operator alone, who has made sure of the person by other means: no page leads here.
    """
    user = User.objects.filter(email=names.clean_email(email), is_active=True).first()
    if user is None:
        raise ValidationError(_("There is no account with this address."), code="account")
    with transaction.atomic():
        found = Authenticator.objects.filter(user=user)
        count: int = found.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
        if count:
            found.delete()
            sessions.end_all(user=user)
            notices.tell(user, "factors_reset", by_owner=False)
    return count
