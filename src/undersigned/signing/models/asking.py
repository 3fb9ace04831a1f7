from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Version
from undersigned.signing.models.signature import Signature


class AskingRound(models.Model):
    """Whoever signed earlier Versions of a text is asked about this one: started by the team, once."""

    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, primary_key=True, related_name="asking_round"
    )
    # Signatures up to here were asked; up to `last` they will be.
    cursor = models.PositiveBigIntegerField(default=0)
    last = models.PositiveBigIntegerField()
    asked = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)


class Asking(models.Model):
    """Somebody who signed an earlier Version was asked, once, whether they sign this one too."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="askings", db_index=False)
    signature = models.ForeignKey(Signature, on_delete=models.CASCADE, related_name="askings")
    # The link is an HMAC over it.
    nonce = models.BinaryField(max_length=16, unique=True)
    answer = models.CharField(max_length=3, choices=Answer.choices, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "signature"], name="signing_asking_once"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="signing_asking_answered_has_date",
            ),
        ]
        indexes = [models.Index(fields=["version", "answer"], name="signing_asking_answers")]
