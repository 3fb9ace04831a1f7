from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation.models.carriers import Carrier
from undersigned.circulation.models.letters import Reply


class EditionLetter(models.Model):
    """A letter around the appeal that may be printed in the edition: only while its writer agrees."""

    class Kind(models.TextChoices):
        COVERING = "covering", _("covering letter")
        ANSWER = "answer", _("answer of a carrier")
        UPDATE = "update", _("update")
        OTHER = "other", _("another letter")

    class Consent(models.TextChoices):
        OPEN = "", _("not asked yet")
        YES = "yes", _("agreed")
        NO = "no", _("refused or taken back")

    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, related_name="edition_letters", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Who wrote it or was written to; null for others, and once the retention of carriers is over.
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, null=True, related_name="edition_letters")
    reply = models.OneToOneField(Reply, on_delete=models.SET_NULL, null=True, related_name="edition_letter")
    # JSON {"title", "words", "markup", "sender", "addressee", "place"}.
    sealed = models.BinaryField()
    # BCP 47.
    language = models.CharField(max_length=35)
    # EDTF.
    date = models.CharField(max_length=40, blank=True)
    # The writer's private link is an HMAC over it.
    nonce = models.BinaryField(max_length=16, unique=True)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    consent = models.CharField(max_length=3, choices=Consent.choices, blank=True)
    # Version of the wording that the answer was given to, and when; by an account where it is its own letter.
    consent_wording = models.CharField(max_length=20, blank=True)
    consent_at = models.DateTimeField(null=True)
    consent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Whether a carrier who is written to agreed to be named.
    names_addressee = models.BooleanField(default=False)
    addressee_wording = models.CharField(max_length=20, blank=True)
    addressee_at = models.DateTimeField(null=True)
    # The editors' choice: in the edition since.
    included_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consent="", consent_at__isnull=True, consent_wording="")
                | (~Q(consent="") & Q(consent_at__isnull=False) & ~Q(consent_wording="")),
                name="circulation_editionletter_consent_kept",
            ),
            models.CheckConstraint(
                condition=Q(names_addressee=False)
                | (Q(addressee_at__isnull=False) & ~Q(addressee_wording="")),
                name="circulation_editionletter_addressee_kept",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "id"], name="circulation_editionletter_all"),
            models.Index(
                fields=["appeal", "id"],
                name="circulation_editionletter_in",
                condition=Q(consent="yes", included_at__isnull=False),
            ),
        ]


class EditionHandedOut(models.Model):
    """An edition was given away: what it prints can no longer be called back from those copies."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="editions_handed_out")
    to = models.CharField(max_length=300, blank=True)
    letters = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
