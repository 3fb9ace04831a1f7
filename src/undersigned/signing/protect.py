"""How an appeal protects those who sign: its profile, and whether it is sealed to the team's own keys.

Both can be tightened at any time. Neither is loosened once somebody has signed: what was promised to that
person stays promised. What a tighter profile means for those who signed before stands in
docs/decisions/0007-profiles-and-sealing.md.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import age_keys, audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import profiles
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, journal
from undersigned.signing.models import Gathering, Organisation, Signature, Vouching

# As the journal says them: what an older backup does not know holds all the same.
_PROFILE, _SEAL = "profile", "seal"


def has_signers(appeal: Appeal) -> bool:
    """Whether anybody was asked to sign or has signed, in whatever state that is."""
    return appeal.state != Appeal.State.DRAFT or Signature.objects.filter(appeal=appeal).exists()


@transaction.atomic
def change(*, actor: User, appeal: Appeal, profile: str) -> Appeal:
    """Gives an appeal another profile, with its defaults. Raises Forbidden, ValidationError.

    Loosening is refused once somebody has signed. Contact data are kept no longer than the profile allows.
    """
    require(actor, "appeal.edit", appeal.team)
    if profile not in profiles.PROFILES:
        raise ValidationError({"profile": _("This is not a profile.")})
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if profile == current.profile:
        return current
    loosened = profiles.is_looser(profile, current.profile)
    if loosened and has_signers(current):
        raise ValidationError(
            {"profile": _("Somebody has signed under this profile: it can be tightened, not loosened.")}
        )
    if not loosened:
        journal.append([f"{clock.now().date().isoformat()} {_PROFILE} {current.public_id} {profile}"])
    before, chosen = current.profile, profiles.PROFILES[profile]
    days = chosen.retention_days if loosened else min(current.retention_days, chosen.retention_days)
    current.profile, current.retention_days = profile, days
    current.save(update_fields=["profile", "retention_days"])
    audit.record(
        team=current.team, actor=actor, verb="appeal.profile", subject=f"appeal:{current.slug}",
        before=before, after=profile,
    )  # fmt: skip
    return current


def hindrances(appeal: Appeal) -> list[str]:
    """What keeps an appeal from being sealed, in sentences; empty when nothing does."""
    found = []
    if appeal.is_sealed:
        found.append(_("This appeal is sealed."))
    if not age_keys.recipients(appeal.team_id):
        found.append(_("The team has no key yet: make one first."))
    if Gathering.objects.filter(appeal=appeal).exists():
        found.append(_("There are scans or lists of signatures on paper, which name people."))
    if Organisation.objects.filter(appeal=appeal).exists():
        found.append(_("Organisations have signed, or asked to: their officers' addresses are kept here."))
    if Vouching.objects.filter(appeal=appeal).exists():
        found.append(_("Carriers have vouched for people, whose names they can read here."))
    return found


@transaction.atomic
def seal(*, actor: User, appeal: Appeal, at: datetime | None = None) -> Appeal:
    """Seals an appeal for good. Raises Forbidden, ValidationError with what stands in the way.

    Whoever signs from now on is sealed at once; those who signed before follow within moments
    (`seal_rest.go`), and nobody can undo it.
    """
    require(actor, "team.manage", appeal.team)
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    problems = hindrances(current)
    if problems:
        raise ValidationError(problems)
    now, recipients = at or clock.now(), age_keys.recipients(current.team_id)
    journal.append([f"{now.date().isoformat()} {_SEAL} {current.public_id} {','.join(recipients)}"])
    current.sealed_at = now
    current.save(update_fields=["sealed_at"])
    audit.record(
        team=current.team, actor=actor, verb="appeal.seal", subject=f"appeal:{current.slug}",
        keys=[age_keys.short(one) for one in recipients],
    )  # fmt: skip
    return current


@transaction.atomic
def replay(at: datetime | None = None) -> int:
    """Tightens and seals again, after a restore, what an older backup does not know of; of how many appeals.

    What this server can read of a sealed one is sealed within moments, as it was the first time.
    """
    now, changed = at or clock.now(), set()
    for parts in journal.words():
        if len(parts) != 4 or parts[1] not in (_PROFILE, _SEAL):
            continue
        appeal = Appeal.objects.select_for_update().filter(public_id=parts[2]).first()
        if appeal is None:
            continue
        if parts[1] == _SEAL and not appeal.is_sealed:
            age_keys.put_back(team_id=appeal.team_id, recipients=parts[3].split(","), at=now)
            appeal.sealed_at = now
        elif parts[1] == _PROFILE and profiles.is_looser(appeal.profile, parts[3]):
            appeal.profile = parts[3]
            appeal.retention_days = min(appeal.retention_days, profiles.of(appeal).retention_days)
        else:
            continue
        appeal.save(update_fields=["sealed_at", "profile", "retention_days"])
        changed.add(appeal.pk)
    return len(changed)
