from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Text


class Delivery(models.Model):
    """A bundle for the addressee: who is in it, what it proves, and what became of it.

    A bundle that was made and whose people all still agree has a file, named by `public_id`. Once somebody
    who may be in it takes their name back, the file goes and `gone_at` says when.
    """

    class Way(models.TextChoices):
        PERSON = "person", _("in person")
        POST = "post", _("by post")
        MAIL = "mail", _("by e-mail")
        PORTAL = "portal", _("through the addressee's own office or web site")
        OTHER = "other", _("in another way")

    class Gone(models.TextChoices):
        PEOPLE = "people", _("somebody who may stand in it took their name back")
        RETENTION = "retention", _("the time for which personal data are kept is over")

    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="deliveries")
    # The text that is printed; the list of names is that of the whole family.
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # While it is made: how many lines of how many are written, and what is being done.
    tries = models.PositiveSmallIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    lines_total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    # The moment whose people and counts it holds.
    moment = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0)
    # base64url of the file's SHA-256; empty until it is made.
    digest = models.CharField(max_length=43, blank=True)
    names = models.PositiveIntegerField(default=0)
    # Net, as the checkpoint in the bundle counts them.
    signatures = models.PositiveIntegerField(default=0)
    log_size = models.PositiveBigIntegerField(default=0)
    log_root = models.CharField(max_length=44, blank=True)
    leaf_index = models.PositiveBigIntegerField(null=True)
    gone_at = models.DateTimeField(null=True)
    gone_why = models.CharField(max_length=10, choices=Gone.choices, blank=True)
    handed_on = models.DateField(null=True)
    handed_how = models.CharField(max_length=10, choices=Way.choices, blank=True)
    # JSON {"by", "note"}: who took it, in the team's words and for the team alone.
    sealed = models.BinaryField(default=b"")
    handed_noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, digest="", moment__isnull=True)
                | (Q(made_at__isnull=False, moment__isnull=False) & ~Q(digest="")),
                name="signing_delivery_made_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(leaf_index__isnull=True) | Q(made_at__isnull=False),
                name="signing_delivery_leaf_of_made",
            ),
            models.CheckConstraint(
                condition=Q(handed_on__isnull=True, handed_how="")
                | (Q(handed_on__isnull=False) & ~Q(handed_how="")),
                name="signing_delivery_handed_how",
            ),
        ]
        indexes = [
            models.Index(
                fields=["appeal", "id"],
                name="signing_delivery_to_record",
                condition=Q(made_at__isnull=False, leaf_index__isnull=True),
            ),
            models.Index(
                fields=["id"], name="signing_delivery_to_make", condition=Q(made_at__isnull=True, problem="")
            ),
        ]

    @property
    def is_kept(self) -> bool:
        """Whether the team can still fetch its file."""
        return self.made_at is not None and self.gone_at is None


class DeliveryAnswer(models.Model):
    """What the addressee answered, in the addressee's words and language; taken down, it is not shown."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="answers")
    # Who answered, as they signed.
    signed = models.CharField(max_length=300)
    # BCP 47.
    language = models.CharField(max_length=35)
    # EDTF.
    date = models.CharField(max_length=40)
    # Markdown.
    words = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_down_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["delivery", "id"], name="signing_delivery_answers")]


class DeliveryNews(models.Model):
    """Those who asked to hear of it are told once of a delivery, and once of each answer."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="news")
    # Null: that it was handed over.
    answer = models.OneToOneField(DeliveryAnswer, on_delete=models.PROTECT, null=True, related_name="news")
    # Signatures up to here were looked at; up to `last` they will be.
    cursor = models.PositiveBigIntegerField(default=0)
    last = models.PositiveBigIntegerField()
    told = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(answer__isnull=True), name="signing_delivery_news_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="signing_delivery_news_open", condition=Q(finished_at__isnull=True)
            )
        ]
