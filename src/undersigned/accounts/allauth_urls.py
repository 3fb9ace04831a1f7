"""The views of allauth that this site wants: sign in and out, by code too, and passwords. No sign-up."""

from django.urls import URLPattern, path, re_path

from undersigned.lib import later

allauth = later.Views("undersigned.accounts.allauth_views")
factors = later.Views("undersigned.accounts.factor_views")
me = later.Views("undersigned.accounts.me_views")
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
    # Who signed in a while ago proves it again.
    path("again/", factors.again_by_password, name="account_reauthenticate"),
    path("again/code/", factors.again_by_code, name="mfa_reauthenticate"),
    path("again/passkey/", factors.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("again/mail/", me.again_by_mail, name="account_again_mail"),
    # Second factors.
    path("login/second/", factors.second_step, name="mfa_authenticate"),
    path("login/passkey/", factors.passkey_login, name="mfa_login_webauthn"),
    path("factors/", factors.index, name="mfa_index"),
    path("factors/", factors.index, name="mfa_list_webauthn"),
    path("factors/app/", factors.app_on, name="mfa_activate_totp"),
    path("factors/app/remove/", factors.app_off, name="mfa_deactivate_totp"),
    path("factors/codes/", factors.codes, name="mfa_view_recovery_codes"),
    path("factors/codes/new/", factors.codes_new, name="mfa_generate_recovery_codes"),
    path("factors/codes/file", factors.codes_file, name="mfa_download_recovery_codes"),
    path("factors/passkeys/new/", factors.add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/", factors.name_passkey, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
]
