from django.db import models

from undersigned.appeals.models import Appeal, Version


class Undo(models.Model):
    """An undo leaf to be written with the next batch: an index and a reason of three, nothing else."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+")
    sign_leaf = models.PositiveBigIntegerField()
    why = models.CharField(max_length=6, choices=[("own", "own"), ("struck", "struck"), ("moved", "moved")])
    requested_at = models.DateTimeField()
    leaf_index = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "sign_leaf"], name="signing_undo_once")]
        indexes = [
            models.Index(
                fields=["appeal", "leaf_index"],
                name="signing_undo_queued",
                condition=models.Q(leaf_index__isnull=True),
            )
        ]


class Amendment(models.Model):
    """An amend leaf to be written with the next batch: the shown name or fields changed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+")
    sign_leaf = models.PositiveBigIntegerField()
    commitment = models.CharField(max_length=43)
    requested_at = models.DateTimeField()
    leaf_index = models.PositiveBigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["appeal", "leaf_index"],
                name="signing_amendment_queued",
                condition=models.Q(leaf_index__isnull=True),
            )
        ]


class RecordedVersion(models.Model):
    """Where a Version stands in its appeal's log."""

    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, primary_key=True, related_name="recorded"
    )
    leaf_index = models.PositiveBigIntegerField()


class RecordedEnd(models.Model):
    """Where the end of an appeal stands in its log: closed for signature, then all salts destroyed."""

    appeal = models.OneToOneField(
        Appeal, on_delete=models.PROTECT, primary_key=True, related_name="recorded_end"
    )
    close_leaf = models.PositiveBigIntegerField()
    shred_leaf = models.PositiveBigIntegerField(null=True)
