"""Who matters to an edition: those who wrote, translated, edited, were written to, or signed.

Everything about a person is sealed; what readers may see stands in its `PublicPerson` and nowhere else, so
that no page, file or index can show what is withheld.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Text


class Person(models.Model):
    """Somebody whom the words or the edition of an appeal name."""

    class Level(models.TextChoices):
        NAMED = "named", _("with every name")
        OTHER = "other", _("by pseudonyms and initials only")
        WITHHELD = "withheld", _("not at all")

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="persons")
    # What the desk, the record of acts and the journal call it; readers never see it.
    ref = models.CharField(max_length=22, unique=True)
    # What texts and readers' addresses call it: `[Anna Kell](person:anna-kell)`. It never changes.
    ident = models.CharField(max_length=60)
    # Names, dates, note, roles and identifiers as JSON; see `person_sealed`.
    sealed = models.BinaryField()
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.WITHHELD)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["appeal", "ident"], name="appeals_person_once")]

    def __str__(self) -> str:
        return self.ref


class PersonMention(models.Model):
    """Words of a text that name a person, linked without changing them: for words that are signed already."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mentions")
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="person_mentions")
    # W3C Web Annotation selectors, as a citation has them.
    exact = models.CharField(max_length=500)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    # Whether readers get the link: never where the words hold what is not shown of the person.
    is_shown = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["text", "start", "pk"]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.text_id}"


class PublicPerson(models.Model):
    """What readers may see of a person: every page, file and index is made of this alone."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="shown")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="public_persons")
    ident = models.CharField(max_length=60)
    sort_key = models.BinaryField()
    # Names, dates, note, roles, identifiers; see `person_shown`.
    data = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "ident"], name="appeals_publicperson_once")]
        indexes = [
            models.Index(fields=["appeal", "sort_key", "ident"], name="appeals_publicperson_order"),
        ]

    def __str__(self) -> str:
        return self.ident
