"""The row of an edition while it is made: taken, told how far, finished in one step or begun again.

A crash anywhere leaves a row that is not made: the next worker begins it anew. The files are durable under
their name before the row says that they are there. What is published and had to go is begun anew by itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from undersigned.appeals.models import Appeal
from undersigned.ledger.errors import PublisherBusy
from undersigned.ledger.lock import publisher_lock
from undersigned.lib import clock, keys, tokens
from undersigned.signing.editions import guard, kept, stamp
from undersigned.signing.models import EditionBuild, EditionFile

TRIES_MAX = 5
# Where one leaves, others often do: a moment is waited before everything is made again.
SETTLED = timedelta(seconds=10)
# What is published and could not be made is tried again by itself after so long.
AGAIN = timedelta(hours=1)
# Shown translated; what is kept is the English sentence.
LEFT = gettext_noop("While it was made, people took their names back again and again. Ask for it once more.")
FAILED = gettext_noop("It could not be made: the server's log says why. Ask for it once more.")
STEPS = {
    "edition": gettext_noop("writing the edition"),
    "archive": gettext_noop("writing the archive"),
    "names": gettext_noop("writing the list of names"),
    "search": gettext_noop("writing the search"),
    "ledger": gettext_noop("adding the log and the tool that checks it"),
    "bag": gettext_noop("counting its files and reckoning their digests"),
    "pack": gettext_noop("packing the files"),
}


@dataclass(frozen=True)
class Entry:
    """A finished file."""

    name: str
    format: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """What a finished edition or archive holds; `folder` has its files, sealed, by their number from 0."""

    moment: datetime
    folder: Path
    files: tuple[Entry, ...]
    lacking: tuple[tuple[str, str], ...]


def unmade(appeal: Appeal) -> QuerySet[EditionBuild]:
    """Those of an appeal that are asked for and not there yet."""
    return EditionBuild.objects.filter(appeal=appeal, made_at__isnull=True, problem="")


def waiting() -> list[int]:
    """Those that are asked for and not there, oldest first; none of an appeal whose names are hidden."""
    rows = EditionBuild.objects.filter(
        made_at__isnull=True, problem="", appeal__names_hidden_at__isnull=True
    ).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def renew(now: datetime | None = None) -> int:
    """Begins anew what is published and had to go, was lost, or could not be made a while ago; how many."""
    at = now or clock.now()
    rows = EditionBuild.objects.filter(published_at__isnull=False)
    return sum(_renewed(row, at) for row in rows.exclude(made_at__isnull=True, problem=""))


def _renewed(row: EditionBuild, now: datetime) -> bool:
    if row.problem:
        return (row.tried_at or row.created_at) <= now - AGAIN and _reset(row)
    if row.gone_at is not None:
        return row.gone_at <= now - SETTLED and _reset(row)
    if row.stamp != stamp.of(row.appeal_id):
        with transaction.atomic():
            guard.all_of(row.appeal_id, now)
        return False
    return not kept.is_there(row) and _reset(row)


@transaction.atomic
def _reset(found: EditionBuild) -> bool:
    row = EditionBuild.objects.select_for_update().filter(pk=found.pk, public_id=found.public_id).first()
    if row is None or row.published_at is None or (row.made_at is None and not row.problem):
        return False
    old = row.public_id
    row.files.all().delete()
    # A name of its own, so that nothing of the old one can be taken for it.
    row.public_id = tokens.public_id()
    row.made_at = row.moment = row.gone_at = None
    row.problem, row.tries = "", 0
    row.save()
    transaction.on_commit(lambda: kept.discard(old))
    return True


@contextmanager
def taken(number: int) -> Iterator[EditionBuild | None]:
    """The row for one worker alone, on this host or another; None when there is nothing to do here."""
    row = EditionBuild.objects.filter(pk=number).first()
    if row is None:
        yield None
        return
    try:
        # The lock of that name dies with its holder, however it ends.
        with publisher_lock(f"edition-{row.public_id}", patience=0.0):
            kept.drop_begun(row.public_id)
            yield _begin(number, row.public_id)
    except PublisherBusy:
        yield None


def _begin(number: int, public_id: str) -> EditionBuild | None:
    """Marks one more try; from now on a name that is taken back is noticed."""
    with transaction.atomic():
        rows = EditionBuild.objects.select_for_update(of=("self",)).select_related("appeal__team")
        row = rows.filter(pk=number, public_id=public_id, made_at__isnull=True, problem="").first()
        if row is None:
            return None
        if row.tries >= TRIES_MAX:
            _fail(row, LEFT if row.gone_at else FAILED)
            return None
        row.tries += 1
        row.tried_at, row.gone_at, row.stamp = clock.now(), None, stamp.of(row.appeal_id)
        row.done = row.total = 0
        row.save(update_fields=["tries", "tried_at", "gone_at", "stamp", "done", "total"])
    return row


def tell(build: EditionBuild, step: str, done: int, total: int) -> None:
    """Says how far the work is; never while a long reading holds the connection's one moment."""
    EditionBuild.objects.filter(pk=build.pk, made_at__isnull=True).update(step=step, done=done, total=total)


def fail(build: EditionBuild, why: str) -> None:
    """Gives up; nothing is kept of it."""
    with transaction.atomic():
        _fail(EditionBuild.objects.select_for_update().get(pk=build.pk), why)


def _fail(row: EditionBuild, why: str) -> None:
    row.problem = why
    row.save(update_fields=["problem"])
    transaction.on_commit(lambda: keys.destroy(kept.key_name(row.public_id)))


def finish(build: EditionBuild, made: Made) -> bool:
    """The files are kept and the row says so; False where somebody took a name back meanwhile."""
    with transaction.atomic():
        row = EditionBuild.objects.select_for_update().get(pk=build.pk)
        if row.made_at is not None or row.gone_at is not None or row.problem:
            return False
        kept.settle(made.folder, row.public_id)
        row.files.bulk_create([
            EditionFile(build=row, number=number, **vars(file)) for number, file in enumerate(made.files)
        ])  # fmt: skip
        row.moment, row.made_at, row.lacking = made.moment, clock.now(), list(made.lacking)
        row.step, row.done = "", row.total
        row.save()
        drop_older(row)
    return True


def drop_older(row: EditionBuild) -> None:
    """What this one stands for now goes: the published one goes when a published one takes its place."""
    older = EditionBuild.objects.filter(appeal=row.appeal_id, kind=row.kind, pk__lt=row.pk)
    drop(older if row.published_at else older.filter(published_at__isnull=True))


def drop(rows: QuerySet[EditionBuild]) -> None:
    """Deletes these with their files, in the caller's transaction."""
    found: Sequence[EditionBuild] = list(rows)
    EditionBuild.objects.filter(pk__in=[row.pk for row in found]).delete()
    for row in found:
        transaction.on_commit(lambda name=row.public_id: kept.discard(name))  # type: ignore[misc]
