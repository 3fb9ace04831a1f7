"""A code sent by mail and typed into the page that asked: good once, for 15 minutes, for five tries."""

import hmac
import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from undersigned.lib import clock, env

GOOD_FOR = timedelta(minutes=15)
TRIES = 5
# Between two mails to one and the same browser.
PAUSE = timedelta(seconds=30)
# Without those that are read as one another.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


def send(request: HttpRequest, *, purpose: str, to: str) -> None:
    """Sends a new code, which ends an earlier one; raises ValidationError within the pause after that."""
    now = int(clock.now().timestamp())
    before = request.session.get(_slot(purpose))
    if before and now - before["at"] < PAUSE.total_seconds():
        raise ValidationError(
            _("A code was sent just now. Wait half a minute for the next one."), code="soon"
        )
    code = "".join(secrets.choice(_LETTERS) for _place in range(8))
    request.session[_slot(purpose)] = {"code": code, "to": to, "at": now, "left": TRIES}
    words = {"code": f"{code[:4]} {code[4:]}", "site_name": env.load().site_name}
    subject = " ".join(render_to_string("accounts/mail/code.subject.txt", words).split())
    send_mail(subject, render_to_string("accounts/mail/code.txt", words).strip(), None, [to])


def waiting(request: HttpRequest, *, purpose: str) -> str:
    """The address that a code went to which can still be typed; empty where there is none."""
    sent = request.session.get(_slot(purpose))
    if not sent or clock.now().timestamp() - sent["at"] > GOOD_FOR.total_seconds() or sent["left"] < 1:
        return ""
    return str(sent["to"])


def take(request: HttpRequest, *, purpose: str, typed: str) -> str:
    """The address that the code went to, when it is the right one; raises ValidationError, and counts."""
    to = waiting(request, purpose=purpose)
    if not to:
        raise ValidationError(_("This code has ended. Have another one sent."), code="ended")
    sent = request.session[_slot(purpose)]
    plain = "".join(typed.upper().replace("-", "").split())
    if hmac.compare_digest(plain.encode(), sent["code"].encode()):
        del request.session[_slot(purpose)]
        return to
    request.session[_slot(purpose)] = {**sent, "left": sent["left"] - 1}
    raise ValidationError(_("This is not the code that was sent."), code="wrong")


def forget(request: HttpRequest, *, purpose: str) -> None:
    """Ends a code that nobody will type."""
    request.session.pop(_slot(purpose), None)


def _slot(purpose: str) -> str:
    return f"mailed-code-{purpose}"
