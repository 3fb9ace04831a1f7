from django.db import models


class Message(models.Model):
    """A message to be sent: template and parameters, sealed; written in the transaction that causes it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        # Handed over, and the server's answer is not known: nobody sends it again.
        HANDED = "handed"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"

    # Idempotency: a second enqueue with the same key writes nothing.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    to_sealed = models.BinaryField()
    # Keyed hash of the normalised address: suppression and limits work without opening anything.
    address_key = models.BinaryField(max_length=32)
    # Address and time, to find messages by: see `slots`.
    address_slot = models.PositiveBigIntegerField(default=0)
    params_sealed = models.BinaryField()
    # What the message is about, as "<kind>:<id>"; forgetting a person deletes by it.
    subject_ref = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_token = models.BinaryField(max_length=16, null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Class and SMTP code of the last failure, never the server's text: it may quote the address.
    last_error = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="mailroom_message_due", condition=models.Q(state="queued")
            ),
            models.Index(
                fields=["due_at"], name="mailroom_message_handed", condition=models.Q(state="handed")
            ),
            models.Index(fields=["subject_ref"], name="mailroom_message_subject"),
            models.Index(fields=["address_slot"], name="mailroom_message_slot"),
        ]


class Suppression(models.Model):
    """An address that gets no more mail, by keyed hash."""

    class Reason(models.TextChoices):
        REFUSED = "refused"
        BOUNCED = "bounced"
        COMPLAINED = "complained"
        UNSUBSCRIBED = "unsubscribed"

    address_key = models.BinaryField(max_length=32, unique=True)
    reason = models.CharField(max_length=15, choices=Reason.choices)
    code = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()


class Enclosure(models.Model):
    """A file that many messages carry, kept once and found by its digest."""

    # SHA-256 of name, type and bytes, in hex.
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    data = models.BinaryField()
    used_at = models.DateTimeField()


class PassingMail(models.Model):
    """A message whose address must not outlive its delivery: sealed under a passing key."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="passing"
    )
    # The span whose key it was sealed under; empty once nothing is left to be read.
    span = models.BigIntegerField(null=True, db_index=True)
    created_at = models.DateTimeField()
