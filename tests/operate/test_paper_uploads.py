"""Scans and the real server: taken whole up to their limit, refused in words beyond it, in bounded memory."""

import io
import os
import re
import secrets
import struct
import time
import zlib
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.installation import Installation, sql

pytestmark = pytest.mark.database

MB = 1_000_000
BOUNDARY = "scan-of-a-sheet"
# An owner of the demonstration signs in; six sheets are printed.
PREPARE = """
import importlib
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from undersigned.accounts.models import Membership, User
from undersigned.appeals import reading
from undersigned.appeals.models import Appeal
from undersigned.circulation import sheets
from undersigned.lib import clock
appeal = Appeal.objects.select_related("team").filter(state="open").first()
owner = User.objects.create_user("olive@people.example", "a long enough passphrase", name="Olive")
Membership.objects.create(team=appeal.team, user=owner, role="owner", created_at=clock.now())
text = reading.original(appeal)
made = sheets.issue(actor=owner, appeal=appeal, text=text, count=6, layout=sheets.Layout())
session = importlib.import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(owner.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
session.create()
print(appeal.slug, made[0].number, settings.SESSION_COOKIE_NAME, session.session_key)
"""


def jpeg(size: int) -> bytes:
    """What a camera writes, as far as anybody looks: its first bytes, then noise."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + secrets.token_bytes(size - 13) + b"\xff\xd9"


def png(size: int) -> bytes:
    """A picture in grey of noise, which no packing makes smaller."""
    width, height = 2000, size // 2001
    rows = b"".join(b"\0" + secrets.token_bytes(width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def pdf(size: int) -> bytes:
    """Many pages, each with a stream of noise."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    for number in range(1, 31):
        out.write(b"%d 0 obj<</Length %d>>stream\n" % (number, size // 30))
        out.write(secrets.token_bytes(size // 30) + b"\nendstream endobj\n")
    out.write(b"%%EOF\n")
    return out.getvalue()


class Desk:
    """The owner's browser."""

    def __init__(self, site: Installation) -> None:
        slug, first, name, session = site.python(PREPARE).out.split()[-4:]
        self.site, self.first = site, int(first)
        self.path = f"/desk/appeals/{slug}/paper/"
        answer = self.ask("GET", {"Cookie": f"{name}={session}"})
        assert answer[0] == 200
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer[1])
        assert token is not None
        secret = re.search(r"([^=;,\s]*csrf[^=;]*)=([^;]+)", answer[2])
        assert secret is not None
        self.token, self.cookie = token[1], f"{name}={session}; {secret[1]}={secret[2]}"

    def ask(self, method: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str, str]:
        """Status, words and cookies."""
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        connection.request(method, self.path, body, headers)
        answer = connection.getresponse()
        words = answer.read().decode("utf-8", "replace")
        cookies = ", ".join(answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        return answer.status, words, cookies

    def form(self, place: int, data: bytes) -> tuple[dict[str, str], bytes]:
        """Headers and body of a scan for one of the printed sheets."""
        parts = b"".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (
                ("csrfmiddlewaretoken", self.token), ("number", self.first + place), ("claimed", 3),
            )
        )  # fmt: skip
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="s"\r\n\r\n'
        whole = parts + head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {
            "Cookie": self.cookie, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(whole)), "Origin": self.site.url, "Referer": self.site.url + self.path,
        }  # fmt: skip
        return headers, whole

    def send(self, place: int, data: bytes) -> tuple[int, str, float]:
        """Status, words and seconds."""
        headers, whole = self.form(place, data)
        began = time.monotonic()
        status, words, _cookies = self.ask("POST", headers, whole)
        return status, words, time.monotonic() - began


def memory(site: Installation) -> int:
    """The resident bytes of the largest of the server's processes."""
    group, most = os.getpgid(site.processes[-1].pid), 0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getpgid(int(entry.name)) == group:
                pages = int((entry / "statm").read_text().split()[1])
                most = max(most, pages * os.sysconf("SC_PAGE_SIZE"))
        except (OSError, IndexError):
            continue
    return most


def test_scans_are_taken_whole_or_refused_in_words_within_bounded_memory(
    demo_installation: Installation,
) -> None:
    site = demo_installation
    # The process that makes editions has its own measure.
    site.serve("--only-web")
    desk = Desk(site)
    assert desk.send(0, jpeg(2 * MB))[0] == 302
    before = memory(site)
    for place, data in ((1, png(10 * MB)), (2, pdf(30 * MB - 2000))):
        status, words, seconds = desk.send(place, data)
        assert status == 302, words[-500:]
        assert seconds < 10
    status, words, _seconds = desk.send(3, jpeg(31 * MB))
    assert status == 422 and "The file is larger than 30 MB" in words
    status, words, _seconds = desk.send(3, jpeg(60 * MB))
    assert status == 413 and "nothing of it was stored" in words
    assert memory(site) - before < 40 * MB
    rows = sql(site, "SELECT size FROM signing_gathering WHERE size > 1000000 ORDER BY size")
    assert [round(float(str(row[0])) / MB) for row in rows] == [2, 10, 30]


def test_a_killed_upload_leaves_nothing_and_the_same_scan_is_taken_afterwards(
    demo_installation: Installation,
) -> None:
    site = demo_installation
    server = site.serve()
    desk = Desk(site)
    held = {path for path in (site.data / "kept").rglob("*") if path.is_file()}
    data = jpeg(10 * MB)
    headers, whole = desk.form(0, data)
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.putrequest("POST", desk.path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(whole[: 6 * MB])
    # The browser goes in the middle; then the server does.
    connection.close()
    site.kill_all()
    assert server.poll() is not None
    assert {path for path in (site.data / "kept").rglob("*") if path.is_file()} == held
    site.serve()
    assert desk.send(0, data)[0] == 302
