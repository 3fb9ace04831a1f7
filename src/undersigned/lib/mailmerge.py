"""Mails prepared off line from a table of people and a letter with places to fill; nothing is sent."""

import html
import mailbox
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path

from markdown_it import MarkdownIt

_PLACE = re.compile(r"\{([a-z_]+)\}")
_HEAD = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_LIVE = ("confirmed", "recorded")


class Unfit(Exception):
    """Letter, table or address cannot be used; the message says why."""


@dataclass(frozen=True)
class Letter:
    """A letter: a subject and words in Markdown, both with places such as {name}."""

    subject: str
    words: str

    @property
    def places(self) -> set[str]:
        """The names of its places."""
        return set(_PLACE.findall(self.subject)) | set(_PLACE.findall(self.words))


def read(text: str) -> Letter:
    """A letter whose head names its subject; raises Unfit."""
    found = _HEAD.match(text)
    head = found[1].splitlines() if found else []
    subject = next(
        (line[8:].strip().strip("\"'") for line in head if line.lower().startswith("subject:")), ""
    )
    words = text[found.end() :].strip() if found else ""
    if not subject or not words:
        raise Unfit("the letter needs a head with its subject (---, subject: …, ---) and words below it")
    return Letter(subject, words)


def addressed(people: Sequence[dict[str, str]], *, everyone: bool) -> list[dict[str, str]]:
    """Those who are written to: who stands, has an address, and asked for news unless it is for everyone."""
    return [
        one
        for one in people
        if one.get("email")
        and one.get("state", "recorded") in _LIVE
        and (everyone or one.get("updates") == "yes")
    ]


def write(
    letter: Letter, people: Sequence[dict[str, str]], *, sender: str, at: datetime
) -> Iterator[EmailMessage]:
    """A mail for each; raises Unfit for a place that the table does not fill, or an address that is none."""
    known = set(people[0]) if people else letter.places
    if missing := sorted(letter.places - known):
        raise Unfit(f"the table has no column for {', '.join(f'{{{name}}}' for name in missing)}")
    name, address = parseaddr(sender)
    author = _address(name, address)
    body = MarkdownIt("commonmark", {"html": False}).render(letter.words)
    for one in people:
        mail = EmailMessage(policy=SMTP if one["email"].isascii() else SMTPUTF8)
        mail["From"] = author
        mail["To"] = _address("", one["email"])
        mail["Subject"] = " ".join(_fill(letter.subject, one).split())
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{secrets.token_hex(16)}@{author.domain}>"
        mail.set_content(_fill(letter.words, one) + "\n")
        escaped = {key: html.escape(value) for key, value in one.items()}
        mail.add_alternative(f"<!DOCTYPE html>\n<meta charset=utf-8>\n{_fill(body, escaped)}", subtype="html")
        yield mail


def _fill(text: str, values: dict[str, str]) -> str:
    return _PLACE.sub(lambda found: values[found[1]], text)


def _address(name: str, address: str) -> Address:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or any(sign in address for sign in "\r\n <>"):
        raise Unfit(f"not an address: {address!r}")
    try:
        return Address(name, username=local, domain=domain)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Unfit(f"not an address: {address!r}") from error


def keep(mails: Iterator[EmailMessage], out: Path) -> int:
    """Writes the mails to a new `.mbox` file, or one by one into a new folder; raises Unfit, OSError."""
    if out.exists():
        raise Unfit(f"{out} is there already: nothing is overwritten")
    if out.suffix == ".mbox":
        return _box(mails, out)
    out.mkdir(mode=0o700)
    number = 0
    for number, mail in enumerate(mails, start=1):
        put(out / f"{number:06d}.eml", mail.as_bytes())
    return number


def _box(mails: Iterator[EmailMessage], out: Path) -> int:
    put(out, b"")
    box = mailbox.mbox(out, create=False)
    try:
        for mail in mails:
            box.add(mail)
        box.flush()
        number = len(box)
    finally:
        box.close()
    return number


def put(path: Path, data: bytes) -> None:
    """Writes a new file that its owner alone can read; raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
