"""The way of the mail as far as the mail server, and what waits for it."""

from collections.abc import Iterator
from datetime import timedelta

from undersigned.lib import clock, env
from undersigned.mailroom import queue, smtp
from undersigned.mailroom.models import Message
from undersigned.operate.doctor.finding import Finding, fine, problem

_PATIENCE = timedelta(minutes=15)


def server() -> Iterator[Finding]:
    """The mail server is there and lets us in."""
    url = env.load().email_url
    if not url:
        yield fine("mail", "no mail server is set: messages stay in the local outbox")
        return
    try:
        named = smtp.parse(url)
        connected = smtp.Connection(named)
        connected.greet()
        connected.close()
    except (env.SettingsError, smtp.Away) as error:
        yield problem("mail", f"{error}: check UNDERSIGNED_EMAIL_URL")
        return
    yield fine("mail", "the mail server lets us in")
    if named.security == "none" and named.user:
        yield problem("mail", "the password goes over an open line: add ?tls=starttls, or use smtps://")


def waiting() -> Iterator[Finding]:
    """The queue flows."""
    if queue.is_held():
        yield problem("mail", f"held: {queue.held_reason()}; `undersigned send-mail --release` lets it go")
        return
    late = Message.objects.filter(state=Message.State.QUEUED, due_at__lt=clock.now() - _PATIENCE)
    oldest = late.order_by("due_at").first()
    if oldest is not None:
        yield problem(
            "mail",
            f"messages wait since {oldest.due_at:%F %H:%M}: start `undersigned serve` or "
            "`undersigned send-mail --loop`",
        )
