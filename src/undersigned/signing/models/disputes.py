from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal


class Dispute(models.Model):
    """Somebody says that their name stands under an appeal and that they did not sign.

    What they wrote is sealed, and goes some weeks after the decision. Before the link in their mail was
    used it is nothing: no name was looked for.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for confirmation by mail")
        OPEN = "open", _("to be decided")
        UPHELD = "upheld", _("upheld: struck out")
        DISMISSED = "dismissed", _("dismissed: shown again")
        NONE = "none", _("no such name was listed")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="disputes", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    # The language of the page on which it was written.
    language = models.CharField(max_length=35)
    nonce = models.BinaryField(max_length=16, unique=True)
    # JSON {"email", "name", "place", "words"}; empty once it is gone.
    sealed = models.BinaryField(default=b"")
    # HMAC of the normalised address under the appeal's own key: how many one mailbox may have.
    address_key = models.BinaryField(max_length=32, null=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    # Whether names went out of sight by themselves; else the team has to look first.
    froze = models.BooleanField(default=False)
    # Which rule kept it from freezing names by itself.
    held_by = models.CharField(max_length=20, blank=True)
    overdue_told_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # For the team; what the disputer is told is in the mail.
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="open") | Q(due_at__isnull=False, confirmed_at__isnull=False),
                name="signing_dispute_open_has_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "state", "id"], name="signing_dispute_by_state"),
            models.Index(fields=["due_at"], name="signing_dispute_due", condition=Q(state="open")),
            models.Index(fields=["created_at"], name="signing_dispute_asked", condition=Q(state="asked")),
            models.Index(
                fields=["appeal", "address_key", "created_at"],
                name="signing_dispute_of_address",
                condition=Q(address_key__isnull=False),
            ),
        ]


class DisputeLine(models.Model):
    """One signature that a dispute is about, by number, and what its signatory answered."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer")
        MINE = "mine", _("says: I signed this")
        GONE = "gone", _("took it back")

    class Outcome(models.TextChoices):
        OPEN = "", _("to be decided")
        STRUCK = "struck", _("struck out")
        SHOWN = "shown", _("shown again")
        GONE = "gone", _("was gone before")

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveBigIntegerField(db_index=True)
    nonce = models.BinaryField(max_length=16, unique=True)
    # Whether this dispute took the name out of sight.
    frozen = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
