"""Evidence is kept: a scan, a PDF, a saved page, with its SHA-256, when it was made and who brought it."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import compare_captures, kept, sniff
from undersigned.appeals.models import Appeal, Capture, CapturedWords, Source
from undersigned.appeals.references.csl import is_web_address
from undersigned.lib import canonical, clock

SIZE_MAX = 50_000_000
_CHUNK = 1 << 20


def keep(
    *,
    actor: User,
    source: Source,
    data: IO[bytes] | Iterable[bytes],
    name: str = "",
    url: str = "",
    note: str = "",
    captured_at: datetime | None = None,
    is_open: bool = True,
) -> Capture:
    """Keeps a copy of a source; the same bytes twice are one copy. Raises Forbidden, ValidationError.

    The file is durable before the row is written: a copy that the pages speak of is always there.
    """
    require(actor, "appeal.edit", source.appeal.team)
    now = clock.now()
    if captured_at and captured_at > now + timedelta(days=1):
        raise ValidationError({"captured_at": _("This date lies in the future.")})
    if url and not is_web_address(url):
        raise ValidationError({"url": _("This is no address of the web.")})
    with tempfile.TemporaryFile() as spool:
        sha256, size, kind = _receive(data, spool)
        capture = Capture(
            source=source,
            path=kept.path_of(sha256),
            name=_line(name, 200),
            media_type=kind,
            size=size,
            sha256=sha256,
            url=url,
            note=_line(note, 500),
            captured_at=captured_at or now,
            captured_by=actor,
            created_at=now,
            is_open=is_open,
        )
        existing = source.captures.filter(sha256=sha256).first()
        if existing:
            return existing
        capture.full_clean()
        spool.seek(0)
        kept.storage().save(capture.path, File(spool, name=capture.path))
    with transaction.atomic():
        capture.save(force_insert=True)
        _record(actor, capture, "source.keep")
    compare_captures.note_words(source)
    return capture


def _receive(data: IO[bytes] | Iterable[bytes], into: IO[bytes]) -> tuple[str, int, str]:
    """Digest, size and type of what comes in, piece by piece; raises ValidationError."""
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in _chunks(data):
        size += len(chunk)
        if size > SIZE_MAX:
            limit = SIZE_MAX // 1_000_000
            raise ValidationError({"file": _("The file is larger than %(limit)s MB.") % {"limit": limit}})
        if len(head) < sniff.HEAD:
            head += chunk[: sniff.HEAD - len(head)]
        digest.update(chunk)
        into.write(chunk)
    if not size:
        raise ValidationError({"file": _("The file is empty.")})
    kind = sniff.media_type(head)
    if kind is None:
        raise ValidationError(
            {"file": _("Kept are PDF, pictures, saved pages (HTML, MHTML, WARC), SVG and plain text.")}
        )
    return digest.hexdigest(), size, kind


def _chunks(data: IO[bytes] | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(data, File):
        yield from data.chunks(_CHUNK)
    elif hasattr(data, "read"):
        while chunk := data.read(_CHUNK):
            yield chunk
    else:
        yield from data


def _line(text: str, most: int) -> str:
    try:
        return canonical.one_line(text)[:most]
    except canonical.CanonicalError:
        raise ValidationError(_("This holds characters that cannot be shown.")) from None


@transaction.atomic
def remove_capture(*, actor: User, capture: Capture) -> None:
    """Takes a kept copy away, the file with it; the record of acts says which digest it had."""
    require(actor, "appeal.edit", capture.source.appeal.team)
    _record(actor, capture, "source.discard")
    discard([capture])


@transaction.atomic
def open_capture(*, actor: User, capture: Capture, is_open: bool) -> None:
    """Lets readers open a kept copy, or no longer; its digest and date are shown in any case."""
    require(actor, "appeal.edit", capture.source.appeal.team)
    Capture.objects.filter(pk=capture.pk).update(is_open=is_open)
    _record(actor, capture, "source.open" if is_open else "source.close")


def discard(captures: Sequence[Capture]) -> None:
    """Deletes rows, and after the commit the files that no other copy needs; the act writes the audit."""
    Capture.objects.filter(pk__in=[capture.pk for capture in captures]).delete()
    for capture in captures:
        if not Capture.objects.filter(sha256=capture.sha256).exists():
            CapturedWords.objects.filter(sha256=capture.sha256).delete()
        transaction.on_commit(lambda path=capture.path: _drop(path))  # type: ignore[misc]


def _drop(path: str) -> None:
    if not Capture.objects.filter(path=path).exists():
        kept.storage().delete(path)


def _record(actor: User, capture: Capture, verb: str) -> None:
    appeal = capture.source.appeal
    Appeal.objects.filter(pk=appeal.pk).update(sources_changed_at=clock.now())
    audit.record(
        team=appeal.team,
        actor=actor,
        verb=verb,
        subject=f"source:{appeal.slug}/{capture.source.key}",
        sha256=capture.sha256,
        size=capture.size,
    )
