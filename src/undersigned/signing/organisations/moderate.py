"""The organisers' acts on organisations: approve, refuse, strike out, and the rule of the appeal."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.signing.models import Organisation, OrganisationRule, Signature
from undersigned.signing.moderate import REASON_MAX
from undersigned.signing.organisations import mails, sealed, stand, withdraw
from undersigned.signing.organisations.read import locked
from undersigned.signing.organisations.stand import NotPossible

_State = Organisation.State


@transaction.atomic
def set_rule(*, actor: User, appeal: Appeal, accepts: bool, by_hand: bool) -> OrganisationRule:
    """Keeps whether organisations may sign and whether they wait for approval; raises Forbidden."""
    require(actor, "appeal.edit", appeal.team)
    rule, _made = OrganisationRule.objects.update_or_create(
        appeal=appeal, defaults={"accepts": accepts, "by_hand": by_hand}
    )
    audit.record(
        team=appeal.team, actor=actor, verb="organisations.rule", subject=f"appeal:{appeal.slug}",
        accepts=accepts, by_hand=by_hand,
    )  # fmt: skip
    return rule


@transaction.atomic
def approve(*, actor: User, organisation: Organisation, at: datetime | None = None) -> Organisation:
    """Lets a checked organisation's signature stand; what its domain signed before moves to it.

    Raises Forbidden, NotPossible; Standing where the domain has signed these words.
    """
    now = at or clock.now()
    row = _locked(actor, organisation)
    if row.state != _State.CHECKED or not stand.may_stand(row, now):
        raise NotPossible
    stand.make(row, now)
    row.save()
    if officer := sealed.opened(row).officer:
        mails.signed(row, to=officer.email, language=row.version.language)
    _audit(actor, row, "organisation.approve")
    return row


@transaction.atomic
def refuse(
    *, actor: User, organisation: Organisation, reason: str, at: datetime | None = None
) -> Organisation:
    """Refuses an organisation that does not stand yet; its private page says why.

    Raises Forbidden, ValidationError, NotPossible.
    """
    now = at or clock.now()
    row = _locked(actor, organisation)
    reason = _reason(reason)
    if row.state not in (_State.CONFIRMED, _State.CHECKED):
        raise NotPossible
    return _ended(actor, row, _State.REFUSED, reason, now)


@transaction.atomic
def strike(
    *, actor: User, organisation: Organisation, reason: str, at: datetime | None = None
) -> Organisation:
    """Strikes a standing organisation out: off the list now, out of the count with the next batch.

    Raises as `refuse` does.
    """
    now = at or clock.now()
    row = _locked(actor, organisation)
    reason = _reason(reason)
    if row.state != _State.SIGNED or row.signature is None:
        raise NotPossible
    counted = row.signature.leaf_index is not None
    withdraw.end(row.signature, Signature.State.STRUCK if counted else Signature.State.REFUSED, "struck", now)
    return _ended(actor, row, _State.STRUCK if counted else _State.REFUSED, reason, now)


def _locked(actor: User, organisation: Organisation) -> Organisation:
    require(actor, "roll.moderate", organisation.appeal.team)
    row = locked(organisation)
    if row is None:
        raise NotPossible
    return row


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Please give a reason.")})
    if len(reason) > REASON_MAX:
        raise ValidationError({"reason": _("The reason is too long: at most 300 characters.")})
    return reason


def _ended(
    actor: User, row: Organisation, state: Organisation.State, reason: str, now: datetime
) -> Organisation:
    row.state, row.reason, row.ended_at = state, reason, now
    row.save()
    _audit(actor, row, f"organisation.{'strike' if state == _State.STRUCK else 'refuse'}")
    return row


def _audit(actor: User, row: Organisation, verb: str) -> None:
    # Without the reason, which may name somebody: it stands in the row and is erased with it.
    audit.record(team=row.appeal.team, actor=actor, verb=verb, subject=f"organisation:{row.pk}")
