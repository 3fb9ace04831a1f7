"""The views of allauth that this site wants: sign in and out, by code too, and passwords. No sign-up."""

from django.urls import URLPattern, path, re_path

from undersigned.lib import later

allauth = later.Views("undersigned.accounts.allauth_views")
own = later.Views("undersigned.accounts.views")

urlpatterns: list[URLPattern] = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    # allauth names this address in places; it says how accounts are made.
    path("signup/", own.sign_up_closed, name="account_signup"),
    path(
        "login/code/",
        allauth.request_code,
        name="account_request_login_code",
    ),
    path(
        "login/code/confirm/",
        allauth.type_code,
        name="account_confirm_login_code",
    ),
    path(
        "password/change/",
        allauth.change_password,
        name="account_change_password",
    ),
    path(
        "password/set/",
        allauth.set_password,
        name="account_set_password",
    ),
    path(
        "password/reset/",
        allauth.reset_password,
        name="account_reset_password",
    ),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        allauth.reset_password_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
