from django.db import models
from django.db.models import F, Q

from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Carrier
from undersigned.signing.models.signature import Signature

# For how many people a carrier may vouch where the author said nothing, and the most that can be said.
QUOTA, QUOTA_MAX = 20, 500


class Voucher(models.Model):
    """A carrier who may vouch: how often, under which name, and the one session that is open now."""

    carrier = models.OneToOneField(
        Carrier, on_delete=models.PROTECT, primary_key=True, related_name="voucher"
    )
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    quota = models.PositiveIntegerField(default=QUOTA)
    # Places that were taken. What is taken back gives none back: nobody vouches in circles.
    used = models.PositiveIntegerField(default=0)
    # As the carrier chose to be named to the public; empty for "a carrier of this letter".
    public_name = models.CharField(max_length=200, blank=True)
    # Keyed hashes: neither the code nor the session stands in the database.
    code_key = models.BinaryField(max_length=32, null=True)
    code_sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    session_key = models.BinaryField(max_length=32, null=True)
    session_began_at = models.DateTimeField(null=True)
    session_seen_at = models.DateTimeField(null=True)
    # The author strikes out all of them, batch by batch; null where nothing is to be done.
    undoing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("quota")), name="signing_voucher_within_quota"),
            models.CheckConstraint(condition=Q(quota__lte=QUOTA_MAX), name="signing_voucher_quota_most"),
        ]
        indexes = [
            models.Index(fields=["appeal", "carrier"], name="signing_voucher_all"),
            models.Index(
                fields=["carrier"],
                name="signing_voucher_undoing",
                condition=Q(undoing_since__isnull=False),
            ),
        ]

    def forget(self) -> None:
        """Nothing that names the carrier or opens a session remains."""
        self.public_name = ""
        self.code_key = self.session_key = None
        self.save(update_fields=["public_name", "code_key", "session_key"])


class Vouching(models.Model):
    """A carrier's word for one signature; which place of the quota it took is frozen with the row."""

    signature = models.OneToOneField(
        Signature, on_delete=models.CASCADE, primary_key=True, related_name="vouching"
    )
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="vouchings", db_index=False)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    # HMAC of the folded name and place under the appeal's own key; null where there is no name, or no more.
    name_key = models.BinaryField(max_length=32, null=True)
    # Of the form that was sent: sent again it vouches for nobody else.
    form_key = models.BinaryField(max_length=32)
    # Somebody of this name and place stands already: the desk looks at it.
    is_repeat = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voucher", "number"], name="signing_vouching_one_place"),
            models.UniqueConstraint(fields=["voucher", "form_key"], name="signing_vouching_one_form"),
            models.CheckConstraint(condition=Q(number__gte=1), name="signing_vouching_numbered"),
        ]
        indexes = [
            models.Index(
                fields=["appeal", "name_key"],
                name="signing_vouching_names",
                condition=Q(name_key__isnull=False),
            ),
            models.Index(
                fields=["appeal", "signature"],
                name="signing_vouching_repeats",
                condition=Q(is_repeat=True, looked_at__isnull=True),
            ),
        ]
