from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
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


class Work(models.Model):
    """A text that a carrier makes, and where it stands between the carrier and the desk.

    `Carrier.text` says what a carrier carries; who may write in a text is said here alone.
    """

    carrier = models.OneToOneField(Carrier, on_delete=models.CASCADE, primary_key=True, related_name="work")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, related_name="work")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Which revision of the draft waits for the desk, and since when; null while nothing waits.
    handed_revision = models.PositiveIntegerField(null=True)
    handed_at = models.DateTimeField(null=True)
    # What the desk said when it sent the text back; sealed, for it is written to one person.
    sealed = models.BinaryField(default=b"")
    sent_back_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, handed_revision__isnull=True)
                | Q(handed_at__isnull=False, handed_revision__isnull=False),
                name="circulation_work_handed_has_revision",
            )
        ]
        indexes = [
            models.Index(
                fields=["appeal", "handed_at"],
                name="circulation_work_waiting",
                condition=Q(handed_at__isnull=False),
            ),
            models.Index(fields=["appeal", "carrier"], name="circulation_work_all"),
        ]


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
