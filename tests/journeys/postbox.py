"""A real SMTP server on a loopback port that keeps what it is given, and can go away for a while."""

import logging
import re
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.journeys.waiting import until

_CODE = re.compile(r"^\s+([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5})\s*$", re.MULTILINE)

logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Letter:
    """One message as it arrived."""

    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Its HTML part."""
        return self._part("html")

    def link(self, part: str) -> str:
        """The one link of the plain part whose path begins so."""
        found = re.findall(rf"http://\S+/{part}/[A-Za-z0-9_-]{{20,}}/?", self.text)
        assert len(set(found)) == 1, f"{part}: {found} in {self.text}"
        return str(found[0])

    @property
    def code(self) -> str:
        """The short code."""
        found = _CODE.findall(self.text)
        assert len(found) == 1, self.text
        return str(found[0])

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None, f"no {kind} part"
        return str(body.get_content())


class Postbox:
    """A mail server; `stop` and `start` take it away and bring it back on the same port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refuses: set[str] = set()
        self._letters: list[Letter] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """What an installation's settings call it."""
        return f"smtp://127.0.0.1:{self.port}?timeout=10"

    def start(self) -> None:
        """Takes mail from now on."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)
        self._controller.start()

    def stop(self) -> None:
        """Is gone: nobody answers on the port."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, to: str, options: Any) -> str:
        """Knows no such person, for some."""
        if to in self.refuses:
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(to)
        return "250 known"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Keeps a message."""
        message = message_from_bytes(bytes(envelope.content), policy=default)
        assert isinstance(message, EmailMessage)
        with self._lock:
            self._letters += [Letter(to, message) for to in envelope.rcpt_tos]
        return "250 kept"

    def letters(self, to: str = "") -> list[Letter]:
        """What has arrived so far."""
        with self._lock:
            return [letter for letter in self._letters if to in ("", letter.to)]

    def wait(self, to: str, number: int = 1, seconds: float = 60) -> Letter:
        """The so-and-so-many-th letter to somebody."""
        return until(lambda: self.letters(to)[number - 1 : number], f"letter {number} to {to}", seconds)[0]

    def wait_link(self, to: str, part: str) -> str:
        """The newest link of a kind that somebody was sent."""

        def newest() -> str:
            found = [letter.link(part) for letter in self.letters(to) if f"/{part}/" in letter.text]
            return found[-1] if found else ""

        return until(newest, f"a link /{part}/ to {to}")
