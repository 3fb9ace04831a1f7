"""Forms of second factors; what a browser hands over unread is an error of the form, never of the site."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import names
from undersigned.accounts.forms import NameField

_STEP = "last_step"


def _wrong() -> ValidationError:
    error: ValidationError = get_adapter().validation_error("incorrect_code")
    return error


def _take_code(field: forms.Field, hint: Any = "") -> None:
    field.label, field.help_text = _("Code"), hint
    field.widget.attrs = {"autocomplete": "one-time-code", "class": "code", "dir": "ltr"}


def _once(authenticator: Authenticator, code: str) -> None:
    """Raises ValidationError where this code of an app, or a later one, was taken before.

    allauth remembers that in the memory of one process; several of them serve a site.
    """
    secret = get_adapter().decrypt(authenticator.data["secret"])
    typed = "".join(code.split())
    steps = [
        step
        for step in totp_auth.yield_hotp_counters_from_time()
        if totp_auth.format_hotp_value(totp_auth.hotp_value(secret, step)) == typed
    ]
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        if not steps or row.data.get(_STEP, 0) >= max(steps):
            raise _wrong()
        row.data[_STEP] = max(steps)
        row.save(update_fields=["data"])


class _Code:
    """A code of the app, or one of the recovery codes; each is taken once."""

    fields: dict[str, forms.Field]
    authenticator: Authenticator

    def _prepare(self) -> None:
        _take_code(self.fields["code"], _("Six figures from the app, or one of your recovery codes."))

    def _checked(self, code: str) -> str:
        if self.authenticator.type == Authenticator.Type.TOTP:
            _once(self.authenticator, code)
        return code


class SecondFactor(base.AuthenticateForm, _Code):  # type: ignore[misc]  # allauth ships no types
    """The second step of signing in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare()

    def clean_code(self) -> str:
        return self._checked(super().clean_code())


class FactorAgain(base.ReauthenticateForm, _Code):  # type: ignore[misc]
    """The same, while signed in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare()

    def clean_code(self) -> str:
        return self._checked(super().clean_code())


class ActivateApp(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app shows that it has the secret."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _take_code(self.fields["code"], _("Six figures that the app shows now."))

    @property
    def spaced(self) -> str:
        """The secret as somebody types it: in groups of four."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class _Handed:
    """What the browser hands over in the field `credential`."""

    def _read(self, clean: Callable[[], Any]) -> Any:
        try:
            return clean()
        except ValidationError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            # The library reads strangers' data trustingly.
            raise _wrong() from None


class AddPasskey(webauthn.AddWebAuthnForm, _Handed):  # type: ignore[misc]
    """A new passkey: always one that signs in by itself and asks its owner for a finger or a number."""

    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        hint = _("So that you know it again: your telephone, the key on the ring.")
        first = self.fields["name"].initial
        self.fields["name"] = NameField(label=_("Name of the passkey"), help_text=hint, initial=first)

    def clean_name(self) -> str:
        return names.clean(self.cleaned_data["name"])[:60]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self._read(super().clean)
        return cleaned


class NamePasskey(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"] = NameField(label=_("Name of the passkey"))


class PasskeyLogin(webauthn.LoginWebAuthnForm, _Handed):  # type: ignore[misc]
    """Signs in by a passkey alone."""

    def clean_credential(self) -> Authenticator:
        return self._read(super().clean_credential)


class PasskeyStep(webauthn.AuthenticateWebAuthnForm, _Handed):  # type: ignore[misc]
    """A passkey as the second step of signing in."""

    def clean_credential(self) -> Authenticator:
        return self._read(super().clean_credential)


class PasskeyAgain(webauthn.ReauthenticateWebAuthnForm, _Handed):  # type: ignore[misc]
    """A passkey while signed in."""

    def clean_credential(self) -> Authenticator:
        return self._read(super().clean_credential)
