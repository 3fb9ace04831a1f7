"""Second factors as this site has them: passkeys, codes of an app, codes on paper."""

import base64
import importlib
import ipaddress
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from undersigned.accounts.models import User
from undersigned.lib import env, vault

CONTEXT = "second-factor"
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def site_host(request: HttpRequest) -> str:
    """The name that passkeys are made for: that of the site, whatever Host a request claims."""
    host = urlsplit(env.load().base_url).hostname or ""
    asked = request.get_host().rsplit(":", 1)[0]
    return asked if host in _THIS_MACHINE and asked in _THIS_MACHINE else host


def passkeys_possible(request: HttpRequest) -> bool:
    """Browsers make passkeys for a name, not for a number, and over HTTPS or on the machine itself."""
    host = site_host(request)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost" or env.load().base_url.startswith("https://")
    return False


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """What allauth asks about second factors."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or it was used already."),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes belong to an authenticator app or a passkey: add one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seals a secret with the key outside the database."""
        return base64.b64encode(vault.seal(text, context=CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opens what `encrypt` sealed."""
        return vault.unseal(base64.b64decode(encrypted_text), context=CONTEXT)

    def get_totp_issuer(self) -> str:
        """The site's name, as the app will list it."""
        return env.load().site_name

    def build_totp_svg(self, url: str) -> str:
        """The QR code as a picture inside the page: the policy of this site lets no data address be shown."""
        made = importlib.import_module("segno").make(url, error="m", micro=False)
        return str(made.svg_inline(scale=5, dark="#000", light="#fff", border=4, omitsize=True))

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """A name to begin with."""
        return gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for."""
        return {"id": site_host(context.request), "name": env.load().site_name}
