"""What happens in the log when a signature stops counting: an undo leaf is asked for, once."""

from collections.abc import Iterable
from datetime import datetime

from undersigned.appeals import profiles
from undersigned.signing.editions import guard
from undersigned.signing.models import Amendment, Signature, Undo


def ask_undo(signature: Signature, why: str, at: datetime) -> None:
    """Asks for the undo leaf of a recorded signature; a change of its name that waits is dropped.

    An undo that exists already stays, but one that waits for a successor (`moved`) takes the new reason,
    since there will be none.
    """
    if signature.leaf_index is None:
        return
    if why != "moved":
        guard.left([signature], at)
    same = {"appeal_id": signature.appeal_id, "sign_leaf": signature.leaf_index}
    at = profiles.of(signature.appeal).rounded(at)
    Amendment.objects.filter(**same, leaf_index=None).delete()
    undo, made = Undo.objects.get_or_create(**same, defaults={"why": why, "requested_at": at})
    if not made and undo.why == "moved" and undo.leaf_index is None:
        undo.why = why
        undo.save(update_fields=["why"])


def release_moved(family: Iterable[Signature], at: datetime) -> None:
    """Undoes as `own` what had moved to a signature that ended before it was recorded."""
    for row in family:
        if row.state == Signature.State.MOVED:
            ask_undo(row, "own", at)
