"""What the profile of an appeal sets: how often, how listed, how long, how exactly, and what goes by mail.

No profile keeps a client's address: limits count networks in memory, by a hash that dies with the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal

_DAY = timedelta(days=1)


class Profiled(Protocol):
    """What has a profile."""

    @property
    def profile(self) -> str: ...


@dataclass(frozen=True)
class Profile:
    """The defaults of one profile; the rhythm of its log stands in `signing.rhythm`."""

    value: str
    # How the sign form shows a signature unless the signer chooses otherwise.
    display: str
    # Days after closing for which contact data are kept: what a new appeal is given, and the most allowed.
    retention_days: int
    retention_most: int
    # Moments of a signer are kept to the end of such a span; None for exactly.
    rounding: timedelta | None
    # Whether the private page is mailed once a signature is confirmed. Otherwise the page after the
    # confirmation leads to it, and the receipt is downloaded there.
    mails_link: bool
    # After a signature is recorded its name waits so long, and then for the next midnight (UTC).
    names_after: timedelta

    def rounded(self, moment: datetime) -> datetime:
        """The moment as it is kept: the last second of its hour or day, never before what happened."""
        if self.rounding is None:
            return moment
        at = moment.astimezone(UTC)
        hour = 23 if self.rounding >= _DAY else at.hour
        return at.replace(hour=hour, minute=59, second=59, microsecond=0)

    def listed_at(self, recorded: datetime) -> datetime | None:
        """When the name of a signature that was recorded then appears; None for at once."""
        if not self.names_after:
            return None
        due = (recorded + self.names_after).astimezone(UTC)
        # Names of several batches appear together.
        return datetime.combine(due.date() + _DAY, time(), tzinfo=UTC)


_PROFILES = (
    Profile(Appeal.Profile.OPEN, "name", 180, 3650, None, True, timedelta(0)),
    Profile(Appeal.Profile.CAREFUL, "name", 90, 180, timedelta(hours=1), True, _DAY),
    Profile(Appeal.Profile.AT_RISK, "unlisted", 30, 60, _DAY, False, 3 * _DAY),
)
PROFILES: Mapping[str, Profile] = {profile.value: profile for profile in _PROFILES}
_STRICTNESS = {profile.value: place for place, profile in enumerate(_PROFILES)}


def of(appeal: Profiled) -> Profile:
    """The profile of an appeal."""
    return PROFILES[appeal.profile]


def is_looser(profile: str, than: str) -> bool:
    """Whether one profile protects less than another."""
    return _STRICTNESS[profile] < _STRICTNESS[than]


def check_retention(appeal: Appeal, days: int | None = None) -> None:
    """Raises ValidationError where contact data would be kept longer than the profile allows."""
    most = of(appeal).retention_most
    if (appeal.retention_days if days is None else days) > most:
        too_long = _("In the profile of this appeal contact data are kept for at most %(most)d days.")
        raise ValidationError({"retention_days" if days is None else "contacts": too_long % {"most": most}})
