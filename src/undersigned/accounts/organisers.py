"""The first account of somebody who runs appeals: made with a team of its own."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import names, teams
from undersigned.accounts.models import Membership, Role, Team, User
from undersigned.lib import env


def any_organiser() -> bool:
    """Whether somebody can sign in and owns a team; an account without a password is nobody yet."""
    owners = Membership.objects.filter(role=Role.OWNER, user__is_active=True)
    return (
        owners.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .exclude(user__password__in=[""])
        .exists()
    )


def make_organiser(
    *, email: str, name: str, team: str, password: str | None, language: str = ""
) -> tuple[User, Team]:
    """Makes an account and a team that it owns; raises ValidationError and changes nothing."""
    email = names.clean_email(email)
    name, team = names.clean(name), names.clean(team)
    language = language or env.load().language
    if password is not None:
        validate_password(password, User(email=email, name=name))
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("There is an account for this address already."), code="account")
        user = User.objects.create_user(email, password, name=name, language=language)
        return user, teams.found_team(actor=user, name=team)
