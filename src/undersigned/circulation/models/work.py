from django.db import models
from django.db.models import Q

from undersigned.appeals.models import Appeal, Text
from undersigned.circulation.models.carriers import Carrier


class Work(models.Model):
    """A text that a carrier makes, and where it stands between the carrier and the desk.

    `Carrier.text` says what a carrier carries; who may write in a text is said here alone.
    """

    carrier = models.OneToOneField(Carrier, on_delete=models.CASCADE, primary_key=True, related_name="work")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="work")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Which revision of the draft waits for the desk, and since when; null while nothing waits.
    handed_revision = models.PositiveIntegerField(null=True)
    handed_at = models.DateTimeField(null=True)
    # What the desk said when it sent the text back; sealed, for it is written to one person.
    sealed = models.BinaryField(default=b"")
    sent_back_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_revision__isnull=True)
                | Q(handed_at__isnull=False, handed_revision__isnull=False),
                name="circulation_work_handed_has_revision",
            )
        ]
        indexes = [
            models.Index(
                fields=["appeal", "handed_at"],
                name="circulation_work_waiting",
                condition=Q(handed_at__isnull=False),
            ),
            models.Index(fields=["appeal", "carrier"], name="circulation_work_all"),
        ]
