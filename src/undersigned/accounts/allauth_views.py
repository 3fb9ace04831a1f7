"""The views of allauth with this site's forms, and those that are taken as they are."""

from allauth.account import views

from undersigned.accounts import forms
from undersigned.accounts.again import proven

login = views.LoginView.as_view(form_class=forms.Login)
request_code = views.RequestLoginCodeView.as_view(form_class=forms.RequestCode)
type_code = views.ConfirmLoginCodeView.as_view(form_class=forms.TypeCode)
change_password = proven(
    views.PasswordChangeView.as_view(form_class=forms.ChangePassword, success_url="/desk/me/")
)
set_password = proven(views.PasswordSetView.as_view(form_class=forms.SetPassword, success_url="/desk/me/"))
reset_password = views.PasswordResetView.as_view(form_class=forms.ResetPassword)
reset_password_key = views.PasswordResetFromKeyView.as_view(form_class=forms.ResetPasswordKey)
logout = views.logout
account_inactive = views.account_inactive
password_reset_done = views.password_reset_done
password_reset_from_key_done = views.password_reset_from_key_done
