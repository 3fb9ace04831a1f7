"""How allauth behaves here: no sign-up, links to this site only, few words."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from undersigned.lib import env, http

# Said by the page itself.
_SILENT = frozenset(f"account/messages/{name}.txt" for name in ("logged_in", "logged_out", "login_code_sent"))
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
        if message_template not in _SILENT:
            super().add_message(request, level, message_template, message_context, extra_tags, message)
