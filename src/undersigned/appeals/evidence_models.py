"""What is noted of sources beside their data: the words of kept copies, and whether addresses answer."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

# An address that gives no answer may give one tomorrow; one that says “not found” has answered.
UNREACHABLE_FOR = timedelta(days=3)


class CapturedWords(models.Model):
    """The words of kept bytes, for comparing a later copy with an earlier one; empty where there are none."""

    # Of the copy; the same bytes have the same words.
    sha256 = models.CharField(max_length=64, unique=True)
    words = models.TextField(blank=True)

    class Meta:
        app_label = "appeals"

    def __str__(self) -> str:
        return self.sha256


class LinkCheck(models.Model):
    """What the last look at a source's web address gave."""

    class Outcome(models.TextChoices):
        FOUND = "found", _("found")
        MISSING = "missing", _("not found there")
        UNREACHABLE = "unreachable", _("no answer")
        UNSURE = "unsure", _("it does not answer programs")
        REFUSED = "refused", _("not looked up")

    source = models.OneToOneField("appeals.Source", on_delete=models.CASCADE, related_name="link_check")
    # The address that was looked at: the source may have another by now.
    url = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    # The status that the server gave, or in a word what went wrong.
    detail = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField()
    # Since when every look found trouble.
    troubled_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "appeals"

    def __str__(self) -> str:
        return f"{self.source_id}: {self.outcome}"

    @property
    def is_troubled(self) -> bool:
        """Whether the team should look."""
        return self.troubled_since is not None

    @property
    def is_lost(self) -> bool:
        """Whether readers are told that it is no longer found."""
        if self.troubled_since is None:
            return False
        return (
            self.outcome == self.Outcome.MISSING or self.checked_at - self.troubled_since >= UNREACHABLE_FOR
        )
