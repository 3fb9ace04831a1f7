"""Until when an appeal keeps what leads to persons, and what went when its time was over."""

from django.db import models

from undersigned.appeals.models import Appeal


class Retention(models.Model):
    """Days after closing for what may go before the contact data do; null: together with them."""

    appeal = models.OneToOneField(Appeal, on_delete=models.CASCADE, related_name="retention")
    notes_days = models.PositiveIntegerField(null=True)
    scans_days = models.PositiveIntegerField(null=True)
    carriers_days = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "appeals"

    def __str__(self) -> str:
        return f"{self.appeal_id}"


class RetentionReport(models.Model):
    """What was erased because its time was over, in numbers alone."""

    class What(models.TextChoices):
        UNCONFIRMED = "unconfirmed"
        NOTES = "notes"
        SCANS = "scans"
        CARRIERS = "carriers"
        CONTACTS = "contacts"
        NAMES = "names"
        MESSAGES = "messages"
        # The salts, the keys, and the line in the log that says so.
        ENDED = "ended"

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="retention_reports")
    what = models.CharField(max_length=15, choices=What.choices)
    number = models.PositiveIntegerField()
    # A day, not a moment: nobody's entry can be told from when it went.
    on = models.DateField()

    class Meta:
        app_label = "appeals"
        constraints = [
            # What goes on one day is one line.
            models.UniqueConstraint(fields=["appeal", "on", "what"], name="appeals_retention_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}: {self.number} {self.what}"
