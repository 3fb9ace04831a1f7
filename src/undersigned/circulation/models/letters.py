from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation.models.carriers import Carrier


class LetterTemplate(models.Model):
    """The covering letter in one language, with merge fields in braces."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="letter_templates")
    # BCP 47.
    language = models.CharField(max_length=35)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="circulation_template_language")
        ]


class CoveringLetter(models.Model):
    """The letter to one carrier as composed or edited by hand; sealed, for it names its addressee."""

    class State(models.TextChoices):
        DRAFT = "draft", _("to be approved")
        APPROVED = "approved", _("approved")
        SENT = "sent", _("sent")

    carrier = models.OneToOneField(Carrier, on_delete=models.CASCADE, primary_key=True, related_name="letter")
    # JSON {"subject", "body"}; `{link}` stays a field until the letter goes.
    sealed = models.BinaryField()
    language = models.CharField(max_length=35)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    edited_by_hand = models.BooleanField(default=False)
    updated_at = models.DateTimeField()


class Reply(models.Model):
    """What a carrier wrote to the author; sealed."""

    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="replies")
    sealed = models.BinaryField()
    at = models.DateTimeField()


class Dispatch(models.Model):
    """A run over many carriers: covering letters or reminders, in chunks, from where it stopped."""

    class Kind(models.TextChoices):
        COVER = "cover", _("covering letters")
        REMINDER = "reminder", _("reminders")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="dispatches")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    # Carriers above this number are not asked: they were added after the start.
    last_carrier = models.PositiveBigIntegerField()
    # Carriers up to this number are dealt with.
    cursor = models.PositiveBigIntegerField(default=0)
    total = models.PositiveIntegerField()
    queued = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "kind"],
                condition=Q(state__in=["running", "paused"]),
                name="circulation_dispatch_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(queued__lte=F("total")), name="circulation_dispatch_counts"),
        ]
        indexes = [
            models.Index(fields=["id"], name="circulation_dispatch_running", condition=Q(state="running"))
        ]


class ListPreview(models.Model):
    """A list of addressees that was read and shown, until it is taken or a day has passed; sealed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=22, unique=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()


class DoNotWrite(models.Model):
    """An address that wants no letters from this site, by keyed hash; other mail still reaches it."""

    address_key = models.BinaryField(max_length=32, unique=True)
    at = models.DateTimeField()
