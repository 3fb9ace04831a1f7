"""A message from its row: rendered by the sender, in the message's language, text and HTML."""

import hashlib
import hmac
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from undersigned.lib import clock, env, keys, vault
from undersigned.mailroom import address as addresses
from undersigned.mailroom import enclosures
from undersigned.mailroom.models import Message
from undersigned.mailroom.queue import PARAMS_CONTEXT, TO_CONTEXT

# The standard library folds a long identifier or link into an encoded word, which breaks it;
# 990 stays below the limit of a line (RFC 5322, 2.1.1).
_LINE = 990


class BadAddress(Exception):
    """The address is not one that a header can carry; no server will ever take it."""


@dataclass(frozen=True)
class Rendered:
    """A message ready for the wire."""

    sender: str
    to: str
    data: bytes
    message_id: str
    # The address has a local part that only a server with SMTPUTF8 takes.
    utf8: bool


def message_id(key: str) -> str:
    """The Message-ID of a row: the same for every attempt, and nobody else can make one."""
    mac = hmac.digest(keys.read_or_create("token"), b"message-id\0" + key.encode(), hashlib.sha256)
    return f"<{mac[:16].hex()}@{_host()}>"


def render(message: Message) -> Rendered:
    """The message of a row; raises BadAddress, VaultError, KeyMissing or a template's error."""
    to = addresses.wire(vault.unseal(message.to_sealed, context=TO_CONTEXT))
    params: dict[str, Any] = vault.unseal_json(message.params_sealed, context=PARAMS_CONTEXT)
    subject, text, html = _words(message.kind, message.language, params)
    sender, sender_name = _sender()
    # A letter that a person wrote goes out under that person's name, and says so.
    sender_name = str(params.get("sender_name") or sender_name)
    mail = EmailMessage()
    mail["From"] = Address(sender_name, addr_spec=sender)
    mail["To"] = _recipient(to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(message.key)
    if not params.get("personal"):
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if url := params.get("unsubscribe_url"):
        mail["List-Unsubscribe"] = f"<{url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    for file in enclosures.read(params.get("enclosures", [])):
        kind, _slash, subtype = file.media_type.partition("/")
        mail.add_attachment(bytes(file.data), maintype=kind, subtype=subtype, filename=file.name)
    utf8 = not to.isascii()
    policy = (SMTPUTF8 if utf8 else SMTP).clone(max_line_length=_LINE)
    return Rendered(sender, to, mail.as_bytes(policy=policy), message_id(message.key), utf8)


def _recipient(to: str) -> Address:
    if not to.isascii():
        # The parser of the standard library refuses what SMTPUTF8 allows (RFC 6531).
        local, _at, domain = to.rpartition("@")
        return Address(username=local, domain=domain)
    try:
        return Address(addr_spec=to)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadAddress from error


def _words(kind: str, language: str, params: dict[str, Any]) -> tuple[str, str, str]:
    shown = _shown_language(language)
    with translation.override(shown):
        context = {
            "base_url": env.load().base_url,
            "site_name": env.load().site_name,
            **params,
            "page_lang": shown,
            "page_dir": "rtl" if translation.get_language_bidi() else "ltr",
        }
        subject = " ".join(_fill(f"mail/{kind}.subject.txt", context, escape=False).split())
        text = _fill(f"mail/{kind}.txt", context, escape=False).strip() + "\n"
        html = str(params.get("html") or "") if kind == "raw" else ""
        return subject, text, html or _fill(f"mail/{kind}.html", {**context, "subject": subject}, escape=True)


def _fill(name: str, context: dict[str, Any], *, escape: bool) -> str:
    """A template filled; a text part is not HTML, and escaping would spoil its links."""
    template = get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=escape)))


def _shown_language(language: str) -> str:
    """The interface language nearest to the message's: the mail says which language its words are in."""
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def _host() -> str:
    return addresses.ascii_domain(env.load().mail_host)


def _sender() -> tuple[str, str]:
    """Address and name of the sender; a site on a bare IPv6 address has no mail domain of its own."""
    name, address = parseaddr(env.load().sender)
    address = addresses.wire(address or env.load().sender)
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError, HeaderParseError):
        address = "undersigned@localhost"
    return address, name or env.load().site_name
