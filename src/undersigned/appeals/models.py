import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import Team, User


class Appeal(models.Model):
    """One appeal: the whole family of its texts, with one log and one count."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open for signature")
        CLOSED = "closed", _("Closed")

    class Profile(models.TextChoices):
        OPEN = "open", _("Open")
        CAREFUL = "careful", _("Careful")
        AT_RISK = "at_risk", _("At risk")

    class Ask(models.TextChoices):
        OFF = "off", _("not asked")
        OPTIONAL = "optional", _("asked, may be left empty")
        REQUIRED = "required", _("required")

    # 128 random bits, base64url; the log's name. Never the slug, which may be corrected.
    public_id = models.CharField(max_length=22, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="appeals")
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    profile = models.CharField(max_length=10, choices=Profile.choices, default=Profile.OPEN)
    ask_affiliation = models.CharField(max_length=10, choices=Ask.choices, default=Ask.OPTIONAL)
    ask_role = models.CharField(max_length=10, choices=Ask.choices, default=Ask.OPTIONAL)
    ask_place = models.CharField(max_length=10, choices=Ask.choices, default=Ask.OPTIONAL)
    ask_country = models.CharField(max_length=10, choices=Ask.choices, default=Ask.OFF)
    # The last moment at which a signature is accepted.
    closes_at = models.DateTimeField(null=True, blank=True)
    controller = models.CharField(max_length=300, blank=True)
    controller_contact = models.CharField(max_length=300, blank=True)
    purpose = models.TextField(blank=True, max_length=2000)
    # Days after closing for which contact data are kept.
    retention_days = models.PositiveIntegerField(default=180)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(opened_at__isnull=False),
                name="appeals_appeal_open_has_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False),
                name="appeals_appeal_closed_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Text(models.Model):
    """One text of an appeal: the original, a translation or an adaptation, with its draft."""

    class Relation(models.TextChoices):
        ORIGINAL = "original", _("original")
        TRANSLATION = "translation", _("translation")
        ADAPTATION = "adaptation", _("adaptation")

    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="texts")
    slug = models.SlugField(max_length=80)
    # BCP 47.
    language = models.CharField(max_length=35)
    relation = models.CharField(max_length=15, choices=Relation.choices, default=Relation.ORIGINAL)
    parent = models.ForeignKey(
        "appeals.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="derived"
    )
    # Markdown with a YAML head, as typed.
    draft = models.TextField(blank=True)
    # Grows with each save; a save that names an older one is a conflict, not an overwrite.
    draft_revision = models.PositiveIntegerField(default=0)
    # Head keys outside the canonical bytes (archive, note, series …), corrected without a new Version.
    apparatus = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "slug"], name="appeals_text_slug"),
            models.UniqueConstraint(
                fields=["appeal"], condition=models.Q(relation="original"), name="appeals_text_one_original"
            ),
            models.CheckConstraint(
                condition=models.Q(relation="original", parent__isnull=True)
                | (~models.Q(relation="original") & models.Q(parent__isnull=False)),
                name="appeals_text_derived_has_parent",
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=["names", "sources", "variants", "verify", "privacy"]),
                name="appeals_text_reserved_slug",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id}/{self.slug}"


class Version(models.Model):
    """The exact words that people sign: frozen when published (a database trigger refuses changes)."""

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    # The Markdown with its head, as published.
    source = models.TextField()
    # The bytes whose SHA-256 is the digest; see docs/reference/text-format.md.
    canonical = models.BinaryField()
    # base64url of SHA-256, 43 characters.
    digest = models.CharField(max_length=43)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=35)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="appeals_version_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="appeals_version_from_one"),
        ]
        ordering = ["text", "number"]

    def __str__(self) -> str:
        return f"{self.text_id} v{self.number}"

    @property
    def digest_hex(self) -> str:
        """The digest as `sha256sum` prints it."""
        return hashlib.sha256(bytes(self.canonical)).hexdigest()
