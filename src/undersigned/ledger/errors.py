"""What the ledger refuses, each with the way out in its message."""


class LedgerError(Exception):
    """The ledger cannot do what was asked; the message says why and what to do."""


class LeafRefused(LedgerError):
    """A leaf that would break a rule of the ledger; nothing of its batch was written."""

    def __init__(self, index: int, rule: str) -> None:
        super().__init__(f"leaf {index}: {rule}")
        self.index = index
        self.rule = rule


class DuplicateCommitment(LedgerError):
    """Sign or amend leaves whose commitments already stand in the log, adopted after a loss of the database.

    `indexes` says at which leaf each of these commitments stands.
    """

    def __init__(self, indexes: dict[str, int]) -> None:
        first = min(indexes.values())
        super().__init__(f"{len(indexes)} commitments are in the log already, the first at leaf {first}")
        self.indexes = indexes


class LogAhead(LedgerError):
    """What was published or signed holds more leaves than the database: the database is an old copy."""


class ForkRefused(LedgerError):
    """The tree to be signed does not continue the one that was signed before; nothing was signed."""


class FilesDamaged(LedgerError):
    """Published files are missing or are not those that were written."""


class ImmutableFile(LedgerError):
    """A published tile would have been replaced by other bytes."""


class SignerBroken(LedgerError):
    """The signer's own state cannot be read, or its key is not the key of the log."""


class PublisherBusy(LedgerError):
    """Another publisher of the same log is at work."""


class NotPublished(LedgerError):
    """The leaf is recorded but no signed checkpoint covers it yet."""


class NotMended(LedgerError):
    """The source does not hold what is missing, or contradicts what was signed."""
