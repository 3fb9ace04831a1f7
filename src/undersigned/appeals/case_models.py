"""The people and groups for whom an appeal speaks.

Names, places, notes and who consented are sealed; what readers may see of a case stands in its
`PublicCase` and nowhere else, so that no page, file or index can show what is withheld.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Source, Text


class Case(models.Model):
    """Somebody, or a group, for whom an appeal speaks."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        GROUP = "group", _("group")

    class Level(models.TextChoices):
        NAMED = "named", _("named")
        OTHER = "other", _("by initials or pseudonym only")
        WITHHELD = "withheld", _("withheld")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="cases")
    # What the desk, the record of acts and exports for the team call it; readers never see it.
    ref = models.CharField(max_length=22, unique=True)
    # What readers' addresses call it; a new one when a name is taken back, so that old links lead nowhere.
    public_id = models.CharField(max_length=22, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    # Names and note as JSON; see `case_sealed`.
    sealed = models.BinaryField()
    # The last of its consents.
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.WITHHELD)
    is_published = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.ref


class CaseConsent(models.Model):
    """How the names of a case may be shown from a moment on; who said so, when and why is sealed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    level = models.CharField(max_length=10, choices=Case.Level.choices)
    sealed = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.level}"


class CaseStatement(models.Model):
    """What is known of a case from a date on."""

    class State(models.TextChoices):
        IMPRISONED = "imprisoned", _("imprisoned")
        DEPORTED = "deported", _("deported")
        DISAPPEARED = "disappeared", _("disappeared")
        RELEASED = "released", _("released")
        DEAD = "dead", _("dead")
        UNKNOWN = "unknown", _("unknown")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="statements")
    # Empty where the statement changes no state.
    state = models.CharField(max_length=15, choices=State.choices, blank=True)
    # EDTF, and what sorts as time runs; both empty where no year is known.
    edtf = models.CharField(max_length=40, blank=True)
    date_key = models.CharField(max_length=20, blank=True)
    # The date as typed, place and note.
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["date_key", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class StatementSource(models.Model):
    """A source on which a statement rests, with the place in it."""

    statement = models.ForeignKey(CaseStatement, on_delete=models.CASCADE, related_name="cites")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="statements")
    locator = models.CharField(max_length=100, blank=True)
    # Whether readers see it: never where its data hold what a case does not show.
    is_shown = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "source", "locator"], name="appeals_statementsource_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.source_id}"


class CaseUpdate(models.Model):
    """A short dated text about a case, for readers who follow it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="updates")
    on = models.DateField()
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.on}"


class CaseMention(models.Model):
    """Words of a text that speak of a case: a link for readers, while the case may be told from them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="mentions")
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="case_mentions")
    # W3C Web Annotation selectors, as a citation has them.
    exact = models.CharField(max_length=500)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    # Whether readers get the link: never where the words hold what the case does not show.
    is_shown = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["text", "start", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.text_id}"


class PublicCase(models.Model):
    """What readers may see of a published case: every page, file and index is made of this alone."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="shown")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="public_cases")
    public_id = models.CharField(max_length=22, unique=True)
    # By the name that is shown; those without one stand behind, in no order that tells anything.
    sort_key = models.BinaryField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=15)
    # The day of its last update.
    updated_on = models.DateField(null=True)
    # Words without case and accents, for the filters.
    places = models.TextField(blank=True)
    words = models.TextField(blank=True)
    # Names, history and updates; see `case_shown`.
    data = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["appeal", "sort_key", "public_id"], name="appeals_publiccase_order"),
            models.Index(fields=["appeal", "state"], name="appeals_publiccase_state"),
        ]

    def __str__(self) -> str:
        return self.public_id
