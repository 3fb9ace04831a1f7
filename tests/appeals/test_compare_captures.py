"""A later copy of a source beside the earlier one: saved pages, web archives, plain text, PDF."""

import gzip
import io
import shutil
from datetime import timedelta

import pypdfium2
import pytest

from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.appeals import captured_text, compare_captures, keep
from undersigned.appeals.models import Appeal, Capture, CapturedWords
from undersigned.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)

OLD = "<!doctype html><title>Gazette</title><script>var flour='none'</script><style>p{}</style><h1>Bread</h1>"
FIRST = f"{OLD}<p>No flour came\nin May.</p><p>The ovens are cold.</p>"
SECOND = f"{OLD}<p>No flour came in June.</p><p>The ovens are cold.</p>"


def response(page: bytes, head: bytes = b"Content-Type: text/html; charset=utf-8") -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + page


def record(kind: bytes, block: bytes) -> bytes:
    size = str(len(block)).encode()
    head = b"WARC/1.1\r\nWARC-Type: " + kind + b"\r\nContent-Length: " + size + b"\r\n\r\n"
    return head + block + b"\r\n\r\n"


def warc(page: bytes) -> bytes:
    return record(b"warcinfo", b"software: x\r\n") + record(b"response", response(page))


def mhtml(page: bytes) -> bytes:
    head = b'From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
    part = b"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head + part + page + b"\r\n--b--\r\n"


def kept(cast: Cast, appeal: Appeal, *copies: bytes) -> list[Capture]:
    """Copies of one source, each made a day after the one before."""
    source = add(cast.owner, appeal)
    first = clock.now() - timedelta(days=10)
    return [
        keep.keep(
            actor=cast.owner,
            source=source,
            data=io.BytesIO(copy),
            captured_at=first + timedelta(days=place),
        )
        for place, copy in enumerate(copies)
    ]


def told(earlier: Capture, later: Capture) -> list[tuple[str, str]]:
    compared = compare_captures.compare(earlier, later)
    return [
        (piece.kind, piece.text.strip())
        for paragraph in compared.changes
        for piece in paragraph
        if piece.kind != "same"
    ]


@pytest.mark.parametrize(
    "saved",
    [str.encode, lambda page: warc(page.encode()), lambda page: mhtml(page.encode())],
    ids=["html", "warc", "mhtml"],
)
def test_a_later_capture_shows_what_changed(cast: Cast, draft_appeal: Appeal, saved: object) -> None:
    assert callable(saved)
    earlier, later = kept(cast, draft_appeal, saved(FIRST), saved(SECOND))
    assert compare_captures.before(later) == earlier and compare_captures.before(earlier) is None
    assert told(earlier, later) == [("removed", "May"), ("added", "June")]
    assert "flour='none'" not in compare_captures.words_of(later)


def test_a_packed_and_chunked_archive_is_read() -> None:
    page = gzip.compress(FIRST.encode(), mtime=0)
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(page[i : i + 40]), page[i : i + 40]) for i in range(0, len(page), 40)
    )
    head = b"Content-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"
    packed = gzip.compress(record(b"warcinfo", b"x"), mtime=0) + gzip.compress(
        record(b"response", response(chunks + b"0\r\n\r\n", head)), mtime=0
    )
    found = captured_text.words(b"application/warc+gzip\n" + packed)
    assert found is not None and "No flour came in May." in found


@pytest.mark.parametrize(
    "data",
    [
        b"application/warc\nWARC/1.1\r\nno length",
        b"application/warc\nWARC/1.1\r\nContent-Length: 999999999999\r\n\r\n",
        b"application/warc+gzip\n\x1f\x8bnot gzip",
        b"multipart/related\nContent-Type: multipart/related",
        b"image/png\n\x89PNG",
        b"image/svg+xml\n<svg><text>x</text></svg>",
        b"application/pdf\n%PDF-1.7 broken",
        b"text/html\n<script>x",
        b"text/plain\n  \n",
    ],
)
def test_what_has_no_words_says_none(data: bytes) -> None:
    assert captured_text.words(data) is None


def test_words_are_read_in_the_charset_that_the_page_names() -> None:
    page = "<meta charset=windows-1251><p>Письмо".encode("windows-1251")
    assert captured_text.words(b"text/html\n" + page) == "Письмо\n"
    assert captured_text.words(b"text/html\n<p>\xff\xfe x") is not None


def pdf(lines: int) -> bytes:
    """An empty page, longer by a few bytes for each line."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(lines):
        document.new_page(200, 200)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_scan_without_words_is_told_by_digest_and_size(cast: Cast, draft_appeal: Appeal) -> None:
    earlier, later = kept(cast, draft_appeal, pdf(1), pdf(2))
    compared = compare_captures.compare(earlier, later)
    assert compared.paragraphs is None and not compared.is_same


PDF_TEXT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj 4 0 obj<</Length 60>>stream\n"
    b"BT /F1 12 Tf 20 200 Td (No flour came in MONTH.) Tj ET          \nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_a_pdf_with_words_is_compared(cast: Cast, draft_appeal: Appeal) -> None:
    earlier, later = kept(
        cast, draft_appeal, PDF_TEXT.replace(b"MONTH", b"April"), PDF_TEXT.replace(b"MONTH", b"March")
    )
    assert told(earlier, later) == [("removed", "April"), ("added", "March")]


def test_words_are_noted_with_the_second_copy_and_go_with_it(cast: Cast, draft_appeal: Appeal) -> None:
    source = add(cast.owner, draft_appeal)
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(FIRST.encode()))
    assert not CapturedWords.objects.exists()
    later = keep.keep(actor=cast.owner, source=source, data=io.BytesIO(SECOND.encode()))
    assert CapturedWords.objects.count() == 2
    keep.remove_capture(actor=cast.owner, capture=later)
    assert CapturedWords.objects.count() == 1


def test_only_the_file_changed_is_said_so(cast: Cast, draft_appeal: Appeal) -> None:
    earlier, later = kept(
        cast, draft_appeal, FIRST.encode(), FIRST.replace("var flour", "let flour").encode()
    )
    assert compare_captures.compare(earlier, later).is_same


def test_what_stayed_is_left_out_but_for_the_neighbours(cast: Cast, draft_appeal: Appeal) -> None:
    lines = [f"<p>Line {number}.</p>" for number in range(40)]
    earlier, later = kept(
        cast,
        draft_appeal,
        f"{OLD}{''.join(lines)}".encode(),
        f"{OLD}{''.join([*lines[:20], '<p>Line twenty.</p>', *lines[21:]])}".encode(),
    )
    shown = [
        "".join(piece.text for piece in paragraph)
        for paragraph in compare_captures.compare(earlier, later).changes
    ]
    assert len(shown) == 5 and shown[0] == shown[-1] == "…" and shown[1].strip() == "Line 19."
