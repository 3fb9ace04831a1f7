"""Receipts: the proof that one leaf is counted under a signed checkpoint."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from undersigned.ledger import read
from undersigned.ledger.errors import NotPublished
from undersigned.ledger.models import Log
from undersigned.tlog.proof import inclusion_proof
from undersigned.tlog.receipt import format_receipt


def receipt(*, log: Log, index: int, extra: Mapping[str, Any] | None = None) -> str:
    """The text of a `.tlog-proof` for the leaf at this index, under the last public checkpoint.

    `extra` opens the commitment (`pub`, `spub`, `dpriv`); without it the receipt shows nobody.
    Raises NotPublished while no checkpoint covers the leaf.
    """
    if not 0 <= index < log.published_size:
        raise NotPublished(_("leaf %d is not covered by a signed checkpoint yet") % index)
    entry = bytes(log.leaves.values_list("entry", flat=True).get(index=index))
    proof = inclusion_proof(index, log.published_size, read.fetch_tile(log))
    return format_receipt(index, proof, log.checkpoint, {"leaf": entry.decode("ascii"), **(extra or {})})
