from django.db import models
from django.db.models import Q

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal


class Update(models.Model):
    """News of an appeal in the team's words: a draft until it is published under a number of its own."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="updates")
    # From 1 in the order of publication; null for a draft.
    number = models.PositiveIntegerField(null=True)
    title = models.CharField(max_length=200)
    # BCP 47.
    language = models.CharField(max_length=35)
    # Markdown.
    words = models.TextField()
    # Counts the changes of a draft: who saw an older state publishes nothing.
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Taken down, it is on no page and in no edition; what was sent is sent.
    taken_down_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "number"], condition=Q(number__isnull=False), name="signing_update_number"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, published_at__isnull=True)
                | Q(number__gte=1, published_at__isnull=False),
                name="signing_update_published_has_number",
            ),
        ]
        indexes = [models.Index(fields=["appeal", "id"], name="signing_update_list")]


class UpdateRound(models.Model):
    """An update on its way to those who asked for it: how far it is, and what became of the mails."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"

    update = models.OneToOneField(Update, on_delete=models.PROTECT, related_name="round")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    # Signatures up to here were looked at; up to `last` they will be.
    cursor = models.PositiveBigIntegerField(default=0)
    last = models.PositiveBigIntegerField()
    # Given to the mailroom; of these sent, and refused or come back, when it was looked last.
    told = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    # Asked for updates, and have no address any more that takes mail.
    unreachable = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="signing_update_round_runs", condition=Q(state="running"))
        ]
