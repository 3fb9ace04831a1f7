from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal, Version
from undersigned.circulation.models import Carrier


class _Rows(models.QuerySet["Signature"]):
    """Keeps `stands` with the state where many rows are written at once."""

    def update(self, **values: Any) -> int:
        if "state" in values:
            values["stands"] = values["state"] in Signature.LIVE
        return super().update(**values)

    def bulk_create(self, objs: Iterable["Signature"], *args: Any, **options: Any) -> list["Signature"]:
        rows = list(objs)
        for row in rows:
            row.stands = row.state in Signature.LIVE
        return super().bulk_create(rows, *args, **options)


class Signature(models.Model):
    """A signature's state and place in the log; no name and no address stand in this row."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for confirmation")
        CONFIRMED = "confirmed", _("being recorded")
        RECORDED = "recorded", _("recorded")
        HELD = "held", _("held by a moderator")
        REFUSED = "refused", _("refused by a moderator")
        WITHDRAWN = "withdrawn", _("withdrawn")
        STRUCK = "struck", _("struck out by a moderator")
        MOVED = "moved", _("moved to another version")
        DISPUTED = "disputed", _("disputed")

    class Display(models.TextChoices):
        NAME = "name", _("my name")
        PSEUDONYM = "pseudonym", _("a pseudonym")
        UNLISTED = "unlisted", _("no name")

    class Kind(models.TextChoices):
        MAIL = "mail"
        VOUCHED = "vouched"
        PAPER = "paper"
        ORG = "org"

    # States in which a signature stands for its person: one per address and appeal.
    LIVE = (State.CONFIRMED, State.RECORDED, State.HELD, State.DISPUTED)
    ENDED = (State.REFUSED, State.WITHDRAWN, State.STRUCK, State.MOVED)

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="signatures")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MAIL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    display = models.CharField(max_length=10, choices=Display.choices, default=Display.NAME)
    # Whether the state is one of LIVE. A column, so that recording leaves the index of those who stand alone:
    # a condition on the state would have SQLite write each of its entries anew, all over the index.
    stands = models.BooleanField(default=False)
    # Links are HMACs over the nonce; it begins with the moment, so that the index grows at its end.
    nonce = models.BinaryField(max_length=16, unique=True)
    # HMAC of the normalised address under the appeal's own key, outside database and backups.
    repeat_key = models.BinaryField(max_length=32, null=True)
    # Whose link the signer came by; null for most.
    carrier = models.ForeignKey(
        Carrier, on_delete=models.PROTECT, null=True, related_name="signatures", db_index=False
    )
    # Entered by the organisers before opening, in their order; null for everybody else.
    first_order = models.PositiveIntegerField(null=True)
    wants_updates = models.BooleanField(default=False)
    for_addressee = models.BooleanField(default=False)
    for_edition = models.BooleanField(default=False)
    # Version of the wording that the consent was given to.
    consent_wording = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # A dated line remains after a withdrawal; nameless unless the person chose otherwise.
    keeps_name = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    salt_public = models.BinaryField(max_length=32, null=True)
    salt_private = models.BinaryField(max_length=32, null=True)
    # Commitment as in the leaf, base64url.
    commitment = models.CharField(max_length=43, blank=True)
    leaf_index = models.PositiveBigIntegerField(null=True)

    objects = _Rows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "repeat_key"],
                condition=models.Q(stands=True),
                name="signing_signature_one_live",
            ),
            models.CheckConstraint(
                condition=models.Q(stands=True, state__in=["confirmed", "recorded", "held", "disputed"])
                | models.Q(stands=False, state__in=["pending", "refused", "withdrawn", "struck", "moved"]),
                name="signing_signature_stands_by_state",
            ),
            models.UniqueConstraint(
                fields=["appeal", "leaf_index"],
                condition=models.Q(leaf_index__isnull=False),
                name="signing_signature_one_leaf",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="recorded") | models.Q(leaf_index__isnull=False),
                name="signing_signature_recorded_has_leaf",
            ),
        ]
        indexes = [
            models.Index(
                fields=["appeal", "id"],
                name="signing_signature_to_record",
                condition=models.Q(state="confirmed"),
            ),
            models.Index(
                fields=["appeal", "created_at"],
                name="signing_signature_pending",
                condition=models.Q(state="pending"),
            ),
            # The desk's queue, a page of it from any row on.
            models.Index(
                fields=["appeal", "id"],
                name="signing_signature_held",
                condition=models.Q(state="held"),
            ),
            # The states off the usual way only: the crowd's rows cost nothing here.
            models.Index(
                fields=["appeal", "state", "ended_at"],
                name="signing_signature_aside",
                # An alternative, not a list: SQLite proves that one state implies it.
                condition=models.Q(state="held")
                | models.Q(state="refused")
                | models.Q(state="withdrawn")
                | models.Q(state="struck")
                | models.Q(state="moved")
                | models.Q(state="disputed"),
            ),
            models.Index(
                fields=["appeal", "first_order"],
                name="signing_signature_first",
                condition=models.Q(first_order__isnull=False),
            ),
            # What each carrier collected, by day; signatures without a carrier cost nothing here.
            models.Index(
                fields=["carrier", "state", "recorded_at"],
                name="signing_signature_carrier",
                condition=models.Q(carrier__isnull=False),
            ),
            # What an address left in an appeal, asked at each sign and each confirmation; what stands is
            # found by the constraint's index. In one for all, each sign would write to a page of its own.
            models.Index(
                fields=["appeal", "repeat_key"],
                name="signing_signature_waits",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=["appeal", "repeat_key"],
                name="signing_signature_ended",
                condition=models.Q(state__in=["refused", "withdrawn", "struck", "moved"]),
            ),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        """As any model; `stands` goes with the state."""
        self.stands = self.state in self.LIVE
        named = options.get("update_fields")
        if named is not None and "state" in named:
            options["update_fields"] = [*named, "stands"]
        super().save(*args, **options)


class PublicLine(models.Model):
    """What a signature shows, and nothing else: the shown name or pseudonym and the shown fields."""

    signature = models.OneToOneField(
        Signature, on_delete=models.CASCADE, primary_key=True, related_name="public_line"
    )
    # The roll has indexes of its own, of listed lines only.
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200, blank=True)
    affiliation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=200, blank=True)
    # ISO 3166-1 alpha-2.
    country = models.CharField(max_length=2, blank=True)
    # Collation key of the shown name: the order of the roll, the same on every database.
    sort_key = models.BinaryField(max_length=200)
    first_order = models.PositiveIntegerField(null=True)
    # True while the line stands on the public roll: recorded and not unlisted.
    listed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["appeal", "sort_key", "signature"],
                name="signing_line_roll",
                condition=models.Q(listed=True),
            ),
            models.Index(
                fields=["version", "sort_key", "signature"],
                name="signing_line_roll_of_version",
                condition=models.Q(listed=True),
            ),
            models.Index(
                fields=["appeal", "first_order"],
                name="signing_line_first",
                condition=models.Q(first_order__isnull=False),
            ),
        ]


class Person(models.Model):
    """Who signed, sealed with a key outside the database; deleted at once when erased."""

    signature = models.OneToOneField(
        Signature, on_delete=models.CASCADE, primary_key=True, related_name="person"
    )
    # JSON {"email", "name", "affiliation", "role", "place", "country", "pseudonym"} as typed.
    sealed = models.BinaryField()
