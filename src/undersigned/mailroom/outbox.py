"""The local outbox: without mail settings messages land as files, and a page on this machine shows them."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.http.request import split_domain_port

from undersigned.lib import env, http, keys

PAGE = 100
_NAME = re.compile(r"([0-9]{6,19})-[a-z][a-z0-9_-]{0,39}\.eml\Z")
# A request that came through anything at all is not one from this machine.
_FORWARDED = frozenset(
    {"HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_CF_CONNECTING_IP"}
)


@dataclass(frozen=True)
class Entry:
    """One line of the outbox page."""

    name: str
    subject: str
    to: str
    date: str


@dataclass(frozen=True)
class Letter:
    """A stored message, readable: its HTML part is text here and is never run."""

    name: str
    headers: list[tuple[str, str]]
    text: str
    html: str

    @property
    def heading(self) -> list[tuple[str, str]]:
        """What a reader wants to know first."""
        return [(key, value) for key, value in self.headers if key in ("From", "To", "Subject", "Date")]


def folder() -> Path:
    """Where the messages lie."""
    return env.load().data / "outbox"


def store(number: int, kind: str, data: bytes) -> Path:
    """Writes a message durably under its row's number; a half-written one is never seen."""
    path = folder() / f"{number:06d}-{kind}.eml"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    keys.sync_folder(path.parent)
    return path


def remove(numbers: Iterable[int]) -> None:
    """Removes the files of these rows; one that is not there is no trouble."""
    place = folder()
    for number in numbers:
        for path in place.glob(f"{number:06d}-*.eml"):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
    if place.is_dir():
        keys.sync_folder(place)


def is_shown(request: HttpRequest) -> bool:
    """Whether this request comes from this very machine to a site that is not public and sends no mail."""
    settings = env.load()
    if settings.email_url or not http.is_loopback(settings.bind):
        return False
    if not http.is_loopback(urlsplit(settings.base_url).hostname or ""):
        return False
    if any(key in _FORWARDED or key.startswith("HTTP_X_FORWARDED") for key in request.META):
        return False
    return http.is_loopback(split_domain_port(request.get_host())[0])


def listing(before: int | None = None) -> list[Entry]:
    """The newest messages, newest first; `before` continues below that number."""
    try:
        names = [entry.name for entry in os.scandir(folder()) if entry.is_file(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    numbered = [(int(found[1]), name) for name in names if (found := _NAME.match(name))]
    chosen = sorted((n for n in numbered if before is None or n[0] < before), reverse=True)[:PAGE]
    entries = []
    for _number, name in chosen:
        message = _open(name)
        if message is not None:
            entries.append(Entry(name, str(message["Subject"]), str(message["To"]), str(message["Date"])))
    return entries


def number_of(name: str) -> int | None:
    """The row's number in a file's name, None for a name that the outbox never gives."""
    found = _NAME.match(name)
    return int(found[1]) if found else None


def read(name: str) -> Letter | None:
    """A stored message by its file's name; None for anything that is not one."""
    message = _open(name)
    if message is None:
        return None
    return Letter(
        name,
        [(key, str(value)) for key, value in message.items()],
        _part(message, "plain"),
        _part(message, "html"),
    )


def _open(name: str) -> EmailMessage | None:
    path = folder() / name
    if not _NAME.match(name) or path.is_symlink():
        return None
    try:
        with path.open("rb") as file:
            return message_from_binary_file(file, policy=policy.default)
    except FileNotFoundError:
        return None


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""
