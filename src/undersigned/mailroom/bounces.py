"""Bounces: a delivery report (RFC 3464) marks the address of a message that we sent."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

from undersigned.lib import clock
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message as Row
from undersigned.mailroom.models import Suppression
from undersigned.mailroom.render import message_id

# Servers give up after five days; a report may take as long again, and wait for its reader.
_LATEST = timedelta(days=90)


class NotABounce(Exception):
    """The message is no delivery report about a mail of this site; nothing was changed."""


def record(data: bytes) -> str:
    """Marks the address that a delivery report calls dead; returns the report's status code.

    Only a report that quotes the Message-ID of a mail to that address counts: nobody else knows it,
    so a stranger cannot silence an address.
    """
    try:
        report = message_from_bytes(data, policy=policy.default)
        failed = [(address, status) for address, status in _recipients(report) if status.startswith("5.")]
        quoted = set(_message_ids(report)) if failed else set()
    except RecursionError:
        raise NotABounce("parts stand within parts more deeply than in any report") from None
    if not failed:
        raise NotABounce("this is no report of a permanent failure (RFC 3464)")
    for address, status in failed:
        hashed = queue.address_key(address)
        sent = queue.to_address(address, clock.now() - _LATEST)
        rows = sent.order_by("-id").values_list("pk", "key")[:1000]
        number = next((pk for pk, key in rows if message_id(key) in quoted), None)
        if number is not None:
            _mark(number, hashed, status)
            return status
    raise NotABounce("this report is about no message that this site sent to that address")


def _mark(number: int, hashed: bytes, status: str) -> None:
    queue.suppress(hashed=hashed, reason=Suppression.Reason.BOUNCED, code=status)
    Row.objects.filter(pk=number).update(state=Row.State.FAILED, last_error=f"bounced {status}")


def _recipients(report: EmailMessage) -> Iterator[tuple[str, str]]:
    """Addresses and status codes of the delivery-status part, the original address too where it is named."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _inner(part):
            status = str(block["Status"] or "").split(maxsplit=1)
            for field in ("Original-Recipient", "Final-Recipient"):
                # "rfc822; somebody@example.org"
                _kind, _semicolon, address = str(block[field] or "").partition(";")
                address = parseaddr(address.strip())[1]
                if address and status:
                    yield address, status[0]


def _message_ids(report: EmailMessage) -> Iterator[str]:
    """Message-IDs of the mail that came back, whole or headers only."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            quoted = message_from_bytes(headers if isinstance(headers, bytes) else b"", policy=policy.default)
            yield str(quoted["Message-ID"] or "").strip()
        elif kind == "message/rfc822":
            for inner in _inner(part):
                yield str(inner["Message-ID"] or "").strip()


def _inner(part: "Message[str, str]") -> "list[Message[str, str]]":
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []
