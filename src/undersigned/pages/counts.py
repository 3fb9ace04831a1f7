"""The counts that pages show: those of the signed checkpoint, never of leaves that are not public yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from undersigned.appeals.models import Appeal, Text, Version
from undersigned.ledger import read
from undersigned.ledger.models import Log
from undersigned.ledger.published import Count, Published, published
from undersigned.tlog.checkpoint import Checkpoint


@dataclass(frozen=True)
class Standing:
    """An appeal's log and its counts at one published size; without a log everything is nought."""

    log: Log | None = None
    checkpoint: Checkpoint | None = None
    versions: dict[tuple[str, int], Count] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Leaves under the signed checkpoint."""
        return self.checkpoint.size if self.checkpoint else 0

    @cached_property
    def total(self) -> Count:
        """The whole appeal."""
        return sum(self.versions.values(), Count())

    @cached_property
    def _texts(self) -> dict[str, Count]:
        found: dict[str, Count] = {}
        for (public_id, _n), count in self.versions.items():
            found[public_id] = found.get(public_id, Count()) + count
        return found

    def of_text(self, text: Text) -> Count:
        """All versions of a text."""
        return self._texts.get(text.public_id, Count())

    def of_version(self, version: Version) -> Count:
        """One version."""
        return self.versions.get((version.text.public_id, version.number), Count())


def standing(appeal: Appeal) -> Standing:
    """What the public may count on now: one small query, the counts themselves once after each batch."""
    log = read.log_of(appeal.public_id)
    return Standing() if log is None else _of_log(log)


def standings(appeals: Iterable[Appeal]) -> dict[str, Standing]:
    """The counts of several appeals by their public id; appeals without a log are left out."""
    logs = Log.objects.filter(appeal_id__in=[appeal.public_id for appeal in appeals])
    return {log.appeal_id: _of_log(log) for log in logs}


def _of_log(log: Log) -> Standing:
    found = _kept(log.appeal_id, log.size, log.appended_at, log.checkpoint)
    return found if found.log is not None else Standing(log)


@lru_cache(maxsize=64)
def _kept(appeal_id: str, _size: int, _appended_at: datetime | None, _checkpoint: str) -> Standing:
    """The counts at one state of a log: they change with its leaves and its checkpoint alone."""
    found: Published | None = published([appeal_id]).get(appeal_id)
    return Standing(found.log, found.checkpoint, found.versions) if found else Standing()
