"""A real mail server on a free port, and a shorthand for queueing."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from undersigned.mailroom import queue
from undersigned.mailroom.models import Message


@dataclass
class Received:
    """What arrived, and answers to give instead of taking it."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    peers: set[object] = field(default_factory=set)
    # Answers given in turn before the server behaves again; "cut" drops the connection.
    at_mail: list[str] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    # Called after the message is taken and before the client learns it.
    on_taken: Callable[[], None] = lambda: None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_mail:
            return self.at_mail.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data:
            answer = self.at_data.pop(0)
            if answer != "cut":
                return answer
            server.transport.abort()
            return "451 gone"
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.peers.add(session.peer)
        self.on_taken()
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class MailServer:
    """A server that can be stopped and started again on the same port."""

    port: int
    received: Received = field(default_factory=Received)
    controller: Controller | None = None
    utf8: bool = True
    options: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        self.controller = Controller(
            self.received, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=self.utf8, **self.options
        )
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None


@pytest.fixture
def server(configure: Callable[..., None]) -> Iterator[MailServer]:
    """A running mail server, set as this site's."""
    made = MailServer(free_port())
    made.start()
    configure(email_url=f"smtp://127.0.0.1:{made.port}?timeout=5", base_url="https://letters.example")
    yield made
    made.stop()


Put = Callable[..., Message]


@pytest.fixture
def put(db: None) -> Put:
    """Queues one message; every part can be given."""

    def enqueue(key: str = "k1", to: str = "ines@people.example", **more: object) -> Message:
        params = {"subject": "A question", "body": "Is it you?", **more.pop("params", {})}  # type: ignore[dict-item]
        found = {"key": key, "kind": "raw", "to": to, "language": "en", "params": params, **more}
        message = queue.enqueue(**found)  # type: ignore[arg-type]
        assert message is not None
        return message

    return enqueue
