"""Invitations to a team: sent by mail, good for seven days, used once."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.accounts import audit, names
from undersigned.accounts.models import Invitation, Membership, Role, Team, User
from undersigned.accounts.permissions import Forbidden, require
from undersigned.lib import clock, env, tokens

PURPOSE = "invitation"
GOOD_FOR = timedelta(days=7)
MOST_OPEN = 50


class Ended(Exception):
    """The invitation was used, taken back, or is older than seven days; nothing was changed."""


def invite(*, actor: User, team: Team, email: str, role: str) -> Invitation:
    """Invites an address to a team and queues the mail; an earlier invitation of that address ends."""
    require(actor, "team.manage", team)
    email = names.clean_email(email)
    if role not in Role.values:
        raise ValidationError(_("There is no such role."), code="role")
    if team.memberships.filter(user__email=email).exists():
        raise ValidationError(_("This person is in the team already."), code="member")
    now = clock.now()
    with transaction.atomic():
        Invitation.objects.filter(team=team, email=email, accepted_at__isnull=True).delete()
        if open_invitations(team).count() >= MOST_OPEN:
            raise ValidationError(_("There are 50 open invitations. Take one back first."), code="many")
        invitation = Invitation.objects.create(
            team=team,
            email=email,
            role=role,
            nonce=tokens.new_nonce(),
            invited_by=actor,
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        audit.record(
            team=team, actor=actor, verb="team.invite", subject=f"invitation:{invitation.pk}", role=role
        )
        _write_to(invitation)
    return invitation


def revoke_invitation(*, actor: User, invitation: Invitation) -> None:
    """Takes an open invitation back; its link ends at once."""
    require(actor, "team.manage", invitation.team)
    with transaction.atomic():
        ended, _rows = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).delete()
        if ended:
            audit.record(
                team=invitation.team,
                actor=actor,
                verb="team.uninvite",
                subject=f"invitation:{invitation.pk}",
            )


def open_invitations(team: Team) -> QuerySet[Invitation]:
    """The invitations of a team that can still be accepted, newest first."""
    return Invitation.objects.filter(
        team=team, accepted_at__isnull=True, expires_at__gt=clock.now()
    ).order_by("-pk")


def find(token: str) -> Invitation:
    """The open invitation of a genuine token; raises Ended for every other."""
    nonce = tokens.nonce_of(PURPOSE, token)
    found = (
        Invitation.objects.select_related("team", "invited_by")
        .filter(nonce=nonce, accepted_at__isnull=True, expires_at__gt=clock.now())
        .first()
        if nonce
        else None
    )
    if found is None:
        raise Ended
    return found


def accept_invitation(*, actor: User, token: str) -> Membership:
    """Makes the actor a member; who is one already keeps the role."""
    if not actor.is_active:
        raise Forbidden("team.join")
    with transaction.atomic():
        invitation = find(token)
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(
            accepted_at=clock.now()
        )
        if not taken:
            raise Ended
        membership, _made = Membership.objects.get_or_create(
            team=invitation.team,
            user=actor,
            defaults={"role": invitation.role, "created_at": clock.now()},
        )
        audit.record(
            team=invitation.team,
            actor=actor,
            verb="team.join",
            subject=f"invitation:{invitation.pk}",
            role=membership.role,
        )
    return membership


def accept_as_newcomer(*, token: str, name: str, password: str) -> Membership:
    """Makes an account for the invited address and a member of it."""
    name = names.clean(name)
    with transaction.atomic():
        invitation = find(token)
        if User.objects.filter(email=invitation.email).exists():
            raise ValidationError(_("There is an account for this address: sign in."), code="account")
        validate_password(password, User(email=invitation.email, name=name))
        user = User.objects.create_user(
            invitation.email,
            password,
            name=name,
            language=translation.get_language() or settings.LANGUAGE_CODE,
        )
        return accept_invitation(actor=user, token=token)


def _write_to(invitation: Invitation) -> None:
    """Queues the mail through Django's own interface: the mailroom is its backend."""
    settings_now = env.load()
    path = reverse("invitation", args=[tokens.token(PURPOSE, invitation.nonce)])
    words = {
        "team": invitation.team.name,
        "inviter": str(invitation.invited_by),
        "site_name": settings_now.site_name,
        "url": f"{settings_now.base_url}{path}",
    }
    with translation.override(invitation.invited_by.language):
        words["role"] = invitation.get_role_display()
        subject = " ".join(render_to_string("accounts/mail/invitation.subject.txt", words).split())
        send_mail(
            subject, render_to_string("accounts/mail/invitation.txt", words).strip(), None, [invitation.email]
        )
