import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import Team, User
from undersigned.appeals.evidence_models import CapturedWords, LinkCheck

__all__ = [
    "Appeal",
    "Capture",
    "CapturedWords",
    "Citation",
    "CitedSource",
    "LinkCheck",
    "Source",
    "SourceState",
    "Text",
    "Version",
]


class Appeal(models.Model):
    """One appeal: the whole family of its texts, with one log and one count."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        # Signed behind carriers' links only; to the public it is nothing yet.
        EMBARGO = "embargo", _("Under embargo")
        OPEN = "open", _("Open for signature")
        CLOSED = "closed", _("Closed")

    class Profile(models.TextChoices):
        OPEN = "open", _("Open")
        CAREFUL = "careful", _("Careful")
        AT_RISK = "at_risk", _("At risk")

    class Licence(models.TextChoices):
        FREE = "free", _("anyone invited may adapt and translate")
        REVIEW = "review", _("after the author's review")
        NONE = "none", _("nobody may change it")

    class CitationStyle(models.TextChoices):
        NOTE = "undersigned", _("notes: author, title, place, year")
        AUTHOR_DATE = "undersigned-author-date", _("author and year")

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
    # What carriers may do with the words; the team itself may always derive texts.
    licence = models.CharField(max_length=10, choices=Licence.choices, default=Licence.REVIEW)
    # The last moment at which a signature is accepted.
    closes_at = models.DateTimeField(null=True, blank=True)
    controller = models.CharField(max_length=300, blank=True)
    controller_contact = models.CharField(max_length=300, blank=True)
    purpose = models.TextField(blank=True, max_length=2000)
    # Whether browsers are asked for a small calculation; without it fewer are taken from one network.
    proof_of_work = models.BooleanField(default=False)
    # Days after closing for which contact data are kept.
    retention_days = models.PositiveIntegerField(default=180)
    # Since when what is not shown of a signer is sealed to the team's own keys; empty for never.
    sealed_at = models.DateTimeField(null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)
    # The CSL style that references are set in.
    citation_style = models.CharField(
        max_length=40, choices=CitationStyle.choices, default=CitationStyle.NOTE
    )
    # Moves with every change of a source, a citation or a kept copy: pages made before are out of date.
    sources_changed_at = models.DateTimeField(null=True, blank=True)
    # The same for its cases; empty until one is published.
    cases_changed_at = models.DateTimeField(null=True, blank=True)
    # And for its persons; empty until one is shown.
    persons_changed_at = models.DateTimeField(null=True, blank=True)
    # Since when no page, feed, file or answer to a program names anybody who signed; empty: they are named.
    names_hidden_at = models.DateTimeField(null=True, blank=True)
    # Since when each confirmed signature waits for a moderator; empty: none does.
    reviewed_since = models.DateTimeField(null=True, blank=True)
    # Moves when names appear later than their signatures were recorded.
    roll_changed_at = models.DateTimeField(null=True, blank=True)
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

    @property
    def is_public(self) -> bool:
        """Whether its public addresses answer."""
        return self.state in (self.State.OPEN, self.State.CLOSED)

    @property
    def is_sealed(self) -> bool:
        """Whether this server can read no address and no unlisted name of its signers."""
        return self.sealed_at is not None

    @property
    def first_texts(self) -> "list[Text]":
        """The original and the texts that came after it, as many as the desk's navigation offers."""
        return list(self.texts.defer("draft").order_by("pk")[:4])


class Embargo(models.Model):
    """Until when an appeal circulates unseen: an hour, a number of signatures, or what comes first."""

    class Reason(models.TextChoices):
        HOUR = "hour", _("the hour has come")
        NUMBER = "number", _("the number is reached")
        LIFTED = "lifted", _("lifted by the organisers")
        CLOSING = "closing", _("the closing date has come")

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, primary_key=True, related_name="embargo")
    until = models.DateTimeField(null=True)
    number = models.PositiveIntegerField(null=True)
    # The last moment, whatever the number: what signers are promised counts from it.
    latest = models.DateTimeField()
    begun_at = models.DateTimeField()
    # Decided once and for good: from here on leaves are written, and nothing stops it.
    revealing_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=False) | models.Q(number__gte=1),
                name="appeals_embargo_has_end",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(latest__lte=models.F("until")),
                name="appeals_embargo_latest_within",
            ),
            models.CheckConstraint(
                condition=models.Q(revealed_at__isnull=True) | models.Q(revealing_at__isnull=False),
                name="appeals_embargo_reveal_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"embargo of {self.appeal_id}"


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
    # Why it was derived, for readers; who made it and who attests it, as shown.
    reason = models.CharField(max_length=500, blank=True)
    made_by = models.CharField(max_length=200, blank=True)
    attested_by = models.CharField(max_length=200, blank=True)
    # The Version of this very text that was attested.
    attested = models.ForeignKey(
        "appeals.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # In doubt the text rules that it derives from, unless this one was declared to.
    rules_in_doubt = models.BooleanField(default=False)
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
                condition=~models.Q(
                    slug__in=[
                        "names",
                        "sources",
                        "variants",
                        "verify",
                        "privacy",
                        "cases",
                        "delivery",
                        "persons",
                        "updates",
                        "edition",
                    ]
                ),
                name="appeals_text_reserved_slug",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "language", "id"], name="appeals_text_languages"),
            models.Index(fields=["appeal", "relation", "slug"], name="appeals_text_relations"),
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
    # The Version that a derived text followed when these words were frozen.
    derived_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
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


class Source(models.Model):
    """A work that an appeal leans on, as CSL data, cited in its texts by a key."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="sources")
    key = models.CharField(max_length=80)
    csl = models.JSONField()
    # SHA-256 of the canonical CSL, base64url; the same as its newest SourceState's.
    digest = models.CharField(max_length=43)
    # Sorts after what is known of the date: "1936-07", "1936~", "spring 1936"; empty where nothing is.
    date_key = models.CharField(max_length=20, blank=True)
    # For the team; readers see it in the edition only where it says so.
    note = models.TextField(blank=True, max_length=5000)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "key"], name="appeals_source_key")]
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class SourceState(models.Model):
    """What a source said at one time: whoever signed a text that cites it can still read those data."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="states")
    digest = models.CharField(max_length=43)
    csl = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="appeals_sourcestate_once")]

    def __str__(self) -> str:
        return self.digest


class CitedSource(models.Model):
    """A source that a Version cites in its words, in the state that its digest names."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="cited_sources")
    state = models.ForeignKey(SourceState, on_delete=models.PROTECT, related_name="cited_in")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "state"], name="appeals_citedsource_once")]

    def __str__(self) -> str:
        return f"{self.version_id} cites {self.state_id}"


class Citation(models.Model):
    """What a passage claims, and the evidence for it; without a source, a claim that waits for evidence."""

    class State(models.TextChoices):
        ANCHORED = "anchored", _("anchored")
        ORPHANED = "orphaned", _("its passage was changed")

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="citations")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="citations"
    )
    # W3C Web Annotation: TextQuoteSelector over the words as they are read, without any marks.
    exact = models.TextField(max_length=5000)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    # TextPositionSelector over the same words, where the passage was last found; counted in code points.
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ANCHORED)
    claim = models.CharField(max_length=500, blank=True)
    # What the source says, in its own language, and in the text's.
    quotation = models.TextField(blank=True, max_length=5000)
    quotation_language = models.CharField(max_length=35, blank=True)
    translation = models.TextField(blank=True, max_length=5000)
    locator = models.CharField(max_length=100, blank=True)
    shelfmark = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="appeals_citation_has_passage"
            )
        ]
        ordering = ["text", "start", "pk"]

    def __str__(self) -> str:
        return f"{self.text_id}: {self.exact[:40]}"


class Capture(models.Model):
    """A copy of a source as it was found: a scan, a PDF, a saved page; its bytes never change."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="captures")
    # Where the storage named `kept` has it; the same bytes are kept once.
    path = models.CharField(max_length=80)
    name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    # In hexadecimal, as `sha256sum` prints it.
    sha256 = models.CharField(max_length=64)
    url = models.URLField(max_length=1000, blank=True)
    note = models.CharField(max_length=500, blank=True)
    # When the copy was made of the original, and by whom it was brought here.
    captured_at = models.DateTimeField()
    captured_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # Whether readers may open it; its digest and date are shown in any case.
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="appeals_capture_once")]
        ordering = ["captured_at", "pk"]

    def __str__(self) -> str:
        return self.sha256


# Last, since it builds on the models above.
from undersigned.appeals import case_models as case_models  # noqa: E402
from undersigned.appeals import person_models as person_models  # noqa: E402
from undersigned.appeals import retention_models as retention_models  # noqa: E402
