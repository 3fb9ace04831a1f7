"""Kept copies: what is taken, what is refused, and that what is served can run nothing."""

import gzip
import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import keep, sniff, sources
from undersigned.appeals.models import Appeal, Capture
from undersigned.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = b"<!doctype html><title>x</title><script>alert(1)</script><p onclick='alert(1)'>No flour"


def kept(cast: Cast, appeal: Appeal, data: bytes = PAGE, **values: object) -> Capture:
    source = appeal.sources.select_related("appeal__team").first() or add(cast.owner, appeal)
    return keep.keep(actor=cast.owner, source=source, data=io.BytesIO(data), **values)  # type: ignore[arg-type]


def test_it_keeps_the_very_bytes(cast: Cast, draft_appeal: Appeal, data: Path) -> None:
    capture = kept(cast, draft_appeal, name="a/../b\n.html", url="https://gazette.example/1")
    digest = hashlib.sha256(PAGE).hexdigest()
    assert (capture.sha256, capture.size, capture.media_type) == (digest, len(PAGE), "text/html")
    assert (data / "kept" / digest[:2] / digest).read_bytes() == PAGE
    assert capture.captured_by == cast.owner
    assert AuditRecord.objects.latest("pk").detail["sha256"] == digest


def test_the_same_bytes_are_kept_once(cast: Cast, draft_appeal: Appeal) -> None:
    assert kept(cast, draft_appeal).pk == kept(cast, draft_appeal).pk
    assert Capture.objects.count() == 1


@pytest.mark.parametrize("role", ["moderator", "viewer", "outsider"])
def test_only_those_who_write_keep_copies(cast: Cast, draft_appeal: Appeal, data: Path, role: str) -> None:
    actor = getattr(cast, role)
    capture = kept(cast, draft_appeal)
    for act in (
        lambda: keep.keep(actor=actor, source=capture.source, data=io.BytesIO(b"%PDF-1.7")),
        lambda: keep.remove_capture(actor=actor, capture=capture),
        lambda: keep.open_capture(actor=actor, capture=capture, is_open=False),
    ):
        with pytest.raises(Forbidden):
            act()
    assert Capture.objects.get().is_open
    assert sum(path.is_file() for path in (data / "kept").rglob("*")) == 1


def endless() -> Iterator[bytes]:
    yield b"%PDF-1.7\n"
    for _ in range(60):
        yield b"x" * 1_000_000
    raise AssertionError("it was read to its end")


def test_sixty_megabytes_are_refused_before_they_are_all_read(
    cast: Cast, draft_appeal: Appeal, data: Path
) -> None:
    source = add(cast.owner, draft_appeal)
    with pytest.raises(ValidationError, match="larger than 50 MB"):
        keep.keep(actor=cast.owner, source=source, data=endless())
    assert not Capture.objects.exists() and not (data / "kept").exists()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"WARC/1.1\r\n", "application/warc"),
        (gzip.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", mtime=0), "application/warc+gzip"),
        (gzip.compress(b"anything", mtime=0), None),
        (b"  <HTML><body>", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='x'><script>alert(1)</script></svg>", "image/svg+xml"),
        (b"<svg><foreignObject><body onload=alert(1)>", "text/html"),
        (b"From: <Saved by x>\r\nContent-Type: multipart/related;", "multipart/related"),
        ("Año nuevo\n".encode(), "text/plain"),
        (("é" * 5000).encode()[: sniff.HEAD], "text/plain"),
        (("a" + "é" * 5000).encode()[: sniff.HEAD], "text/plain"),
        ("Año".encode("latin-1"), None),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF\x02", None),
        (b"PK\x03\x04", None),
        (b"   ", None),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str | None) -> None:
    assert sniff.media_type(head) == kind


@pytest.mark.parametrize(
    ("data", "values", "sentence"),
    [
        (b"", {}, "The file is empty"),
        (b"MZ\x90\x00", {}, "Kept are PDF"),
        (PAGE, {"url": "javascript:alert(1)"}, "no address of the web"),
        (PAGE, {"captured_at": clock.now() + timedelta(days=3)}, "in the future"),
        (PAGE, {"note": "a\x00b"}, "cannot be shown"),
    ],
)
def test_what_cannot_be_kept_is_said(
    cast: Cast, draft_appeal: Appeal, data: bytes, values: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        kept(cast, draft_appeal, data, **values)
    assert not Capture.objects.exists()


def test_a_copy_goes_with_its_file_unless_another_needs_it(
    cast: Cast, draft_appeal: Appeal, data: Path
) -> None:
    first = kept(cast, draft_appeal)
    other = add(cast.owner, draft_appeal, "other")
    second = keep.keep(actor=cast.owner, source=other, data=io.BytesIO(PAGE))
    file = data / "kept" / first.path
    keep.remove_capture(actor=cast.owner, capture=first)
    assert file.exists()
    sources.remove_source(actor=cast.owner, source=second.source)
    assert not file.exists() and not Capture.objects.exists()
    verbs = AuditRecord.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["source.discard", "source.remove"]


def test_the_database_guards_what_was_kept(cast: Cast, draft_appeal: Appeal) -> None:
    kept(cast, draft_appeal)
    for values in ({"sha256": "0" * 64}, {"captured_at": clock.now()}, {"size": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Capture.objects.update(**values)
