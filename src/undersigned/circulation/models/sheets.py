from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Version
from undersigned.circulation.models.carriers import Carrier


class Sheet(models.Model):
    """A numbered sheet to sign on paper, for one Version; it names nobody."""

    class Paper(models.TextChoices):
        A4 = "a4", _("A4")
        LETTER = "letter", _("US Letter")

    # Stands in the sheet's QR code: opens the public page and nothing else.
    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    # Who carries it; null where the organisers lay it out themselves.
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, null=True, related_name="sheets")
    # Counted from 1 in each appeal.
    number = models.PositiveIntegerField()
    paper = models.CharField(max_length=6, choices=Paper.choices, default=Paper.A4)
    # Numbered lines to sign on.
    lines = models.PositiveSmallIntegerField()
    asks_email = models.BooleanField(default=False)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "number"], name="circulation_sheet_number"),
            models.CheckConstraint(condition=Q(lines__gte=1, lines__lte=40), name="circulation_sheet_lines"),
        ]
