"""The counts that pages show: those of the signed checkpoint, never of leaves that are not public yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from undersigned.appeals.models import Appeal, Text, Version
from undersigned.ledger import read
from undersigned.ledger.models import Log
from undersigned.ledger.published import Count, published
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

    @property
    def total(self) -> Count:
        """The whole appeal."""
        return sum(self.versions.values(), Count())

    def of_text(self, text: Text) -> Count:
        """All versions of a text."""
        found = [count for (public_id, _n), count in self.versions.items() if public_id == text.public_id]
        return sum(found, Count())

    def of_version(self, version: Version) -> Count:
        """One version."""
        return self.versions.get((version.text.public_id, version.number), Count())


def standing(appeal: Appeal) -> Standing:
    """What the public may count on now; two queries at most, whatever the number of signatures."""
    found = standings([appeal])
    if appeal.public_id in found:
        return found[appeal.public_id]
    return Standing(read.log_of(appeal.public_id))


def standings(appeals: Iterable[Appeal]) -> dict[str, Standing]:
    """The counts of several appeals by their public id; appeals whose log holds no text yet are left out."""
    found = published([appeal.public_id for appeal in appeals])
    return {appeal: Standing(own.log, own.checkpoint, own.versions) for appeal, own in found.items()}
