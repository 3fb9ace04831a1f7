from django.db import models


class Log(models.Model):
    """One appeal's log; the appeal is known by its public id only."""

    appeal_id = models.CharField(max_length=22, unique=True)
    # `<host>/ledger/<appeal id>`: also the name of its key.
    origin = models.CharField(max_length=300, unique=True)
    vkey = models.CharField(max_length=500)
    # Leaves in the database.
    size = models.PositiveBigIntegerField(default=0)
    # Size of the last signed checkpoint, and its note as served.
    published_size = models.PositiveBigIntegerField(default=0)
    checkpoint = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    # When leaves were last appended, published or not.
    appended_at = models.DateTimeField(null=True)
    # While it is set readers get nothing of this log, whatever was written and signed of it already.
    hidden_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_size__lte=models.F("size")), name="ledger_log_published_within"
            )
        ]

    def __str__(self) -> str:
        return self.origin


class Leaf(models.Model):
    """One entry of a log, never changed but for `dead`, which says that an undo leaf names it."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="leaves")
    index = models.PositiveBigIntegerField()
    entry = models.BinaryField()
    # Index of the text leaf that a sign leaf names, else null: recounting without parsing.
    text_index = models.PositiveBigIntegerField(null=True)
    dead = models.BooleanField(default=False)
    # Taken over from the published bundles after a loss of the database: counted, without a row of its own.
    adopted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="ledger_leaf_index")]


class VersionTally(models.Model):
    """Counts of one text leaf, moved in the transaction that appends; `signatures` is net, kind by kind."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="tallies")
    text_index = models.PositiveBigIntegerField()
    text_id = models.CharField(max_length=22)
    number = models.PositiveIntegerField()
    mail = models.PositiveBigIntegerField(default=0)
    vouched = models.PositiveBigIntegerField(default=0)
    paper = models.PositiveBigIntegerField(default=0)
    org = models.PositiveBigIntegerField(default=0)
    own = models.PositiveBigIntegerField(default=0)
    struck = models.PositiveBigIntegerField(default=0)
    moved = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "text_index"], name="ledger_tally_once"),
        ]

    @property
    def signatures(self) -> int:
        """Signatures not undone, of every kind."""
        return self.mail + self.vouched + self.paper + self.org


class AdoptedCommitment(models.Model):
    """A commitment of an adopted sign or amend leaf, so that the row it belongs to is not recorded twice."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="adopted_commitments")
    commitment = models.CharField(max_length=43)
    index = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "commitment"], name="ledger_adopted_once")]
