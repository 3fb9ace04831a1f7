from django.db import models

from undersigned.signing.models.signature import Signature


class SealedPerson(models.Model):
    """Who signed a sealed appeal, readable with the team's own keys alone; stands where a Person stands."""

    signature = models.OneToOneField(
        Signature, on_delete=models.CASCADE, primary_key=True, related_name="sealed_person"
    )
    # Files of age, one behind the other, the newest last: see `lib.agebox`.
    sealed = models.BinaryField()
    # The half of the commitment that binds the person; its salt is in the sealed file, and nowhere else.
    private_digest = models.BinaryField(max_length=32)
    # HMAC of the address as it was typed, under the key of repeats; goes with that key.
    spelling = models.BinaryField(max_length=32, null=True)


class DelayedLine(models.Model):
    """A recorded signature whose name does not appear yet."""

    signature = models.OneToOneField(
        Signature, on_delete=models.CASCADE, primary_key=True, related_name="delayed_line"
    )
    due_at = models.DateTimeField(db_index=True)
