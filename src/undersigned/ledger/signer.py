"""The signer of a log: its key and its memory lie outside the database and outside every backup.

A database restored from a backup can be behind or beside what was published. The signer remembers
the last tree that it signed and signs only trees that continue it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from undersigned.ledger.errors import ForkRefused, SignerBroken
from undersigned.ledger.store import write_durably
from undersigned.lib import env, keys
from undersigned.tlog.checkpoint import Checkpoint, format_checkpoint
from undersigned.tlog.ed25519 import public_key_of
from undersigned.tlog.encoding import EncodingError, b64, unb64
from undersigned.tlog.note import format_vkey, sign_note
from undersigned.tlog.promise import Promise, sign_promise
from undersigned.tlog.proof import ProofError, consistency_proof, verify_consistency
from undersigned.tlog.tile import FetchTile


@dataclass(frozen=True, slots=True)
class State:
    """A tree that was signed, or was about to be when the signer stopped."""

    size: int
    root: bytes


def make_key(appeal_id: str, origin: str) -> str:
    """Makes the log's key if there is none, and gives its public form; only for a log that is new."""
    return format_vkey(origin, public_key_of(keys.read_or_create(_key_name(appeal_id))))


def _key_name(appeal_id: str) -> str:
    return f"log-{appeal_id}"


class Signer:
    """Signs checkpoints of one log, each a continuation of the last."""

    def __init__(self, appeal_id: str) -> None:
        self.appeal_id = appeal_id

    @property
    def path(self) -> Path:
        """Where the signer remembers what it signed."""
        return env.load().keys_folder / "signer" / f"{self.appeal_id}.json"

    def vkey(self, origin: str) -> str:
        """The public form of the key that signs; raises KeyMissing rather than make a new one."""
        return format_vkey(origin, public_key_of(keys.read(_key_name(self.appeal_id))))

    def state(self) -> State | None:
        """The last tree signed, None when nothing was; raises SignerBroken when that cannot be read."""
        try:
            content = json.loads(self.path.read_bytes())
            size, root = content["size"], unb64(content["root"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, EncodingError) as error:
            raise self._damaged() from error
        if type(size) is not int or size < 1 or len(root) != 32:
            raise self._damaged()
        return State(size, root)

    def _damaged(self) -> SignerBroken:
        return SignerBroken(_("%s is damaged; nothing can be signed before it is put right") % self.path)

    def sign(self, checkpoint: Checkpoint, fetch_tile: FetchTile) -> str:
        """A signed note of the checkpoint, whose tree must begin with the last tree signed.

        The state is on the disk before the signature exists: whoever holds a signature, the signer knows it.
        The same tree again gets the same signature. Raises ForkRefused, SignerBroken, KeyMissing.
        """
        seed = keys.read(_key_name(self.appeal_id))
        last = self.state()
        if last is not None:
            self._continues(last, checkpoint, fetch_tile)
        if last is None or last.size != checkpoint.size:
            self._remember(State(checkpoint.size, checkpoint.root))
        return sign_note(format_checkpoint(checkpoint), checkpoint.origin, seed)

    def promise(self, origin: str, commitment: str, publish_by: datetime) -> str:
        """A signed promise that a commitment will be in this log; no tree is signed with it.

        Raises KeyMissing.
        """
        promised = Promise(origin, commitment, publish_by, self.vkey(origin))
        return sign_promise(promised, keys.read(_key_name(self.appeal_id)))

    def _continues(self, last: State, checkpoint: Checkpoint, fetch_tile: FetchTile) -> None:
        try:
            proof = consistency_proof(last.size, checkpoint.size, fetch_tile)
            verify_consistency(
                size1=last.size, size2=checkpoint.size, root1=last.root, root2=checkpoint.root, proof=proof
            )
        except ProofError as error:
            raise fork(checkpoint.origin, last.size, checkpoint.size) from error

    def _remember(self, state: State) -> None:
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = json.dumps({"size": state.size, "root": b64(state.root)}) + "\n"
        write_durably(self.path, content.encode(), mode=0o600)
        keys.sync_folder(folder)
        keys.sync_folder(folder.parent)


def fork(origin: str, signed: int, size: int) -> ForkRefused:
    """The refusal of a tree that does not begin with what was signed."""
    return ForkRefused(
        _(
            "the log %(origin)s was signed with %(signed)d leaves, and the %(size)d leaves of the database "
            "do not begin with them; nothing was signed. Run `undersigned fsck --mend`"
        )
        % {"origin": origin, "signed": signed, "size": size}
    )
