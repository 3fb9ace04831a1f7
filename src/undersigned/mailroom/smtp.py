"""One kept connection to the mail server, and what its answers mean."""

import contextlib
import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from undersigned.lib import env
from undersigned.mailroom import outbox
from undersigned.mailroom.render import Rendered

log = logging.getLogger(__name__)

# A connection that has been quiet for so long is asked whether it still stands.
_QUIET = 0.5
_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
# Answers to RCPT that are about us, not about the address: no permission, wrong commands.
_OUR_FAULT = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538, 555})


# A server's code and words.
_Answer = tuple[int, bytes]
_PLAIN = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", re.ASCII).fullmatch
# What ends the words of a message (RFC 5321, 4.1.1.4), behind the end of their last line.
_END = b".\r\n"
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class _Gone(Exception):
    """The connection ended before anything of the message was handed over."""


class Refused(Exception):
    """The server will never take this message; `dead` when it says that the address does not exist."""

    def __init__(self, code: str, *, dead: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.dead = dead


class Later(Exception):
    """Not now: the server asks for patience, or refuses us for a reason that is not the address's."""


class Away(Exception):
    """No server, or one that does not let us in: nothing can be sent until that is mended."""


class Unsure(Exception):
    """The message was handed over whole and no answer came: it may be on its way or not."""


class Transport(Protocol):
    """Where messages go."""

    def deliver(
        self, number: int, kind: str, mail: Rendered, *, at_end: Callable[[], None] | None = None
    ) -> None:
        """Returns when the message is taken for good; raises Refused, Later or Away.

        `at_end` is called before the last bytes, without which no server takes a message; where it
        raises, nothing was sent. With it a lost answer raises Unsure.
        """

    def close(self) -> None:
        """Lets go of the connection."""


class LocalOutbox:
    """Messages land as files, readable on this machine."""

    def deliver(
        self, number: int, kind: str, mail: Rendered, *, at_end: Callable[[], None] | None = None
    ) -> None:
        """Stores the message durably; a second time it is the same file."""
        try:
            outbox.store(number, kind, mail.data)
        except OSError as error:
            raise Away(f"the outbox folder cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True)
class Server:
    """A mail server as `UNDERSIGNED_EMAIL_URL` names it."""

    host: str
    port: int
    user: str
    password: str
    security: str
    timeout: float


def parse(url: str) -> Server:
    """The server of a mail address URL; raises SettingsError with a line that says what is wrong."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        tls = query.pop("tls", ["none"])[-1]
        timeout = float(query.pop("timeout", ["30"])[-1])
        port = parts.port
    except ValueError as error:
        raise env.SettingsError(f"UNDERSIGNED_EMAIL_URL: {error}") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or query or parts.path.strip("/"):
        raise env.SettingsError(
            "UNDERSIGNED_EMAIL_URL: must be like smtp://user:password@host:587?tls=starttls"
        )
    if tls not in ("none", "starttls") or (parts.scheme == "smtps" and tls != "none"):
        raise env.SettingsError(
            "UNDERSIGNED_EMAIL_URL: tls= can only be starttls; write smtps:// for TLS throughout"
        )
    security = "smtps" if parts.scheme == "smtps" else "starttls" if tls == "starttls" else "smtp"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or _PORTS[security], user, password, security, timeout)


def transport() -> Transport:
    """Where this installation's messages go: its mail server, or the local outbox."""
    url = env.load().email_url
    return Connection(parse(url)) if url else LocalOutbox()


class Connection:
    """A connection that is kept for many messages and made anew when it breaks."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._client: smtplib.SMTP | None = None
        self._used = 0.0

    def deliver(
        self, number: int, kind: str, mail: Rendered, *, at_end: Callable[[], None] | None = None
    ) -> None:
        """Hands the message over; returns after the server's 250."""
        kept = self._client
        client = self._connected()
        try:
            try:
                self._hand_over(client, mail, at_end)
            except _Gone:
                # A kept connection may have died unnoticed, and nothing of the message was taken yet.
                if client is not kept:
                    raise
                self.close()
                self._hand_over(self._connected(), mail, at_end)
        except _Gone as gone:
            self.close()
            raise Later(str(gone)) from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Later(type(error).__name__) from None
        finally:
            self._used = time.monotonic()

    def _hand_over(self, client: smtplib.SMTP, mail: Rendered, at_end: Callable[[], None] | None) -> None:
        if mail.utf8 and not client.has_extn("smtputf8"):
            raise Refused("no-smtputf8")
        options = " SMTPUTF8 BODY=8BITMIME" if mail.utf8 else ""
        if client.does_esmtp and client.has_extn("size"):
            options = f" size={len(mail.data)}{options}"
        sender, to = _quoted(mail.sender), _quoted(mail.to)
        commands = (f"MAIL FROM:{sender}{options}", f"RCPT TO:{to}", "DATA")
        if any(mark in command for command in commands for mark in "\r\n"):
            raise Refused("no address")
        try:
            answers = _ask(client, commands, mail.utf8)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise _Gone(type(error).__name__) from error
        refusal = _refusal(answers)
        if refusal is not None:
            self._take_back(client, answers)
            raise refusal
        code, text = self._words(client, _body(mail.data), at_end)
        if code != 250:
            if code == 421:
                self.close()
            raise _of_data(code, text)

    def _words(self, client: smtplib.SMTP, body: bytes, at_end: Callable[[], None] | None) -> _Answer:
        """The answer to the message's words."""
        if at_end is None:
            client.send(body)
            return client.getreply()
        client.send(body[: -len(_END)])
        try:
            at_end()
        except BaseException:
            # Without its end no server takes the message, and none may come from our goodbye.
            self._client = None
            client.close()
            raise
        try:
            client.send(_END)
            return client.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._client = None
            client.close()
            raise Unsure(type(error).__name__) from None

    def _take_back(self, client: smtplib.SMTP, answers: list[_Answer]) -> None:
        """Ends a transaction that was refused, so that the next message begins anew."""
        if any(code == 421 for code, _text in answers):
            self.close()
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if len(answers) == 3 and answers[-1][0] == 354:
                # Nobody is to get it, yet the server waits for its words: it gets none.
                client.send(b".\r\n")
                client.getreply()
            client.rset()
            return
        self.close()

    def greet(self) -> None:
        """Returns when the server lets us in; raises Away. Sends nothing."""
        self._connected()

    def close(self) -> None:
        """Says goodbye where somebody is still listening."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and time.monotonic() - self._used > _QUIET:
            try:
                alive = self._client.noop()[0] == 250
            except (smtplib.SMTPException, OSError):
                alive = False
            if not alive:
                self.close()
        if self._client is None or self._client.sock is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context()
        client: smtplib.SMTP | None = None
        try:
            if server.security == "smtps":
                client = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
            else:
                client = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            # The end of a message that goes by itself must not wait for the server's kernel.
            if client.sock is not None:
                client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.security == "starttls":
                client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
            if server.user:
                client.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            if client is not None:
                client.close()
            raise Away(_connection_trouble(error)) from None
        self._used = time.monotonic()
        return client


def _quoted(address: str) -> str:
    """An address as the envelope has it; the library's way takes longer than handing over the message."""
    return f"<{address}>" if _PLAIN(address) else smtplib.quoteaddr(address)


def _refusal(answers: list[_Answer]) -> Exception | None:
    """What the first answer that is no consent means; None when the server waits for the message."""
    code, _text = answers[0]
    if code == 421:
        return _Gone("sender 421")
    if code != 250:
        return _of_sender(code)
    code, text = answers[1]
    if code not in (250, 251):
        return _of_recipient(code, text)
    code, text = answers[2]
    return None if code == 354 else _of_data(code, text)


def _ask(client: smtplib.SMTP, commands: tuple[str, ...], utf8: bool) -> list[_Answer]:
    """The answers to these commands up to the first refusal; asked at once where the server allows it."""
    encoding = "utf-8" if utf8 else "ascii"
    if client.has_extn("pipelining"):
        client.send("".join(f"{command}\r\n" for command in commands).encode(encoding))
        return [client.getreply() for _command in commands]
    answers: list[_Answer] = []
    for command in commands:
        client.send(f"{command}\r\n".encode(encoding))
        answers.append(client.getreply())
        if not 200 <= answers[-1][0] < 400:
            break
    return answers


def _body(data: bytes) -> bytes:
    """The message as DATA wants it: a line that begins with a dot gets another (RFC 5321, 4.5.2)."""
    data = _LEADING_DOT.sub(b"..", data)
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def _connection_trouble(error: Exception) -> str:
    """What is wrong, without the server's own words: they may quote names."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refuses user and password ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server does not let us in ({error.smtp_code})"
    if isinstance(error, ssl.SSLError):
        return f"the mail server's TLS cannot be trusted: {error.reason}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server does not offer what UNDERSIGNED_EMAIL_URL asks for (TLS or authentication)"
    if isinstance(error, OSError) and error.strerror:
        return f"the mail server does not answer: {error.strerror}"
    return f"the mail server does not answer ({type(error).__name__})"


def _enhanced(text: bytes) -> str:
    """The enhanced status code at the start of an answer (RFC 3463), else empty."""
    words = text.decode("ascii", "replace").split(maxsplit=1)
    parts = words[0].split(".") if words else []
    return words[0] if len(parts) == 3 and all(part.isdigit() for part in parts) else ""


def _of_sender(code: int) -> Exception:
    """MAIL FROM was refused: that is about this installation, whatever the code."""
    if code >= 500:
        return Away(f"the mail server refuses the sender's address ({code})")
    return Later(f"sender {code}")


def _of_recipient(code: int, text: bytes) -> Exception:
    status = _enhanced(text)
    if code < 500:
        return Later(f"rcpt {code}")
    if code in _OUR_FAULT or status.startswith("5.7."):
        log.warning("the mail server refuses us before it looks at the address (%s %s)", code, status)
        return Later(f"rcpt {code} {status}".strip())
    # A full mailbox (5.2.x) is refused today and may be emptied tomorrow.
    full = code == 552 or status.startswith("5.2.")
    return Refused(f"rcpt {code} {status}".strip(), dead=not full)


def _of_data(code: int, text: bytes) -> Exception:
    status = _enhanced(text)
    label = f"data {code} {status}".strip()
    if code < 500:
        return Later(label)
    log.warning("the mail server refuses a message's content (%s %s)", code, status)
    return Refused(label)
