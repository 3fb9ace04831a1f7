"""Small files that would grow: packed, nested, doubled, slow to read. Each is refused or read in seconds."""

import gzip
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from undersigned.appeals import captured_text, case_files, sniff
from undersigned.appeals.letter.read import read_letter
from undersigned.appeals.letter.remarks import LetterError
from undersigned.appeals.markup.head import split
from undersigned.appeals.markup.problems import MarkupError
from undersigned.appeals.markup.render import render
from undersigned.appeals.references import read as references
from undersigned.circulation import csv_list, vcard
from undersigned.lib.apart import TookTooLong, apart
from undersigned.mailroom import bounces
from undersigned.signing import first_csv
from undersigned.signing.paper import elsewhere
from undersigned.tlog import jcs

# Generous: the machine that tests may be busy.
SECONDS = 5.0
MILLION = 1_000_000


@contextmanager
def soon(seconds: float = SECONDS) -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def letter(body: str) -> None:
    render(body, id_prefix="x", lang="en")


TEXTS = {
    "quotations": ">" * 100_000,
    "brackets": "[" * 100_000,
    "stars": "*a_" * 50_000,
    "links": "[a](" * 30_000,
    "notes": "[^a]" * 30_000 + "\n\n[^a]: x [^a]\n",
    "lists": "- " * 30_000,
    "table": "|" * 50_000 + "\n" + "|-" * 25_000 + "\n",
    "entities": "&#x41;" * 50_000,
    "back ticks": "`" * 50_000 + "a" + "`" * 49_999,
    "autolinks": "<a@" * 50_000,
    "marks": "a" + "\u0300\u0316" * 60_000,
    "citations": "[@k, p. 3; " * 5_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_letter_that_would_hold_its_reader(name: str) -> None:
    with soon():
        letter(TEXTS[name])
    with soon():
        try:
            read_letter(TEXTS[name].encode())
        except LetterError:
            pass


HEADS = {
    "nested": "a: " + "[" * 20_000,
    "maps": "{a: " * 10_000,
    "indented": "".join(" " * depth + "a:\n" for depth in range(300)),
    "doubled": "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(30)),
    "number": "a: 1" + "0" * 5_000,
    "sixties": "a: " + "1:" * 4_000 + "1",
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_would_grow(name: str) -> None:
    with soon():
        try:
            split(f"---\n{HEADS[name]}\n---\nx\n")
        except MarkupError:
            pass


TABLES: dict[str, bytes] = {
    "columns": b"name,email" + b"," * 200_000 + b"\n",
    "one cell": b'name,email\n"' + b"a" * 3 * MILLION,
    "quotes": b"name,email\n" + b'"' * MILLION,
    "lines": b"name,email\n" + b",\n" * MILLION,
    "wide": ("name,email\n" + "\u0300" * 300_000).encode("utf-16"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_would_hold_its_reader(name: str) -> None:
    data = TABLES[name]
    carriers = partial(csv_list.read_csv, language="en")
    for reader in (first_csv.read_csv, elsewhere.read_csv, case_files.read, carriers):
        with soon(10):
            reader(data)


@pytest.mark.parametrize("call", [case_files.read, references.read_references, jcs.loads])
@pytest.mark.parametrize("data", [b"[" * 300_000, b'{"a":' * 100_000, b"[" + b"9" * 100_000 + b"]"])
def test_json_without_an_end(call: Callable[[bytes], object], data: bytes) -> None:
    with soon():
        try:
            call(data)
        except jcs.JcsError:
            pass


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\r\n" * 100_000,
        b"BEGIN:VCARD\r\nFN:" + b"a\r\n " * 300_000 + b"\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:" + b"=\r\n" * 300_000,
    ],
)
def test_an_address_book_without_an_end(data: bytes) -> None:
    with soon():
        vcard.read_vcard(data, language="en")


def warc(content: bytes, *, packed: bool) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + (
        b"Content-Encoding: gzip\r\n" if packed else b""
    )
    block = head + b"\r\n" + content
    return b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n" % len(block) + block


def test_packed_copies_are_unpacked_as_far_as_they_are_read() -> None:
    bomb = gzip.compress(b"<p>" + b"\0" * 100 * MILLION, 9)
    assert len(bomb) < MILLION
    with soon(10):
        words = captured_text.words(b"application/warc\n" + warc(bomb, packed=True))
    assert words is None or len(words) <= captured_text.WORDS_MAX
    assert len(captured_text._unpacked(gzip.compress(warc(bomb, packed=True) + b"\0" * 20 * MILLION))) <= (
        captured_text.READ_MAX
    )


def apart_or_not(data: bytes) -> None:
    """As the desk has it done: in a process of its own, which may be stopped."""
    try:
        apart("undersigned.appeals.captured_text:words", data, seconds=2)
    except TookTooLong:
        pass


def pdf(packed: bytes) -> bytes:
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
    ]  # fmt: skip
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def test_copies_that_trouble_their_readers_hold_nobody() -> None:
    empty = gzip.compress(b"")
    begins = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    copies = {
        "packed PDF": b"application/pdf\n" + pdf(zlib.compress(b"(a) Tj " * 10 * MILLION, 9)),
        "members": b"application/warc+gzip\n" + empty * 300_000,
        "parts in parts": b"multipart/related\n" + b"".join(begins % (depth, depth) for depth in range(3000)),
        "tags": b"text/html\n" + b"<p><b>" * 500_000,
        "brackets": b"text/html\n" + b"<!" * 500_000,
        "attributes": b"text/html\n<p " + b"a='" * 500_000,
    }  # fmt: skip
    for name, data in copies.items():
        began = time.monotonic()
        apart_or_not(data)
        assert time.monotonic() - began < 15, name


def test_a_report_of_undelivered_mail_in_which_parts_hold_parts() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3000)
    )
    with soon(), pytest.raises(bounces.NotABounce):
        bounces.record(deep)


def test_pictures_are_kept_without_being_looked_into() -> None:
    """A hundred thousand pixels square, and entities that grow thirty times: nothing decodes either."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 9}">' for n in range(1, 30))
    svg = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "ha">{laughs}]><svg>&a29;</svg>'.encode()
    with soon(1):
        assert sniff.media_type(png) == "image/png"
        assert sniff.media_type(svg) == "image/svg+xml"
        assert captured_text.words(b"image/svg+xml\n" + svg) is None


def test_references_are_read_apart_however_they_are_made() -> None:
    with soon():
        references.read_references(b"@string{a = {x}}\n" + b"@book{k, title = a # a # a}\n" * 500)
        references.read_references(json.dumps([{"id": str(n)} for n in range(5000)]).encode())
