"""What carriers asked to be forgotten stays forgotten after a restore: their part of the erasure journal."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from undersigned.circulation import expire
from undersigned.circulation.models import Carrier, DoNotWrite
from undersigned.lib import clock, journal

_ERASED, _STOPPED, _LETTER = "carrier", "no-letters", "letter"


def note_stop(address_key: bytes, now: datetime) -> None:
    """Keeps that an address wants no letters; the key is a keyed hash and says nothing of the address."""
    journal.append([f"{now.date().isoformat()} {_STOPPED} {address_key.hex()}"])


def replay(at: datetime | None = None) -> int:
    """Erases and stops again, after a restore, whatever the journal names; how many carriers were there."""
    now = at or clock.now()
    erased, stopped, gone = _said(journal.words())
    with transaction.atomic():
        expire.drop_letters(sorted(gone))
        for key in stopped:
            DoNotWrite.objects.get_or_create(address_key=key, defaults={"at": now})
        found = Carrier.objects.filter(public_id__in=erased, erased_at__isnull=True)
        numbers = list(found.values_list("pk", flat=True))
        expire.delete(numbers, now)
    return len(numbers)


def _said(lines: Iterable[list[str]]) -> tuple[set[str], set[bytes], set[str]]:
    erased: set[str] = set()
    stopped: set[bytes] = set()
    letters: set[str] = set()
    for parts in lines:
        if len(parts) != 3:
            continue
        if parts[1] == _ERASED:
            erased.add(parts[2])
        elif parts[1] == _LETTER:
            letters.add(parts[2])
        elif parts[1] == _STOPPED:
            try:
                stopped.add(bytes.fromhex(parts[2]))
            except ValueError:
                # Cut short by a crash: the request never committed.
                continue
    return erased, stopped, letters
