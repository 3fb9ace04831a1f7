"""The checker: rebuilds a log from its public files alone and compares all that is known of it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from undersigned.ledger.errors import LedgerError
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log
from undersigned.ledger.receipt import receipt
from undersigned.ledger.recount import counts_of, recount
from undersigned.ledger.standing import Standing, refuse_foreign_key, refuse_if_behind, standing
from undersigned.ledger.store import LogFiles, stored_logs
from undersigned.lib.keys import KeyMissing
from undersigned.tlog.audit import check_leftovers, check_log
from undersigned.tlog.errors import TlogError
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.receipt import verify_receipt

ERROR, WARNING = "error", "warning"
_SAMPLE = 16
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and what to do about it."""

    severity: str
    code: str
    message: str
    advice: str


def fsck(log: Log) -> list[Finding]:
    """Everything that is wrong with a log; an empty list when nothing is. Changes nothing."""
    with publisher_lock(log.appeal_id):
        for _round in range(_ROUNDS):
            log.refresh_from_db()
            before = log.size
            findings = _look(log)
            log.refresh_from_db()
            # Leaves appended meanwhile can look like a difference: look again.
            if not findings or log.size == before:
                break
    return findings


def unknown_logs() -> list[str]:
    """The ids of logs that have public files and no row: the database is older than they are."""
    known = set(Log.objects.values_list("appeal_id", flat=True))
    return [name for name in stored_logs() if name not in known]


def unknown(appeal_id: str) -> Finding:
    """What is said of a log that the database does not know."""
    return Finding(
        ERROR,
        "unknown-log",
        _("the log %s has public files and no row in the database") % appeal_id,
        _("run `undersigned fsck --mend`, or remove the folder if the files are not of this site"),
    )


def _look(log: Log) -> list[Finding]:
    findings = list(_check_key(log))
    try:
        stands = standing(log)
    except LedgerError as error:
        return [*findings, _error("standing", error)]
    checks: list[Callable[[Log, Standing], Iterator[Finding]]] = [
        _check_standing,
        _check_files,
        _check_database,
    ]
    for check in checks:
        findings += check(log, stands)
    # Receipts of files that are known to be broken would say the same once more.
    return findings or list(_check_receipts(log))


def _error(code: str, what: object, advice: str = "") -> Finding:
    return Finding(ERROR, code, str(what), advice or _("run `undersigned fsck --mend`"))


def _check_key(log: Log) -> Iterator[Finding]:
    try:
        refuse_foreign_key(log)
    except (LedgerError, KeyMissing) as error:
        yield _error(
            "key", error, _("put the copy of the keys folder back; nothing can be signed without it")
        )


def _check_standing(log: Log, stands: Standing) -> Iterator[Finding]:
    try:
        refuse_if_behind(log, stands)
    except LedgerError as error:
        yield _error("database-behind", error)
        return
    public = 0 if stands.public is None else stands.public.size
    signed = 0 if stands.signed is None else stands.signed.size
    if public < log.published_size:
        yield _error(
            "checkpoint-behind", _("the public checkpoint is missing or older than the database knows")
        )
    if public > log.published_size or (
        public and public == log.published_size and stands.note != log.checkpoint
    ):
        yield Finding(
            WARNING,
            "checkpoint-not-noted",
            _("the database has not noted the public checkpoint of %d leaves") % public,
            _("run `undersigned publish`"),
        )
    if signed < public:
        yield Finding(
            WARNING,
            "signer-behind",
            _("the signer remembers %(signed)d leaves and %(public)d are public")
            % {"signed": signed, "public": public},
            _("was the keys folder put back from a copy? The next publication sets it right"),
        )


def _check_files(log: Log, stands: Standing) -> Iterator[Finding]:
    if stands.public is None:
        return
    files = LogFiles(log.appeal_id)
    try:
        check_log(files, vkey=log.vkey)
        check_leftovers(files, files.paths(), stands.public.size)
    except TlogError as error:
        yield _error("files", error)


def _check_database(log: Log, stands: Standing) -> Iterator[Finding]:
    by_hand = _("restore a backup; the published files can give the leaves back (--mend)")
    try:
        found = recount(log, [size for size, _root in stands.anchors])
    except LedgerError as error:
        yield _error("database-leaves", error, by_hand)
        return
    if any(size <= log.size and found.roots[size] != root for size, root in stands.anchors):
        yield _error("database-fork", _("the leaves of the database are not those that were signed"), by_hand)
    if found.misplaced:
        yield _error("database-text", _("leaf %d is filed under a wrong text") % found.misplaced[0], by_hand)
    dead = set(log.leaves.filter(dead=True).values_list("index", flat=True))
    if dead != found.undone:
        yield _error("database-dead", _("leaf %d is wrongly marked") % min(dead ^ found.undone))
    stored = {t.text_index: (t.text_id, t.number, counts_of(t)) for t in log.tallies.all()}
    for index in sorted(stored.keys() | found.versions.keys()):
        if stored.get(index) != found.versions.get(index):
            yield _error("database-count", _("the count of the version at leaf %d is wrong") % index)


def _check_receipts(log: Log) -> Iterator[Finding]:
    if not log.published_size:
        return
    last = log.published_size - 1
    sample = {0, last, *(secrets.randbelow(last + 1) for _i in range(_SAMPLE))}
    for index in sorted(sample):
        try:
            verify_receipt(receipt(log=log, index=index), [parse_vkey(log.vkey)])
        except (LedgerError, TlogError) as error:
            yield _error("receipt", f"{index}: {error}")
