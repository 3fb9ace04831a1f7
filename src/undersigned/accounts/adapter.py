"""How allauth behaves here: no sign-up, links to this site only, few words."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from undersigned.accounts import again, notices, sessions
from undersigned.accounts.models import User
from undersigned.lib import env, http

# Said by the page itself.
_SILENT = frozenset(f"account/messages/{name}.txt" for name in ("logged_in", "logged_out", "login_code_sent"))
_SAID = {
    "mfa/messages/totp_activated.txt": gettext_lazy("The authenticator app is in use now."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The authenticator app is not used any more."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey was removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "These are your recovery codes. Keep them where you can reach them without this device."
    ),
}
_WAYS = {
    "reauthenticate": gettext_lazy("With your password"),
    "mfa_reauthenticate": gettext_lazy("With a code of your app or a recovery code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("With a passkey"),
    "mail": gettext_lazy("With a code by mail"),
}
_UNKNOWN = "account/email/unknown_account"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by invitation and by the set-up link only."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("There is no account with this address and this password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """Subjects say nothing about the site's purpose."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queues a mail; an address without an account gets none: nobody is pestered by typing it."""
        if template_prefix != _UNKNOWN:
            super().send_mail(template_prefix, email, {**context, "site_name": env.load().site_name})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link starts with the configured address, whatever Host the request claimed."""
        uid, _dash, rest = key.partition("-")
        return f"{env.load().base_url}{reverse('account_reset_password_from_key', args=[uid, rest])}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by, believed from configured proxies only."""
        address = http.client_address(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        )
        return address or "unknown"

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """One rule for the whole desk: `again` says what a fresh proof is."""
        return not again.is_fresh(context.request, again.GOOD_FOR * 2)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """How somebody can prove it again; who has neither password nor second factor gets a code by mail."""
        if not user.is_authenticated:
            return []
        found = [{**method, "description": _WAYS[method["id"]]} for method in
                 super().get_reauthentication_methods(user)]  # fmt: skip
        mail = {"id": "mail", "description": _WAYS["mail"], "url": reverse("account_again_mail")}
        return found or [mail]

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells somebody, and the record of their teams, that the way into the account has changed."""
        what = template_prefix.rsplit("/", 1)[-1]
        if what in ("password_changed", "password_set", "password_reset"):
            # Who knew the old password may sit at one of the others.
            sessions.end_all(user=user, but=sessions.current(self.request))
        notices.tell(user, what)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Leaves out what the next page says anyway."""
        if message_template in _SAID:
            messages.add_message(request, level, _SAID[message_template])
        elif message_template not in _SILENT:
            super().add_message(request, level, message_template, message_context, extra_tags, message)
