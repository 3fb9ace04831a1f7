from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal, Text

# No tree is deeper, whatever an author sets.
DEPTH_LIMIT = 8


class Circulation(models.Model):
    """How far the letter of one appeal may travel, and in whose name it is written."""

    appeal = models.OneToOneField(
        Appeal, on_delete=models.PROTECT, primary_key=True, related_name="circulation"
    )
    # 0: only those whom the author writes to; 1: they may pass it on once; and so on.
    depth_max = models.PositiveSmallIntegerField(default=2)
    author = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(depth_max__lte=DEPTH_LIMIT), name="circulation_circulation_depth"
            )
        ]


_STATES = (
    # The order decides: what stands first hides what stands below.
    When(revoked_at__isnull=False, then=Value("revoked")),
    When(answer="decline", then=Value("declined")),
    When(answer="carry", then=Value("carrying")),
    When(answer="adapt", then=Value("adapting")),
    When(answer="translate", then=Value("translating")),
    When(silent_at__isnull=False, then=Value("silent")),
    When(opened_at__isnull=False, then=Value("opened")),
    When(refused_at__isnull=False, then=Value("refused")),
    When(sent_at__isnull=False, then=Value("sent")),
)


class Carrier(models.Model):
    """Somebody who was sent the letter; name and address stand here sealed, the state follows from dates."""

    class State(models.TextChoices):
        WRITTEN = "written", _("not sent yet")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused by the mail server")
        OPENED = "opened", _("opened")
        CARRYING = "carrying", _("carrying it")
        ADAPTING = "adapting", _("adapting it")
        TRANSLATING = "translating", _("translating it")
        DECLINED = "declined", _("declined")
        SILENT = "silent", _("no answer")
        REVOKED = "revoked", _("taken back")

    class Answer(models.TextChoices):
        CARRY = "carry", _("carry it as it is")
        ADAPT = "adapt", _("adapt it")
        TRANSLATE = "translate", _("translate it")
        DECLINE = "decline", _("decline")

    # Stands in the signing link: names nobody and opens nothing.
    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="carriers", db_index=False)
    # Frozen with the row: a parent is older than its children, so the tree can hold no cycle.
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    depth = models.PositiveSmallIntegerField(default=0)
    # The text that this carrier's link leads to; null for the original.
    text = models.ForeignKey(Text, on_delete=models.PROTECT, null=True, related_name="carriers")
    # JSON {"name", "email"} as typed, under the key outside the database; empty once erased.
    sealed = models.BinaryField()
    # The mailroom's keyed hash of the address, to find a duplicate; null once erased.
    address_key = models.BinaryField(max_length=32, null=True)
    # BCP 47.
    language = models.CharField(max_length=35)
    # Links are HMACs over the nonce.
    nonce = models.BinaryField(max_length=16, unique=True)
    may_collect = models.BooleanField(default=True)
    may_adapt = models.BooleanField(default=False)
    may_translate = models.BooleanField(default=False)
    may_vouch = models.BooleanField(default=False)
    may_pass_on = models.BooleanField(default=False)
    deadline = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    # Class and code of the mail server's refusal, never its words.
    refusal = models.CharField(max_length=40, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    state = models.GeneratedField(
        expression=Case(*_STATES, default=Value("written")),
        output_field=models.CharField(max_length=12, choices=State.choices),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "address_key"],
                condition=Q(address_key__isnull=False),
                name="circulation_carrier_once",
            ),
            models.CheckConstraint(condition=Q(depth__lte=DEPTH_LIMIT), name="circulation_carrier_depth"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, depth=0) | Q(parent__isnull=False, depth__gte=1),
                name="circulation_carrier_depth_of_root",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="circulation_carrier_answer_has_date",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "id"], name="circulation_carrier_all"),
            models.Index(fields=["appeal", "state", "id"], name="circulation_carrier_state"),
            models.Index(fields=["appeal", "parent", "id"], name="circulation_carrier_tree"),
            models.Index(
                fields=["appeal", "id"],
                name="circulation_carrier_to_send",
                condition=Q(queued_at__isnull=True, revoked_at__isnull=True, erased_at__isnull=True),
            ),
            # Which languages still need a letter: a step for each, however many carriers speak it.
            models.Index(
                fields=["appeal", "language"],
                name="circulation_carrier_language",
                condition=Q(queued_at__isnull=True, revoked_at__isnull=True, erased_at__isnull=True),
            ),
            models.Index(
                fields=["id"],
                name="circulation_carrier_on_way",
                condition=Q(queued_at__isnull=False, sent_at__isnull=True, refused_at__isnull=True),
            ),
            models.Index(
                fields=["sent_at", "id"],
                name="circulation_carrier_waiting",
                condition=Q(
                    sent_at__isnull=False,
                    answered_at__isnull=True,
                    silent_at__isnull=True,
                    revoked_at__isnull=True,
                ),
            ),
        ]
