from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Version
from undersigned.circulation.models import Sheet
from undersigned.signing.models.signature import Signature


class Gathering(models.Model):
    """Signatures gathered off line that came in together: one scanned sheet, or one file."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("shown, not taken yet")
        READING = "reading", _("being read")
        SETTLING = "settling", _("two readings differ")
        CHECKING = "checking", _("to be checked")
        COUNTING = "counting", _("being counted")
        COUNTED = "counted", _("counted")
        REVERSED = "reversed", pgettext_lazy("a sheet of signatures", "taken back")

    UNFINISHED = (State.READING, State.SETTLING, State.CHECKING, State.COUNTING)

    # Names its file and its lines in the erasure journal.
    mark = models.CharField(max_length=32, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="gatherings", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="gatherings", db_index=False)
    # Null for a file of signatures gathered elsewhere.
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, null=True, related_name="gatherings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    # Of a file: where it comes from, and on what ground its people agreed.
    origin = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=500, blank=True)
    notes = models.JSONField(default=list)
    media_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    # Of the bytes that came, before they were sealed; hex.
    sha256 = models.CharField(max_length=64)
    # What the sheet leaf says, base64url; of a file it is salted.
    digest = models.CharField(max_length=43)
    salt = models.BinaryField(max_length=32, null=True)
    # False once the sealed bytes are destroyed.
    is_kept = models.BooleanField(default=True)
    claimed = models.PositiveIntegerField()
    # Lines with somebody on them; null while they are being read.
    transcribed = models.PositiveIntegerField(null=True)
    verified = models.PositiveIntegerField(default=0)
    leaf_index = models.PositiveBigIntegerField(null=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet"], condition=~Q(state="reversed"), name="signing_gathering_one_of_sheet"
            ),
            models.UniqueConstraint(
                fields=["appeal", "sha256"],
                condition=~Q(state="reversed"),
                name="signing_gathering_one_of_file",
            ),
            models.CheckConstraint(
                condition=Q(sheet__isnull=False) | (~Q(basis="") & ~Q(origin="")),
                name="signing_gathering_file_has_basis",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "id"], name="signing_gathering_of_appeal"),
            # What the worker asks every second.
            models.Index(fields=["id"], name="signing_gathering_counting", condition=Q(state="counting")),
            models.Index(
                fields=["reversed_at"], name="signing_gathering_reversed", condition=Q(state="reversed")
            ),
        ]


class Transcript(models.Model):
    """One person's own reading of a sheet; nobody sees another's before both are finished."""

    gathering = models.ForeignKey(
        Gathering, on_delete=models.CASCADE, related_name="transcripts", db_index=False
    )
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seat = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "seat"], name="signing_transcript_seat"),
            models.UniqueConstraint(fields=["gathering", "reader"], name="signing_transcript_reader"),
            models.CheckConstraint(condition=Q(seat__in=[1, 2]), name="signing_transcript_two"),
        ]


class TranscriptLine(models.Model):
    """What one person read on one line, sealed; deleted once the sheet is counted."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transcript", "number"], name="signing_transcript_line"),
        ]


class PaperLine(models.Model):
    """One line of a sheet or file: what was settled that it says, and what became of it."""

    class State(models.TextChoices):
        DIFFERS = "differs", _("read in two ways")
        READY = "ready", _("read")
        EMPTY = "empty", _("nobody")
        DUPLICATE = "duplicate", _("signed already")
        COUNTED = "counted", _("counted")
        UNDONE = "undone", pgettext_lazy("a line on paper", "taken back")
        ERASED = "erased", _("erased")

    gathering = models.ForeignKey(
        Gathering, on_delete=models.CASCADE, related_name="paper_lines", db_index=False
    )
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    # Of a line that differs, both readings; null once the signature holds who signed.
    sealed = models.BinaryField(null=True)
    # HMACs under the appeal's own key: the folded name, the normalised address.
    name_key = models.BinaryField(max_length=32, null=True)
    email_key = models.BinaryField(max_length=32, null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signature = models.OneToOneField(
        Signature, on_delete=models.SET_NULL, null=True, related_name="paper_line"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "number"], name="signing_paperline_number"),
        ]
        indexes = [
            models.Index(fields=["gathering", "state", "number"], name="signing_paperline_states"),
            models.Index(
                fields=["appeal", "name_key"],
                name="signing_paperline_name",
                condition=Q(name_key__isnull=False),
            ),
            models.Index(
                fields=["appeal", "email_key"],
                name="signing_paperline_email",
                condition=Q(email_key__isnull=False),
            ),
        ]


class PaperMatch(models.Model):
    """A line and a signature, or another line, that may be of one person; somebody says which it is."""

    class Why(models.TextChoices):
        EMAIL = "email", _("the same address")
        NAME = "name", _("the same name and place")

    class Verdict(models.TextChoices):
        OPEN = "", _("to be decided")
        SAME = "same", _("the same person")
        OTHER = "other", _("another person")

    line = models.ForeignKey(PaperLine, on_delete=models.CASCADE, related_name="matches", db_index=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="+", db_index=False)
    signature = models.ForeignKey(Signature, on_delete=models.CASCADE, null=True, related_name="+")
    other = models.ForeignKey(PaperLine, on_delete=models.CASCADE, null=True, related_name="+")
    why = models.CharField(max_length=5, choices=Why.choices)
    verdict = models.CharField(max_length=5, choices=Verdict.choices, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "signature"], name="signing_papermatch_signature"),
            models.UniqueConstraint(fields=["line", "other"], name="signing_papermatch_line"),
            models.CheckConstraint(
                condition=Q(signature__isnull=False, other__isnull=True)
                | Q(signature__isnull=True, other__isnull=False),
                name="signing_papermatch_one_of_two",
            ),
        ]
        indexes = [models.Index(fields=["gathering", "verdict", "id"], name="signing_papermatch_open")]


class PaperWatch(models.Model):
    """Up to which place of an appeal's log those who signed on line were compared with lines on paper."""

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, primary_key=True, related_name="+")
    size = models.PositiveBigIntegerField(default=0)
