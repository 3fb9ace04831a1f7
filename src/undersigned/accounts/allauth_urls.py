"""The views of allauth that this site wants: sign in and out, by code too, and passwords. No sign-up."""

from allauth.account import views
from django.urls import URLPattern, path, re_path

from undersigned.accounts import forms
from undersigned.accounts import views as own

urlpatterns: list[URLPattern] = [
    path("login/", views.LoginView.as_view(form_class=forms.Login), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    # allauth names this address in places; it says how accounts are made.
    path("signup/", own.sign_up_closed, name="account_signup"),
    path(
        "login/code/",
        views.RequestLoginCodeView.as_view(form_class=forms.RequestCode),
        name="account_request_login_code",
    ),
    path(
        "login/code/confirm/",
        views.ConfirmLoginCodeView.as_view(form_class=forms.TypeCode),
        name="account_confirm_login_code",
    ),
    path(
        "password/change/",
        views.PasswordChangeView.as_view(form_class=forms.ChangePassword, success_url="/desk/me/"),
        name="account_change_password",
    ),
    path(
        "password/set/",
        views.PasswordSetView.as_view(form_class=forms.SetPassword, success_url="/desk/me/"),
        name="account_set_password",
    ),
    path(
        "password/reset/",
        views.PasswordResetView.as_view(form_class=forms.ResetPassword),
        name="account_reset_password",
    ),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        views.PasswordResetFromKeyView.as_view(form_class=forms.ResetPasswordKey),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
