"""The checker's rules about vouching: each such signature has a carrier's word, a place and its leaf."""

from collections.abc import Iterator

from django.db.models import F, Q
from django.utils.translation import gettext as _

from undersigned.ledger.fsck import ERROR, Finding
from undersigned.ledger.models import Leaf, Log
from undersigned.lib.vault import VaultError
from undersigned.signing import people
from undersigned.signing.models import Signature, Vouching
from undersigned.tlog.errors import TlogError
from undersigned.tlog.leaf import Sign, parse

_CHUNK = 500


def findings(log: Log) -> list[Finding]:
    """Everything that is wrong with what carriers vouched for in one log's appeal. Changes nothing."""
    return [*_without_word(log), *_beyond_quota(log), *_rows(log)]


def _without_word(log: Log) -> Iterator[Finding]:
    rows = Signature.objects.filter(
        appeal__public_id=log.appeal_id,
        carrier__isnull=False,
        kind=Signature.Kind.VOUCHED,
        vouching__isnull=True,
    )
    for pk in rows.values_list("pk", flat=True):
        yield _error("vouched-without-word", _("signature %s counts as vouched for, and nobody did") % pk)


def _beyond_quota(log: Log) -> Iterator[Finding]:
    rows = Vouching.objects.filter(voucher__appeal__public_id=log.appeal_id)
    beyond = rows.filter(Q(number__gt=F("voucher__used")) | Q(number__gt=F("voucher__quota")))
    for pk in beyond.values_list("pk", flat=True):
        yield _error("vouched-beyond-quota", _("signature %s has no place in its carrier's quota") % pk)


def _rows(log: Log) -> Iterator[Finding]:
    rows = Vouching.objects.filter(voucher__appeal__public_id=log.appeal_id).select_related(
        "signature__person"
    )
    for vouching in rows.iterator(chunk_size=_CHUNK):
        row = vouching.signature
        if row.kind != Signature.Kind.VOUCHED:
            yield _error("vouched-kind", _("signature %s has a carrier's word and another kind") % row.pk)
        if row.leaf_index is not None and not _is_leaf(log, row.leaf_index):
            yield _error(
                "vouched-leaf", _("the leaf of signature %s does not say that it is vouched for") % row.pk
            )
        if _has_address(row):
            yield _error("vouched-address", _("signature %s is vouched for and holds an address") % row.pk)


def _is_leaf(log: Log, index: int) -> bool:
    entry = Leaf.objects.filter(log=log, index=index).values_list("entry", flat=True).first()
    try:
        leaf = parse(bytes(entry or b""))
    except TlogError:
        return False
    return isinstance(leaf, Sign) and leaf.kind == Signature.Kind.VOUCHED


def _has_address(row: Signature) -> bool:
    try:
        return hasattr(row, "person") and bool(people.unseal(row.person)["email"])
    except VaultError:
        # The key says so elsewhere, for everybody.
        return False


def _error(code: str, message: str) -> Finding:
    return Finding(ERROR, code, message, _("strike it out at the desk, or restore a backup from before"))
