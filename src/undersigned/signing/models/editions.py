from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal


class EditionBuild(models.Model):
    """The files of an edition, or its archive, of one moment; published, they are made anew when they go.

    Its files lie in a folder named by `public_id`, sealed under a key of their own. Once somebody who may be
    in them takes their name back, the files go and `gone_at` says when.
    """

    class Kind(models.TextChoices):
        EDITION = "edition", _("the edition in every format")
        ARCHIVE = "archive", _("the archive")

    public_id = models.CharField(max_length=22, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    # While it is made: how many steps of how many are done, and what is being done.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=40, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    # What besides signatures must not have changed since: see `editions.stamp`.
    stamp = models.CharField(max_length=64, blank=True)
    # The moment whose people and counts it holds.
    moment = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    # JSON [[name, reason]]: what could not be made here.
    lacking = models.JSONField(default=list)
    gone_at = models.DateTimeField(null=True)
    # Said before it is made: it is published once it is there.
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, moment__isnull=True)
                | Q(made_at__isnull=False, moment__isnull=False),
                name="signing_edition_made_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["appeal", "kind", "id"], name="signing_edition_of_appeal"),
            models.Index(
                fields=["id"], name="signing_edition_to_make", condition=Q(made_at__isnull=True, problem="")
            ),
            models.Index(
                fields=["id"], name="signing_edition_public", condition=Q(published_at__isnull=False)
            ),
        ]

    @property
    def is_kept(self) -> bool:
        """Whether its files can be had."""
        return self.made_at is not None and self.gone_at is None


class EditionFile(models.Model):
    """One file of an edition or archive: its name, what it is, and its SHA-256 in hexadecimal."""

    build = models.ForeignKey(EditionBuild, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=40)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["build", "name"], name="signing_edition_file_name"),
            models.UniqueConstraint(fields=["build", "number"], name="signing_edition_file_number"),
        ]
