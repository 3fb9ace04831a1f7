from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal, Version
from undersigned.signing.models.signature import Signature


class OrganisationRule(models.Model):
    """Whether an appeal takes organisations, and by hand; without a row it does, and they wait for nobody."""

    appeal = models.OneToOneField(
        Appeal, on_delete=models.PROTECT, primary_key=True, related_name="organisation_rule"
    )
    accepts = models.BooleanField(default=True)
    by_hand = models.BooleanField(default=False)


class Organisation(models.Model):
    """An organisation that asks to sign, as its officer wrote; who the officers are is sealed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for its officer")
        CONFIRMED = "confirmed", _("waiting for its domain check")
        CHECKED = "checked", _("waiting for the organisers")
        # From here on the signature's own state says whether it is recorded.
        SIGNED = "signed", _("signed")
        REFUSED = "refused", _("refused by a moderator")
        STRUCK = "struck", _("struck out by a moderator")
        WITHDRAWN = "withdrawn", _("withdrawn")
        MOVED = "moved", _("moved to another version")

    class Check(models.TextChoices):
        MAIL = "mail", _("by mail")
        DNS = "dns", _("by DNS record")

    # States in which something can still become of it.
    OPEN = (State.WAITING, State.CONFIRMED, State.CHECKED)

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="organisations", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    signature = models.OneToOneField(
        Signature, on_delete=models.SET_NULL, null=True, related_name="organisation"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Links are HMACs over them; the second officer's is null where there is none.
    nonce = models.BinaryField(max_length=16, unique=True)
    second_nonce = models.BinaryField(max_length=16, unique=True, null=True)
    # HMAC of the domain under the appeal's own key: what one organisation is known by.
    repeat_key = models.BinaryField(max_length=32, null=True)
    name = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    # In ASCII, as DNS has it.
    domain = models.CharField(max_length=253, blank=True)
    sort_key = models.BinaryField(max_length=200)
    resolved_on = models.DateField()
    # SHA-256 over date and words of the resolution, base64url: what the signature's leaf is bound to.
    resolution_digest = models.CharField(max_length=43)
    # JSON: the officers, each with name, role and address, and the resolution's words.
    sealed = models.BinaryField()
    shows_officers = models.BooleanField(default=False)
    # What readers see of the officers, once each has confirmed; empty where they are not to be named.
    officer_line = models.CharField(max_length=403, blank=True)
    second_line = models.CharField(max_length=403, blank=True)
    for_addressee = models.BooleanField(default=False)
    for_edition = models.BooleanField(default=False)
    consent_wording = models.CharField(max_length=20)
    check_kind = models.CharField(max_length=4, choices=Check.choices, blank=True)
    # What the last look at the DNS found wrong; empty before the first and after one that went well.
    check_failure = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # When the DNS was last asked.
    looked_at = models.DateTimeField(null=True)
    cosigned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When the officers' names and addresses were deleted.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(check_kind="", checked_at__isnull=True)
                | (~models.Q(check_kind="") & models.Q(checked_at__isnull=False)),
                name="signing_organisation_check_has_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="signed")
                | models.Q(confirmed_at__isnull=False, checked_at__isnull=False),
                name="signing_organisation_signed_is_checked",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "state", "id"], name="signing_organisation_state"),
            models.Index(
                fields=["appeal", "sort_key", "id"],
                name="signing_organisation_roll",
                condition=models.Q(state="signed"),
            ),
            # What time does by itself: sweeps, and looks at the DNS.
            models.Index(
                fields=["created_at"],
                name="signing_organisation_open",
                condition=models.Q(state="waiting") | models.Q(state="confirmed"),
            ),
        ]
