"""Publication: what is committed becomes public, in an order in which a crash anywhere costs nothing.

The steps and what a crash between them costs are in docs/explanation/publication.md.
"""

from collections.abc import Iterable, Iterator

from django.db import transaction

from undersigned.ledger.errors import FilesDamaged
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log
from undersigned.ledger.signer import Signer, fork
from undersigned.ledger.standing import Standing, refuse_foreign_key, refuse_if_behind, standing
from undersigned.ledger.store import CHECKPOINT, VKEY, LogFiles
from undersigned.lib import clock
from undersigned.tlog.checkpoint import Checkpoint, open_checkpoint
from undersigned.tlog.entry import pack
from undersigned.tlog.hashing import HASH_SIZE, leaf_hashes
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.tile import TILE_WIDTH, TileStream, tile_path

_READ = 16 * TILE_WIDTH


def publish(log: Log) -> str | None:
    """The signed checkpoint over all committed leaves, now public; None when there was nothing new.

    Raises LogAhead, ForkRefused, FilesDamaged, SignerBroken, KeyMissing: then no checkpoint was changed.
    """
    with publisher_lock(log.appeal_id):
        with transaction.atomic(durable=True):
            # Outside any transaction of the caller: only what is committed may become public.
            log.refresh_from_db()
        stands = standing(log)
        refuse_if_behind(log, stands)
        if _is_published(log, stands):
            return None
        refuse_foreign_key(log)
        base = _base(log, stands)
        _refuse_fork(log, stands, base)
        note = _publish_from(log, base)
        log.refresh_from_db()
        return note


def _is_published(log: Log, stands: Standing) -> bool:
    return (
        stands.public is not None
        and stands.signed is not None
        and stands.public.size == stands.signed.size == log.published_size == log.size
        and stands.note == log.checkpoint
    )


def _base(log: Log, stands: Standing) -> int:
    """The size up to which the files are known to be there."""
    return min(0 if stands.public is None else stands.public.size, log.published_size)


def _refuse_fork(log: Log, stands: Standing, base: int) -> None:
    """The committed leaves lead through every tree that was published or signed, before a byte is written."""
    anchors = set(stands.anchors)
    if log.published_size:
        noted = open_checkpoint(log.checkpoint, parse_vkey(log.vkey))
        anchors.add((noted.size, noted.root))
    stream = TileStream(base, LogFiles(log.appeal_id).fetch_tile)
    for size, root in sorted(anchors):
        if size < base:
            continue
        for _start, entries in bundles(log, stream.size, size):
            for _tile in stream.extend(leaf_hashes(entries)):
                pass
        if stream.root() != root:
            raise fork(log.origin, size, log.size)


def bundles(log: Log, start: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
    """The entries from `start` to `end` as the database has them, cut where bundles end."""
    waiting: list[bytes] = []
    for low in range(start, end, _READ):
        high = min(low + _READ, end)
        rows = log.leaves.filter(index__gte=low, index__lt=high).order_by("index")
        waiting += [bytes(entry) for entry in rows.values_list("entry", flat=True)]
        while waiting and (start // TILE_WIDTH != end // TILE_WIDTH or high == end):
            room = min(TILE_WIDTH - start % TILE_WIDTH, end - start)
            if len(waiting) < room:
                break
            yield start, waiting[:room]
            del waiting[:room]
            start += room
    if start < end:
        raise FilesDamaged(f"{log.origin}: the database has no leaf {start + len(waiting)}")


def _publish_from(log: Log, base: int) -> str:
    files = LogFiles(log.appeal_id)
    if files(VKEY) is None:
        files.put(VKEY, f"{log.vkey}\n".encode())
    root = write_tiles(log, files, base, log.size)
    files.sync()
    checkpoint = Checkpoint(log.origin, log.size, root)
    note = Signer(log.appeal_id).sign(checkpoint, files.fetch_tile)
    files.put(CHECKPOINT, note.encode())
    files.sync()
    drop_partials(files, base, log.size)
    note_published(log, checkpoint, note)
    return note


def write_tiles(log: Log, files: LogFiles, base: int, size: int) -> bytes:
    """Writes every tile and bundle that the leaves from `base` to `size` change; gives the root."""
    return write_entries(files, base, bundles(log, base - base % TILE_WIDTH, size if base < size else 0))


def write_entries(files: LogFiles, base: int, grown: Iterable[tuple[int, list[bytes]]]) -> bytes:
    """Writes what the tree of `base` leaves becomes by these bundles, the first from its beginning."""
    stream = TileStream(base, files.fetch_tile)
    hashes = b""
    for start, entries in grown:
        hashes = leaf_hashes(entries)
        files.put(tile_path("entries", start // TILE_WIDTH, len(entries)), pack(entries))
        for level, number, width, data in stream.extend(hashes[(stream.size - start) * HASH_SIZE :]):
            _fits(files, level, data, hashes)
            files.put(tile_path(level, number, width), data)
    for level, number, width, data in stream.partial():
        if stream.size >> (8 * level) != base >> (8 * level):
            _fits(files, level, data, hashes)
            files.put(tile_path(level, number, width), data)
    return stream.root()


def _fits(files: LogFiles, level: int, data: bytes, hashes: bytes) -> None:
    """A bundle begun by an earlier publication holds the leaves that its tile was made of."""
    if level == 0 and data != hashes:
        raise FilesDamaged(f"{files.log}: published leaves differ from the database; run `undersigned fsck`")


def drop_partials(files: LogFiles, base: int, size: int) -> None:
    """Removes the partial tiles whose full tile is public now."""
    level = 0
    while (count := size >> (8 * level)) > 0:
        for number in range((base >> (8 * level)) // TILE_WIDTH, count // TILE_WIDTH):
            files.discard_partials(level, number)
            if level == 0:
                files.discard_partials("entries", number)
        level += 1


def note_published(log: Log, checkpoint: Checkpoint, note: str) -> None:
    """The database learns of the public checkpoint last; it can be told again at any time."""
    Log.objects.filter(pk=log.pk, published_size__lte=checkpoint.size).update(
        published_size=checkpoint.size, checkpoint=note, published_at=clock.now()
    )
