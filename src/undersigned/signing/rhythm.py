"""How long confirmed signatures wait for each other before a batch of them is recorded.

The more a name could cost, the more names share a batch: a watcher who sees the roll and the log
grow learns only that somebody is among these.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from undersigned.appeals.models import Appeal


@dataclass(frozen=True)
class Rhythm:
    """At most one batch in `interval`, of at least `crowd` signatures, or of fewer after `patience`."""

    interval: timedelta
    crowd: int
    patience: timedelta


RHYTHMS = {
    Appeal.Profile.OPEN.value: Rhythm(timedelta(minutes=1), 1, timedelta(0)),
    Appeal.Profile.CAREFUL.value: Rhythm(timedelta(hours=1), 5, timedelta(days=1)),
    Appeal.Profile.AT_RISK.value: Rhythm(timedelta(days=1), 20, timedelta(days=7)),
}


def rested(profile: str, *, last_published: datetime | None, now: datetime) -> bool:
    """Whether the last batch is long enough ago; a first batch waits for none."""
    return last_published is None or now - last_published >= RHYTHMS[profile].interval


def due(
    profile: str, *, waiting: int, oldest: datetime | None, last_published: datetime | None, now: datetime
) -> bool:
    """Whether a batch may be recorded now: enough of them wait, or one has waited long enough."""
    if waiting < 1 or not rested(profile, last_published=last_published, now=now):
        return False
    rhythm = RHYTHMS[profile]
    return waiting >= rhythm.crowd or (oldest is not None and now - oldest >= rhythm.patience)
