"""Who changed the way into an account is told by mail, and the record of each of their teams says so."""

from collections.abc import Mapping

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import audit
from undersigned.accounts.models import Team, User
from undersigned.lib import env

# By the names that allauth gives to its notifications, and three of our own.
WORDS: Mapping[str, Promise] = {
    "password_changed": _("The password of your account was changed."),
    "password_set": _("A password was set for your account."),
    "password_reset": _("The password of your account was set anew by a link from a mail."),
    "totp_activated": _("An authenticator app was added to your account."),
    "totp_deactivated": _("The authenticator app was taken off your account."),
    "webauthn_added": _("A passkey was added to your account."),
    "webauthn_removed": _("A passkey was taken off your account."),
    "recovery_codes_generated": _("New recovery codes were made for your account; the old ones have ended."),
    "address_changed": _("The e-mail address of your account was changed to another one."),
    "factors_reset": _("The operator of the site took all second factors off your account."),
    "account_closed": _("Your account was closed."),
}


def tell(user: User, what: str, *, by_owner: bool = True, to: str = "") -> None:
    """Queues the mail and writes the rows; what has no words here is not told."""
    words = WORDS.get(what)
    if words is None:
        return
    with transaction.atomic(), translation.override(user.language):
        for team in Team.objects.filter(memberships__user=user).order_by("pk"):
            audit.record(
                team=team,
                actor=user if by_owner else None,
                verb=f"account.{what}",
                subject=f"user:{user.pk}",
            )
        context = {
            "words": words,
            "site_name": env.load().site_name,
            "url": f"{env.load().base_url}/desk/me/",
        }
        subject = " ".join(render_to_string("accounts/mail/notice.subject.txt", context).split())
        send_mail(
            subject, render_to_string("accounts/mail/notice.txt", context).strip(), None, [to or user.email]
        )
