"""Files that go with messages: kept once however many messages carry them.

The database has them, so that every host and every backup does; who sends reads them from it once and then
from a copy on the own disk, named by its digest.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from undersigned.lib import clock, env
from undersigned.mailroom.models import Enclosure

# Longer than any message is tried.
_KEPT = timedelta(days=30)


class EnclosureMissing(Exception):
    """A message names a file that is not kept any more."""


def keep(*, name: str, media_type: str, data: bytes) -> str:
    """Keeps a file in the caller's transaction; its digest goes into a message's `enclosures`."""
    digest = _digest(name, media_type, data)
    Enclosure.objects.update_or_create(
        digest=digest,
        defaults={"used_at": clock.now()},
        create_defaults={"name": name, "media_type": media_type, "data": data, "used_at": clock.now()},
    )
    return digest


def read(digests: Sequence[str]) -> list[Enclosure]:
    """The files of these digests in their order; raises EnclosureMissing."""
    if not digests:
        return []
    found = {row.digest: row for row in Enclosure.objects.defer("data").filter(digest__in=list(digests))}
    try:
        return [_filled(found[digest]) for digest in digests]
    except KeyError:
        raise EnclosureMissing from None


def drop_unused(now: datetime) -> int:
    """Deletes files that no message took for a month; the number of them."""
    rows = Enclosure.objects.filter(used_at__lt=now - _KEPT)
    for digest in rows.values_list("digest", flat=True):
        _path(digest).unlink(missing_ok=True)
    return rows.delete()[0]


def _digest(name: str, media_type: str, data: bytes) -> str:
    return hashlib.sha256(b"\0".join((name.encode(), media_type.encode(), data))).hexdigest()


def _filled(row: Enclosure) -> Enclosure:
    """The row with its bytes, from the disk where they are there and whole."""
    path = _path(row.digest)
    with contextlib.suppress(OSError):
        data = path.read_bytes()
        if _digest(row.name, row.media_type, data) == row.digest:
            row.data = data
            return row
    data = bytes(row.data)
    # A full disk keeps no letter back.
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        temporary.write_bytes(data)
        temporary.rename(path)
    return row


def _path(digest: str) -> Path:
    return env.load().data / "enclosed" / digest
