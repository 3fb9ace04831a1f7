from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal


class Decision(models.Model):
    """What a moderator decided about some signatures at once, why, and how far it is carried out.

    Either each is named by a line from the start, or `whole` says that everything held up to `last` is
    meant, or what of it fits a pattern. Taking it back goes through the lines again.
    """

    class Act(models.TextChoices):
        HOLD = "hold", _("held back")
        RELEASE = "release", _("released")
        REFUSE = "refuse", _("refused")
        STRIKE = "strike", _("struck out")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    act = models.CharField(max_length=10, choices=Act.choices)
    # May name a person: emptied when the appeal's retention ends, and never in the record of acts.
    reason = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Whether the signers are written to, in the team's own words.
    tells = models.BooleanField(default=False)
    whole = models.BooleanField(default=False)
    # Of a whole one: which pattern it must fit, and a keyed hash of what is common; empty for all.
    pattern = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=64, blank=True)
    cursor = models.PositiveBigIntegerField(default=0)
    last = models.PositiveBigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    # Signatures that had changed meanwhile, so that nothing was done.
    missed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    restored = models.PositiveIntegerField(default=0)
    undo_finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["appeal", "id"], name="signing_decision_of_appeal"),
            models.Index(
                fields=["id"],
                name="signing_decision_to_do",
                condition=Q(finished_at__isnull=True)
                | Q(undone_at__isnull=False, undo_finished_at__isnull=True),
            ),
        ]

    @property
    def is_running(self) -> bool:
        """Whether it, or its taking back, is still being carried out."""
        return self.finished_at is None or (self.undone_at is not None and self.undo_finished_at is None)


class DecisionLine(models.Model):
    """One signature of a decision, by number: who erases a signature asks nobody here."""

    class Outcome(models.TextChoices):
        WAITS = "waits"
        DONE = "done"
        MISSED = "missed"
        RESTORED = "restored"
        KEPT = "kept"

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITS)
    # The state before; of a strike also whether a change of the shown name waited for its leaf.
    before = models.CharField(max_length=10, blank=True)
    amends = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "number"], name="signing_decisionline_once"),
        ]
        indexes = [models.Index(fields=["decision", "outcome", "id"], name="signing_decisionline_left")]


class RefusalWords(models.Model):
    """The team's own words to signers whose signature does not count, in one language."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="refusal_words")
    # BCP 47, a language of the appeal's texts.
    language = models.CharField(max_length=35)
    words = models.TextField(max_length=3000)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "language"], name="signing_refusalwords_one"),
        ]


class Growth(models.Model):
    """How many signatures were recorded in an hour; where people are at risk, in a day."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    recorded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "at"], name="signing_growth_one")]
