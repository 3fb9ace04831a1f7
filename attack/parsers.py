"""Every parser of what strangers and organisers hand in, with what it may answer and what is good input."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from undersigned.appeals import captured_text, case_files, sniff
from undersigned.appeals.letter.read import read_letter
from undersigned.appeals.letter.remarks import LetterError
from undersigned.appeals.markup.citations import clusters
from undersigned.appeals.markup.head import split
from undersigned.appeals.markup.problems import MarkupError
from undersigned.appeals.markup.render import render
from undersigned.appeals.references import csljson, dates, names, read
from undersigned.circulation import csv_list, vcard
from undersigned.lib import fields, http
from undersigned.mailroom import bounces
from undersigned.signing import first_csv
from undersigned.signing.paper import elsewhere
from undersigned.tlog import checkpoint, entry, jcs, leaf, note, promise, receipt, tile
from undersigned.tlog.ed25519 import public_key_of
from undersigned.tlog.errors import TlogError

_LETTER = (
    b"---\ntitle: To the harbour board\nauthor: Lea Sarr\ndate: 1936-07-06\nlang: en\naddressee:\n  name: The Board\n"
    b"source:\n  edition: Papers\n  volume: 2\n---\n# Dear members\n\nWe ask[^1] *you* [@gazette, p. 3].\n\n[^1]: A note.\n"
)
_PLAIN = (
    b"**An appeal**\n\nLea Sarr\n\nParis, 6 July 1936\n\n(Translated by N. N.)\n\nDear friend,\n\nWe ask you.1\n\n"
    b"1 See the *Gazette*, vol. 2, p. 3.\n"
)
_SEED = b"\x07" * 32
_NAME = "letters.example/ledger/AAAAAAAAAAAAAAAAAAAAAA"
_LEAF = leaf.encode(leaf.Sign("A" * 43, "mail", 0, None))
_CHECKPOINT = checkpoint.format_checkpoint(checkpoint.Checkpoint(_NAME, 3, b"\1" * 32)).encode()
_NOTE = note.sign_note(_CHECKPOINT.decode(), _NAME, _SEED).encode()
_VKEY = note.format_vkey(_NAME, public_key_of(_SEED)).encode()
_RECEIPT = receipt.format_receipt(2, [b"\2" * 32], _NOTE.decode(), {}).encode()
_PROMISE = promise.sign_promise(
    promise.Promise(_NAME, "A" * 43, datetime(2026, 11, 24, tzinfo=UTC), _VKEY.decode()), _SEED
).encode()
_BIB = b'@book{k, author = {Sarr, L{\\\'e}a and von Holt, M.}, title = "A {B}", year = 1936, url = {https://x.example}}\n'
_RIS = b"TY  - BOOK\nAU  - Sarr, Lea\nTI  - A title\nPY  - 1936/07/06\nSP  - 3\nER  - \n"
_CSL = b'[{"id":"k","type":"book","title":"T","author":[{"family":"Sarr"}],"issued":{"date-parts":[[1936,7,6]]}}]'
_CSV = b'name,email,language\nLea Sarr,lea@people.example,fr\n"Holt, Maren",m@people.example,\n'
_VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN;CHARSET=utf-8:Lea Sarr\r\nEMAIL;TYPE=home:lea@people.example\r\nEND:VCARD\r\n"
_CASES = (
    b"case,part,kind,text,language,date,source\nc1,case,person,,,,\nc1,name,name,A. B.,en,,\n"
    b"c1,statement,state,imprisoned,,1936-07,gazette\n"
)
_CASES_JSON = (
    b'{"cases":[{"case":"c1","kind":"person","names":[{"text":"A. B.","language":"en"}],"statements":[]}]}'
)
_BOUNCE = (
    b"From: <>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n"
    b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; m\n\nFinal-Recipient: rfc822; a@b.example\n"
    b"Status: 5.1.1\n\n--b--\n"
)
_WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: 70\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>Words</p></html>\r\n\r\n"
)
_TABLE = (
    b",",
    b";",
    b"\t",
    b'"',
    b"\r\n",
    b"\n",
    b"name",
    b"email",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0",
    b"=1",
)
_JSON = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"null",
    b"1e999",
    b"-0",
    b'"t":',
    b"\\ud800",
    b"\\u0000",
    b"0.1",
)
_MARKDOWN = (
    b"---\n", b"# ", b"> ", b"- ", b"1. ", b"[^1]", b"[^1]: ", b"[@k, p. 3]", b"[", b"](", b")", b"*", b"_", b"`", b"~~~\n",
    b"<b>", b"<!--", b"&amp;", b"\n\n", b"    ", b"![", b"http://x.example", b"\\", b"&#0;", b"title: ", b"&a ", b"*a ",
    b"!!python/object", b"? ", b"|\n", b"| a | b |\n|---|---|\n",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A parser: bytes go in; `refuses` are the ways in which it says no."""

    name: str
    call: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]
    refuses: tuple[type[Exception], ...] = field(default=())


def _text(call: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: call(data.decode("utf-8", "replace"))


def _words_of(kind: bytes) -> Callable[[bytes], object]:
    return lambda data: captured_text.words(kind + b"\n" + data)


def _addresses(text: str) -> None:
    http.client_address(text, text)
    http.client_network(text)
    http.is_loopback(text)


TARGETS = (
    Target("letter head", _text(split), (_LETTER,), _MARKDOWN, (MarkupError,)),
    Target("letter body", _text(lambda body: render(body, id_prefix="x", lang="en")), (_LETTER, _PLAIN), _MARKDOWN),
    Target("citations", _text(lambda body: list(clusters(body))), (b"[see @k, p. 3; -@l]",), _MARKDOWN),
    Target("letter import", read_letter, (_LETTER, _PLAIN), _MARKDOWN, (LetterError,)),
    Target("BibTeX", read.read_references, (_BIB,), (b"@", b"{", b"}", b'"', b"=", b",", b"#", b"\\'", b"@string", b"$")),
    Target("RIS", read.read_references, (_RIS,), (b"TY  - ", b"ER  - ", b"AU  - ", b"PY  - ", b"\n", b"//", b"BOOK")),
    Target("CSL-JSON", _text(csljson.read), (_CSL,), _JSON),
    Target("CSL-JSON, whole", read.read_references, (_CSL,), _JSON),
    Target("dates", _text(dates.read_date), (b"1936-07-06", b"spring 1936", b"1936/1938"), (b"-", b"/", b"~", b"?", b"X")),
    Target("names", _text(names.read_names), (b"Sarr, Lea\nvon Holt, Maren, Jr.",), (b",", b"\n", b" von ", b"{")),
    Target("carriers, CSV", lambda data: csv_list.read_csv(data, language="en"), (_CSV,), _TABLE),
    Target("carriers, vCard", lambda data: vcard.read_vcard(data, language="en"), (_VCARD,),
           (b"BEGIN:VCARD\r\n", b"END:VCARD\r\n", b"FN:", b"EMAIL:", b"\r\n ", b";", b"=\r\n", b"QUOTED-PRINTABLE", b"N:")),
    Target("first signatories, CSV", first_csv.read_csv, (_CSV,), _TABLE),
    Target("paper lists, CSV", elsewhere.read_csv, (_CSV,), _TABLE),
    Target("cases, CSV", case_files.read, (_CASES,), _TABLE),
    Target("cases, JSON", case_files.read, (_CASES_JSON,), _JSON),
    Target("delivery reports", bounces.record, (_BOUNCE,),
           (b"\n\n", b"--b\n", b"Status: 5", b"=?utf-8?b?", b"Content-Type: "), (bounces.NotABounce,)),
    Target("kinds of files", sniff.media_type, (b"%PDF-1.7\n", b"\x1f\x8b\x08", b"<html>"), (b"<svg", b"RIFF", b"WEBP")),
    Target("saved pages", _words_of(b"text/html"), (b"<html><meta charset=utf-8><p>Words<br>x</p><svg></svg>",),
           (b"<", b">", b"<!--", b"<![CDATA[", b"&#xffffffff;", b"charset=idna", b"<script>", b"</", b"<p a='")),
    Target("saved pages, MHTML", _words_of(b"multipart/related"), (_BOUNCE,), (b"\n\n", b"--b\n", b"Content-Type: text/html")),
    Target("web archives", _words_of(b"application/warc"), (_WARC,),
           (b"WARC/1.0\r\n", b"Content-Length: 9999999999\r\n", b"\r\n\r\n", b"Transfer-Encoding: chunked\r\n", b"ffffffff\r\n")),
    Target("web archives, packed", _words_of(b"application/warc+gzip"), (b"\x1f\x8b\x08\0\0\0\0\0\0\x03",), (b"\0", b"\xff")),
    Target("leaf", leaf.parse, (_LEAF,), _JSON, (TlogError,)),
    Target("canonical JSON", jcs.loads, (_LEAF,), _JSON, (jcs.JcsError,)),
    Target("note", note.parse_note, (_NOTE,), (b"\n\n", b"\xe2\x80\x94 ", b"=", b"\n"), (TlogError,)),
    Target("checkpoint", _text(checkpoint.parse_checkpoint), (_CHECKPOINT,), (b"\n", b"0", b"-1", b"9" * 30), (TlogError,)),
    Target("key", _text(note.parse_vkey), (_VKEY,), (b"+", b"=", b" "), (TlogError,)),
    Target("receipt", receipt.parse_receipt, (_RECEIPT,), (b"\n", b"index ", b"extra ", b"="), (TlogError,)),
    Target("promise", promise.parse_promise, (_PROMISE,), (b"\n", b"0", b"\xe2\x80\x94 "), (TlogError,)),
    Target("entry bundle", lambda data: entry.unpack(data, 3), (entry.pack([_LEAF] * 3),), (b"\0\0", b"\xff\xff"), (TlogError,)),
    Target("tile path", _text(tile.parse_tile_path), (b"tile/0/x001/234.p/8",), (b"/", b"x", b".p/", b"-", b"\xd9\xa1"), (TlogError,)),
    Target("e-mail address", _text(fields.clean_email), (b"lea@people.example",), (b"@", b".", b'"', b"[", b"xn--"), (fields.FieldError,)),
    Target("person's name", _text(fields.clean_name), ("Léa Sarr".encode(),), (b"\xcc\x81", b"\xe2\x80\xae", b"\0"), (fields.FieldError,)),
    Target("client address", _text(_addresses), (b"::ffff:127.0.0.1", b"127.0.0.1, ::1"), (b":", b".", b"%", b"[", b",")),
)  # fmt: skip
