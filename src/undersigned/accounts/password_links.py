"""Links to set a first password. Apart from `organisers`: a start needs that one, and none of allauth."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from undersigned.accounts.models import User
from undersigned.lib import env


def password_link(user: User) -> str:
    """A link to set a password: works once, and only until one is set."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return f"{env.load().base_url}{path}"
