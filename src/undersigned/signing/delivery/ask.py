"""Asking for a bundle: the organisers say now, and for whom; a worker makes it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal, Text
from undersigned.ledger import read
from undersigned.lib import clock, tokens
from undersigned.lib.fields import clean_line
from undersigned.signing.models import Delivery

RECIPIENT_MAX = 300


@transaction.atomic
def ask(*, actor: User, appeal: Appeal, text: Text, recipient: str) -> Delivery:
    """Asks for a bundle of those who stand now; raises Forbidden, FieldError, ValidationError."""
    require(actor, "delivery.manage", appeal.team)
    recipient = clean_line(recipient, required=True, limit=RECIPIENT_MAX)
    # One at a time: two bundles of one moment would say the same.
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if current.names_hidden_at is not None:
        raise ValidationError(_("The names of this appeal are hidden: show them before you make a bundle."))
    if text.appeal_id != appeal.pk or not text.versions.exists():
        raise ValidationError(_("This text is not published."))
    log = read.log_of(appeal.public_id)
    if log is None or not log.published_size:
        raise ValidationError(_("Nothing is recorded yet: the appeal has no signed checkpoint."))
    if unmade(appeal) is not None:
        raise ValidationError(_("A bundle is being made. Wait until it is there."))
    made = Delivery.objects.create(
        public_id=tokens.public_id(), appeal=appeal, text=text, recipient=recipient, asked_by=actor,
        created_at=clock.now(),
    )  # fmt: skip
    record(actor, made, "delivery.ask", text=text.slug)
    return made


def unmade(appeal: Appeal) -> Delivery | None:
    """The bundle that is asked for and not there yet."""
    return Delivery.objects.filter(appeal=appeal, made_at__isnull=True, problem="").first()


def record(actor: User | None, delivery: Delivery, verb: str, **detail: object) -> None:
    """One audit row about a delivery."""
    appeal = delivery.appeal
    audit.record(
        team=appeal.team, actor=actor, verb=verb, subject=f"delivery:{appeal.slug}/{delivery.pk}", **detail
    )
