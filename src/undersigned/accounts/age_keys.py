"""A team's own keys: the public halves, to which appeals are sealed; the private ones never come here."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import AgeRecipient, Membership, Role, Team, User
from undersigned.accounts.permissions import require
from undersigned.lib import agebox, clock

# Each adds about a hundred bytes to every sealed signature.
MOST = 10


def of_team(team: Team) -> list[AgeRecipient]:
    """All keys of a team, those in use first."""
    return sorted(team.age_recipients.all(), key=lambda one: (one.retired_at is not None, one.pk))


def recipients(team_id: int) -> list[str]:
    """What new personal data of the team's sealed appeals are sealed to."""
    return [key.recipient for key in in_use(team_id)]


def in_use(team_id: int) -> list[AgeRecipient]:
    """The keys that a team's appeals are sealed to now."""
    return list(AgeRecipient.objects.filter(team_id=team_id, retired_at__isnull=True).order_by("pk"))


def short(recipient: str) -> str:
    """A recipient as people compare it: its beginning and its end."""
    return f"{recipient[:12]}…{recipient[-6:]}"


@transaction.atomic
def add(*, actor: User, team: Team, recipient: str, label: str, at: datetime | None = None) -> AgeRecipient:
    """Enters the public half of a key; raises Forbidden, ValidationError."""
    require(actor, "team.manage", team)
    if agebox.is_identity(recipient):
        raise ValidationError(
            {
                "recipient": _(
                    "This is the private key. It was not kept. Throw it away and make a new one: "
                    "only the line that begins with “age1” is meant to be given here."
                )
            }
        )
    try:
        public = agebox.clean_recipient(recipient)
    except agebox.NotARecipient:
        raise ValidationError(
            {"recipient": _("This is not a public key of age; it begins with “age1” and has 62 characters.")}
        ) from None
    Team.objects.select_for_update().get(pk=team.pk)
    if AgeRecipient.objects.filter(team=team, recipient=public).exists():
        raise ValidationError({"recipient": _("The team has this key already.")})
    if len(recipients(team.pk)) >= MOST:
        raise ValidationError({"recipient": _("A team has at most %(most)d keys in use.") % {"most": MOST}})
    made = AgeRecipient.objects.create(
        team=team, recipient=public, label=label, created_at=at or clock.now(), created_by=actor
    )
    audit.record(team=team, actor=actor, verb="key.add", subject=f"team:{team.pk}", key=short(public))
    return made


@transaction.atomic
def retire(*, actor: User, key: AgeRecipient, at: datetime | None = None) -> None:
    """Seals nothing more to a key; what was sealed to it stays so. Raises Forbidden, ValidationError.

    The last one stays: a sealed appeal would have nobody to seal to.
    """
    team = key.team
    require(actor, "team.manage", team)
    Team.objects.select_for_update().get(pk=team.pk)
    in_use = AgeRecipient.objects.filter(team=team, retired_at__isnull=True)
    if not in_use.filter(pk=key.pk).exists():
        return
    if not in_use.exclude(pk=key.pk).exists():
        raise ValidationError(_("This is the only key in use: enter the new one first."))
    in_use.filter(pk=key.pk).update(retired_at=at or clock.now())
    audit.record(
        team=team, actor=actor, verb="key.retire", subject=f"team:{team.pk}", key=short(key.recipient)
    )


def put_back(*, team_id: int, recipients: Sequence[str], at: datetime) -> None:
    """Enters keys again, after a restore, that an appeal was sealed to and an older backup does not know."""
    owner = Membership.objects.filter(team_id=team_id, role=Role.OWNER).order_by("pk").first()
    if owner is None:
        return
    for recipient in recipients:
        values = {"label": "", "created_at": at, "created_by": owner.user}
        AgeRecipient.objects.get_or_create(team_id=team_id, recipient=recipient, defaults=values)
