from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    MODERATOR = "moderator", _("Moderator")
    VIEWER = "viewer", _("Viewer")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Makes an account; the e-mail address is its name."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Makes an operator's account, who may use Django's admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who runs appeals; signatories have no account."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class Team(models.Model):
    """Those who run appeals together; every appeal belongs to one."""

    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="accounts_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_membership_role"),
        ]


class Invitation(models.Model):
    """An invitation to a team, sent by mail; its token is made from the nonce."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    nonce = models.BinaryField(max_length=16, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class AgeRecipient(models.Model):
    """The public half of a team's own age key: what is sealed to it, this server cannot open."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="age_recipients")
    label = models.CharField(max_length=100)
    # age1…; the private half never comes here.
    recipient = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # From then on nothing is sealed to it; what was, stays so.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "recipient"], name="accounts_agerecipient_once"),
        ]


class SetupLink(models.Model):
    """The link that makes the first account: works once, for 15 minutes."""

    nonce = models.BinaryField(max_length=16, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class DeskSession(AbstractBaseSession):
    """Somebody signed in at one browser. `session_key` is a keyed hash of the cookie, the data are sealed.

    What is told of the browser is coarse: its kind, and hours. No client address is kept.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="desk_sessions")
    device = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        """The store of this table; Django's own commands ask for it."""
        store: type[Any] = import_string("undersigned.accounts.sessions.SessionStore")
        return store


class AuditRecord(models.Model):
    """What a team did: one row an act, never changed (a database trigger refuses it).

    `detail` holds no personal data of signatories: numbers, states and reasons only.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["team", "-id"], name="accounts_audit_by_team"),
            # For the filters of the page: whose acts, which acts, and from when to when.
            models.Index(fields=["team", "actor", "-id"], name="accounts_audit_by_actor"),
            models.Index(fields=["team", "verb", "-id"], name="accounts_audit_by_verb"),
            models.Index(fields=["team", "at"], name="accounts_audit_by_time"),
        ]
