"""Mending: a database that fell behind adopts what was published; damaged files are written again."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.ledger.append import prepare, write
from undersigned.ledger.errors import FilesDamaged, NotMended
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log, VersionTally
from undersigned.ledger.publish import bundles, note_published, publish, write_tiles
from undersigned.ledger.recount import Recount, counts_of, recount
from undersigned.ledger.signer import Signer
from undersigned.ledger.standing import standing
from undersigned.ledger.store import CHECKPOINT, LogFiles
from undersigned.lib import clock
from undersigned.tlog.audit import Fetch, check_leftovers, rebuild
from undersigned.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from undersigned.tlog.errors import TlogError
from undersigned.tlog.hashing import leaf_hash
from undersigned.tlog.leaf import parse
from undersigned.tlog.note import parse_note, parse_vkey
from undersigned.tlog.tally import Tally
from undersigned.tlog.tile import TileError, TileStream, parse_tile_path, tile_width

_BATCH = 5000
Opened = tuple[Checkpoint, str]


def rescue(appeal_id: str) -> Log:
    """A row for a log whose public files the database does not know; its leaves are adopted by `mend`.

    Raises NotMended when the files are not of a log whose key is in the keys folder, KeyMissing without one.
    """
    data = LogFiles(appeal_id)(CHECKPOINT)
    try:
        origin = parse_checkpoint(parse_note(data or b"")[0]).origin
        vkey = Signer(appeal_id).vkey(origin)
        open_checkpoint(data or b"", parse_vkey(vkey))
    except TlogError as error:
        raise NotMended(f"{appeal_id}: {error}") from error
    return Log.objects.create(appeal_id=appeal_id, origin=origin, vkey=vkey, created_at=clock.now())


def mend(log: Log, source: Fetch | None = None) -> list[str]:
    """Brings database, files and signer together again and publishes; says what was done.

    `source` gives published files from elsewhere when the log's own are lost. Whatever was signed is
    kept: raises NotMended or ForkRefused, with nothing signed, when that cannot be.
    """
    done = []
    with publisher_lock(log.appeal_id):
        log.refresh_from_db()
        if _discard_damaged_checkpoint(log):
            done.append(_("removed a damaged checkpoint"))
        if source is not None or standing(log).size > log.size:
            done.append(_("adopted %d published leaves") % adopt(log, source))
        if corrected := _correct(log, recount(log)):
            done.append(_("corrected %d counts and marks") % corrected)
        if written := rewrite(log):
            done.append(_("wrote %d files again") % written)
        if publish(log):
            done.append(_("published a checkpoint of %d leaves") % log.size)
    return done


def _discard_damaged_checkpoint(log: Log) -> bool:
    try:
        standing(log)
    except FilesDamaged:
        # Only where something else remembers what was signed; else the file is the last witness.
        if not log.checkpoint and Signer(log.appeal_id).state() is None:
            raise
        LogFiles(log.appeal_id).discard(CHECKPOINT)
        return True
    return False


def adopt(log: Log, source: Fetch | None = None) -> int:
    """How many leaves the log took over from published files: counted, without rows of their own.

    They must lead through every tree that was published or signed, and continue what the database holds.
    """
    with publisher_lock(log.appeal_id):
        log.refresh_from_db()
        own = LogFiles(log.appeal_id)
        notes = [opened for fetch in (source, own) if fetch and (opened := _opened(log, fetch))]
        if source is not None and not notes:
            raise NotMended(_("the source has no checkpoint of %s") % log.origin)
        anchors = _anchors(log, notes)
        reader = _Reader(log, anchors)
        fetch = own if source is None else _first_of(source, own)
        try:
            rebuild(fetch, max(anchors, default=0), reader)
        except TlogError as error:
            raise NotMended(
                _("the published files of %(origin)s are not whole (%(error)s); name a copy with --from")
                % {"origin": log.origin, "error": error}
            ) from error
        _store(log, reader.entries)
        best = max(notes, key=lambda opened: opened[0].size, default=None)
        if best is not None:
            note_published(log, *best)
            log.refresh_from_db()
    return len(reader.entries)


def _first_of(source: Fetch, own: Fetch) -> Fetch:
    def fetch(path: str) -> bytes | None:
        data = source(path)
        return own(path) if data is None else data

    return fetch


def _opened(log: Log, fetch: Fetch) -> Opened | None:
    data = fetch(CHECKPOINT)
    if data is None:
        return None
    try:
        return open_checkpoint(data, parse_vkey(log.vkey)), data.decode()
    except TlogError as error:
        raise NotMended(f"{log.origin}: {error}") from error


def _anchors(log: Log, notes: list[Opened]) -> dict[int, bytes]:
    bound = [(checkpoint.size, checkpoint.root) for checkpoint, _note in notes]
    signed = Signer(log.appeal_id).state()
    if signed is not None:
        bound.append((signed.size, signed.root))
    if len({size for size, _root in bound}) != len(set(bound)):
        raise NotMended(_("two trees of one size were signed for %s: this log is forked") % log.origin)
    return dict(bound)


class _Reader:
    """Compares published leaves with the database's, keeps those that it lacks, checks roots on the way."""

    def __init__(self, log: Log, anchors: Mapping[int, bytes]) -> None:
        self.entries: list[bytes] = []
        self._log = log
        self._anchors = anchors
        self._tally = Tally(log.origin)
        self._stream = TileStream()
        self._own = self._held(min(log.size, max(anchors, default=0)))

    def _held(self, size: int) -> Iterator[bytes]:
        for _start, entries in bundles(self._log, 0, size):
            yield from entries

    def __call__(self, entry: bytes) -> None:
        index = self._tally.size
        if index >= self._log.size:
            self.entries.append(entry)
        elif next(self._own) != entry:
            raise NotMended(
                _("leaf %(index)d of %(origin)s differs between database and public files; restore a backup")
                % {"index": index, "origin": self._log.origin}
            )
        self._tally.apply_entry(entry)
        for _tile in self._stream.extend(leaf_hash(entry)):
            pass
        root = self._anchors.get(index + 1)
        if root is not None and root != self._stream.root():
            raise NotMended(
                _("the published leaves of %s do not lead to what was signed; name another copy with --from")
                % self._log.origin
            )


def _store(log: Log, entries: list[bytes]) -> None:
    with transaction.atomic():
        locked = Log.objects.select_for_update().get(pk=log.pk)
        if locked.size != log.size:
            raise NotMended(_("leaves were appended to %s meanwhile; try again") % log.origin)
        for start in range(0, len(entries), _BATCH):
            part = entries[start : start + _BATCH]
            leaves = [parse(entry) for entry in part]
            batch = prepare(locked, leaves)
            for leaf, entry in zip(leaves, part, strict=True):
                batch.take(leaf, entry)
            write(locked, batch, at=clock.now(), adopted=True)
    log.refresh_from_db()


def _correct(log: Log, found: Recount) -> int:
    """Makes marks and counts what the entries say; gives how many were wrong."""
    with transaction.atomic():
        locked = Log.objects.select_for_update().get(pk=log.pk)
        if locked.size != log.size:
            raise NotMended(_("leaves were appended to %s meanwhile; try again") % log.origin)
        dead = set(log.leaves.filter(dead=True).values_list("index", flat=True))
        for index in dead ^ found.undone:
            log.leaves.filter(index=index).update(dead=index in found.undone)
        wrong = len(dead ^ found.undone)
        stored = {tally.text_index: tally for tally in log.tallies.all()}
        for index, (text, number, counts) in found.versions.items():
            tally = stored.pop(index, None)
            if tally is None or (tally.text_id, tally.number, counts_of(tally)) != (text, number, counts):
                VersionTally.objects.update_or_create(
                    log=locked, text_index=index, defaults={"text_id": text, "number": number, **counts}
                )
                wrong += 1
        for tally in stored.values():
            tally.delete()
    return wrong + len(stored)


class _Replacing(LogFiles):
    """Files that may be written again where they are not what the signed leaves make of them."""

    def __init__(self, log: str) -> None:
        super().__init__(log)
        self.written = 0

    def put(self, path: str, data: bytes) -> None:
        """Writes the file unless it is right already."""
        there = self(path)
        if there == data:
            return
        if there is not None:
            self.discard(path)
        super().put(path, data)
        self.written += 1


def rewrite(log: Log) -> int:
    """Writes again every public file that is missing or damaged; gives how many.

    The database's leaves must lead to the root that was signed; raises NotMended when they do not.
    """
    stands = standing(log)
    trusted = stands.public
    if trusted is None and log.checkpoint:
        trusted = open_checkpoint(log.checkpoint, parse_vkey(log.vkey))
    if trusted is None:
        return 0
    if recount(log, [trusted.size]).roots.get(trusted.size) != trusted.root:
        raise NotMended(_("the leaves of %s in the database are not those that were signed") % log.origin)
    files = _Replacing(log.appeal_id)
    write_tiles(log, files, 0, trusted.size)
    files.sync()
    return files.written + _discard_wrong(files, trusted.size)


def _discard_wrong(files: LogFiles, size: int) -> int:
    """Removes earlier partial tiles that do not fit what followed; gives how many.

    Tiles beyond `size` go uncounted: a publication that was cut short left them, the next makes them anew.
    """
    removed = 0
    for path in list(files.paths()):
        try:
            level, number, width = parse_tile_path(path)
        except TileError:
            continue
        if width > tile_width(size, 0 if level == "entries" else level, number):
            files.discard(path)
        elif not _fits(files, path, size):
            files.discard(path)
            removed += 1
    return removed


def _fits(files: LogFiles, path: str, size: int) -> bool:
    try:
        check_leftovers(files, [path], size)
    except TlogError:
        return False
    return True
