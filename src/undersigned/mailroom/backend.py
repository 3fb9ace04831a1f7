"""Mail that Django and its apps send goes through the same queue as everything else."""

import secrets
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

from undersigned.mailroom.queue import enqueue


class QueueBackend(BaseEmailBackend):
    """Queues what Django and its apps send, a message for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queues the messages in the caller's transaction; returns how many were taken."""
        for mail in email_messages:
            if mail.attachments:
                raise ValueError("mail with attachments cannot be queued")
            params = {"subject": str(mail.subject), "body": str(mail.body), "html": _html(mail)}
            for to in mail.recipients():
                enqueue(
                    key=f"raw:{secrets.token_hex(16)}",
                    kind="raw",
                    to=to,
                    language=translation.get_language() or "en",
                    params=params,
                )
        return len(email_messages)


def _html(mail: EmailMessage) -> str:
    if isinstance(mail, EmailMultiAlternatives):
        for content, mimetype in mail.alternatives:
            if mimetype == "text/html":
                return str(content)
    return ""
