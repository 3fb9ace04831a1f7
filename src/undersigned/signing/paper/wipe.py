"""What is erased of paper: a line when its person asks, a scan with it, everything when retention ends.

One person's handwriting cannot be taken out of a picture: the scan goes with the first line of it that
is erased, and its digest stays. The journal keeps what was erased, for the day a backup is put back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F

from undersigned.appeals.models import Appeal
from undersigned.lib import clock, journal, keys
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, TranscriptLine
from undersigned.signing.paper import scans

_SCAN, _LINE = "scan", "paper-line"
PREVIEW_FOR = timedelta(days=2)
# An upload that still goes on is younger.
ORPHAN_FOR = timedelta(hours=12)
_SOME = 500


def wipe_lines(signatures: Sequence[int]) -> None:
    """Forgets the lines that became these signatures, and the scans that show them, in the transaction."""
    if signatures:
        found = PaperLine.objects.filter(signature__in=signatures).select_related("gathering")
        forget(list(found), clock.now())


def forget(rows: Sequence[PaperLine], now: datetime) -> None:
    """Forgets lines and the scans that show them, in the caller's transaction; journal first."""
    marks = {row.gathering.mark for row in rows}
    day = now.date().isoformat()
    journal.append(
        [f"{day} {_LINE} {row.gathering.mark}:{row.number}" for row in rows]
        + [f"{day} {_SCAN} {mark}" for mark in sorted(marks)]
    )
    for row in rows:
        _forget(row)
    _drop_scans({row.gathering_id: row.gathering.mark for row in rows})


def _forget(row: PaperLine) -> None:
    if row.state == PaperLine.State.COUNTED:
        Gathering.objects.filter(pk=row.gathering_id).update(verified=F("verified") - 1)
    row.state, row.sealed, row.name_key, row.email_key = PaperLine.State.ERASED, None, None, None
    row.save(update_fields=["state", "sealed", "name_key", "email_key"])
    PaperMatch.objects.filter(line=row).delete()
    TranscriptLine.objects.filter(transcript__gathering=row.gathering_id, number=row.number).delete()


def _drop_scans(marks: dict[int, str]) -> None:
    Gathering.objects.filter(pk__in=list(marks)).update(is_kept=False)
    for mark in marks.values():
        transaction.on_commit(lambda mark=mark: scans.destroy(mark))  # type: ignore[misc]


def replay(at: datetime | None = None) -> int:
    """Erases again, after a restore, what the journal names; how many lines were there."""
    now = at or clock.now()
    erased = 0
    for parts in journal.words():
        if len(parts) != 3 or parts[1] not in (_SCAN, _LINE):
            continue
        mark, _colon, number = parts[2].partition(":")
        if parts[1] == _SCAN:
            Gathering.objects.filter(mark=mark).update(is_kept=False)
            scans.destroy(mark)
        elif number.isdigit():
            erased += _again(mark, int(number), now)
    return erased


@transaction.atomic
def _again(mark: str, number: int, _now: datetime) -> int:
    found = PaperLine.objects.select_related("gathering").filter(gathering__mark=mark, number=number)
    row = found.exclude(state=PaperLine.State.ERASED).first()
    if row is None:
        return 0
    _forget(row)
    return 1


def wipe_scans(appeal: Appeal) -> int:
    """Destroys the scans alone, before the rest of what paper left; how many."""
    gatherings = Gathering.objects.filter(appeal=appeal, is_kept=True)
    marks = list(gatherings.values_list("mark", flat=True))
    gatherings.update(is_kept=False)
    for mark in marks:
        scans.destroy(mark)
    return len(marks)


def wipe_appeal(appeal: Appeal) -> None:
    """Destroys, at the end of retention, every scan, every line's people and what lines were found by."""
    gatherings = Gathering.objects.filter(appeal=appeal)
    TranscriptLine.objects.filter(transcript__gathering__appeal=appeal).delete()
    PaperLine.objects.filter(gathering__in=gatherings).update(sealed=None, name_key=None, email_key=None)
    kept = list(gatherings.filter(is_kept=True).values_list("mark", flat=True))
    gatherings.update(is_kept=False, salt=None)
    for mark in kept:
        scans.destroy(mark)
    # What a backup still holds of the scans opens no more.
    keys.destroy(scans.key_name(appeal))


def sweep(now: datetime | None = None) -> int:
    """Removes sealed files that no row knows, as an upload that was killed leaves them; how many.

    The file is durable before its row is written, and goes after its row was: a crash between leaves one.
    """
    before = (now or clock.now()) - ORPHAN_FOR
    removed = 0
    paths = scans.every(before)
    while some := list(islice(paths, _SOME)):
        names = {path.rpartition("/")[2]: path for path in some}
        known = Gathering.objects.filter(mark__in=list(names), is_kept=True)
        for mark in set(names) - set(known.values_list("mark", flat=True)):
            scans.remove(names[mark])
            removed += 1
    return removed


def drop_previews(now: datetime | None = None) -> int:
    """Deletes lists that were shown and never taken; how many."""
    at = now or clock.now()
    stale = Gathering.objects.filter(state=Gathering.State.PREVIEW, kept_at__lte=at - PREVIEW_FOR)
    return sum(drop(one) for one in list(stale[:100]))


@transaction.atomic
def drop(gathering: Gathering) -> int:
    """Deletes a list that was not taken, with its file; nothing of it stays."""
    current = Gathering.objects.select_for_update().filter(pk=gathering.pk, state=Gathering.State.PREVIEW)
    found = current.first()
    if found is None:
        return 0
    mark = found.mark
    found.delete()
    transaction.on_commit(lambda: scans.destroy(mark))
    return 1
