"""Where a log stands: what the database, the public checkpoint and the signer each say of it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from undersigned.ledger.errors import FilesDamaged, LedgerError, LogAhead, SignerBroken
from undersigned.ledger.models import Log
from undersigned.ledger.signer import Signer, State
from undersigned.ledger.store import CHECKPOINT, LogFiles
from undersigned.tlog.checkpoint import Checkpoint, open_checkpoint
from undersigned.tlog.errors import TlogError
from undersigned.tlog.note import parse_vkey


@dataclass(frozen=True, slots=True)
class Standing:
    """The public checkpoint and the signer's memory of a log."""

    note: str | None
    public: Checkpoint | None
    signed: State | None

    @property
    def anchors(self) -> list[tuple[int, bytes]]:
        """Size and root of every tree that the log is bound to, smallest first."""
        bound = {(at.size, at.root) for at in (self.public, self.signed) if at is not None}
        return sorted(bound)

    @property
    def size(self) -> int:
        """The leaves that the log is bound to."""
        return max((size for size, _root in self.anchors), default=0)


def standing(log: Log) -> Standing:
    """Reads checkpoint and signer; raises FilesDamaged when the checkpoint is not one of this log's key."""
    data = LogFiles(log.appeal_id)(CHECKPOINT)
    public = None
    if data is not None:
        try:
            public = open_checkpoint(data, parse_vkey(log.vkey))
        except TlogError as error:
            raise FilesDamaged(
                _("the public checkpoint of %(origin)s is damaged (%(error)s); run `undersigned fsck --mend`")
                % {"origin": log.origin, "error": error}
            ) from error
    return Standing(None if data is None else data.decode(), public, Signer(log.appeal_id).state())


def refuse_if_behind(log: Log, stands: Standing) -> None:
    """Raises LogAhead when more was published or signed than the database holds.

    Nothing may be appended then: the new leaves would take the places of published ones.
    """
    if stands.size > log.size:
        raise LogAhead(
            _(
                "the log %(origin)s was published or signed with %(ahead)d leaves and the database holds "
                "%(size)d: it is an old copy. Nothing was written. Run `undersigned fsck --mend`"
            )
            % {"origin": log.origin, "ahead": stands.size, "size": log.size}
        )


def behind() -> list[str]:
    """What is wrong between database, checkpoint and signer, a line for each log that has trouble."""
    found = []
    for log in Log.objects.order_by("pk").iterator():
        try:
            refuse_if_behind(log, standing(log))
        except LedgerError as error:
            found.append(str(error))
    return found


def refuse_foreign_key(log: Log) -> None:
    """Raises SignerBroken when the key in the keys folder is not the log's, KeyMissing when there is none."""
    if Signer(log.appeal_id).vkey(log.origin) != log.vkey:
        raise SignerBroken(
            _("the key of %s in the keys folder is not the one the log was made with; put the right one back")
            % log.origin
        )
