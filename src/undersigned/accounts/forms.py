"""Forms of accounts and teams; what they refuse they say next to the field."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import names
from undersigned.accounts.models import Role, User

PASSWORD_HINT = _("At least 10 characters; a few words are good. Not a common password.")


class NameField(forms.CharField):
    """A name of a person or a team."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"dir": "auto", **options.pop("attrs", {})}), **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return names.clean(text) if text else ""


def _password_field(label: Any, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, **options)


class NewPasswordForm(forms.Form):
    """A password typed twice; `user_for_checks` says whom it must not resemble."""

    password1 = _password_field(_("Password"), help_text=PASSWORD_HINT)
    password2 = _password_field(_("Password again"))

    def user_for_checks(self) -> User:
        """The account that the password is for, as far as the form knows it."""
        return User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                validate_password(first, self.user_for_checks())
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class SetupForm(NewPasswordForm):
    """The first organiser."""

    team = NameField(
        label=_("Name of your team"), help_text=_("Appeals belong to a team. It can be one person.")
    )
    name = NameField(label=_("Your name"), attrs={"autocomplete": "name"})
    email = forms.EmailField(
        max_length=names.LONGEST_ADDRESS,
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("team", "name", "email", "password1", "password2")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class NewcomerForm(NewPasswordForm):
    """An invited person without an account."""

    name = NameField(label=_("Your name"), attrs={"autocomplete": "name"})
    field_order = ("name", "password1", "password2")

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def user_for_checks(self) -> User:
        """The account to be made."""
        return User(email=self.email, name=self.cleaned_data.get("name", ""))


class TeamForm(forms.Form):
    """A team's name."""

    name = NameField(label=_("Name of the team"))


class InviteForm(forms.Form):
    """An invitation: an address and a role."""

    email = forms.EmailField(
        max_length=names.LONGEST_ADDRESS,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.EDITOR,
        help_text=_(
            "Owners also manage the team; editors write, publish and open appeals; "
            "moderators look after signatures; viewers read."
        ),
    )


class AgeKeyForm(forms.Form):
    """The public half of a key, and whose it is."""

    label = NameField(label=_("Whose key"), max_length=100, help_text=_("A name by which the team knows it."))
    recipient = forms.CharField(
        label=_("Public half"),
        max_length=200,
        help_text=_("The line that begins with “age1”. Never the private half."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class MeForm(forms.Form):
    """One's own name and the language of the desk."""

    name = NameField(label=_("Your name"), attrs={"autocomplete": "name"})
    language = forms.ChoiceField(label=_("Language of the desk"), choices=settings.LANGUAGES)


class AddressForm(forms.Form):
    """Another address for an account."""

    email = forms.EmailField(
        max_length=names.LONGEST_ADDRESS,
        label=_("New e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    """A code that was mailed."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "code"}),
    )


class CloseForm(forms.Form):
    """That the account is really to be closed."""

    sure = forms.BooleanField(label=_("Close my account for good"))


class _Plain:
    """Takes allauth's placeholders and its list of rules away: labels and one sentence say it."""

    fields: dict[str, forms.Field]

    def _plain(self) -> None:
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in ("login", "email"):
                field.label = _("E-mail address")
            if name in ("password1", "oldpassword"):
                field.help_text = PASSWORD_HINT if name == "password1" else ""


class Login(allauth_forms.LoginForm, _Plain):  # type: ignore[misc]  # allauth ships no types
    """Address and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class RequestCode(allauth_forms.RequestLoginCodeForm, _Plain):  # type: ignore[misc]
    """The address that a sign-in code is sent to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class TypeCode(allauth_forms.ConfirmLoginCodeForm, _Plain):  # type: ignore[misc]
    """The code that was mailed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()
        self.fields["code"].widget.attrs["class"] = "code"


class ResetPassword(allauth_forms.ResetPasswordForm, _Plain):  # type: ignore[misc]
    """The address that a link for a new password is sent to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class ResetPasswordKey(allauth_forms.ResetPasswordKeyForm, _Plain):  # type: ignore[misc]
    """A new password, by the link that was mailed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class ChangePassword(allauth_forms.ChangePasswordForm, _Plain):  # type: ignore[misc]
    """A new password for who knows the old one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class PasswordAgain(allauth_forms.ReauthenticateForm, _Plain):  # type: ignore[misc]
    """The password of who is signed in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()


class SetPassword(allauth_forms.SetPasswordForm, _Plain):  # type: ignore[misc]
    """A first password for who signed in by code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._plain()
