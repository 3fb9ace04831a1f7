"""Files that go with messages: kept once however many messages carry them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from undersigned.lib import clock
from undersigned.mailroom.models import Enclosure

# Longer than any message is tried.
_KEPT = timedelta(days=30)


class EnclosureMissing(Exception):
    """A message names a file that is not kept any more."""


def keep(*, name: str, media_type: str, data: bytes) -> str:
    """Keeps a file in the caller's transaction; its digest goes into a message's `enclosures`."""
    digest = hashlib.sha256(b"\0".join((name.encode(), media_type.encode(), data))).hexdigest()
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
    found = {row.digest: row for row in Enclosure.objects.filter(digest__in=list(digests))}
    try:
        return [found[digest] for digest in digests]
    except KeyError:
        raise EnclosureMissing from None


def drop_unused(now: datetime) -> int:
    """Deletes files that no message took for a month; the number of them."""
    return Enclosure.objects.filter(used_at__lt=now - _KEPT).delete()[0]
