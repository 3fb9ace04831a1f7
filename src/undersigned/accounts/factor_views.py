"""allauth's views of passkeys, apps and recovery codes; what changes the way in asks for a fresh proof."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from undersigned.accounts import factors, forms
from undersigned.accounts.again import proven


class _Again(ReauthenticateView):  # type: ignore[misc]  # allauth ships no types
    form_class = forms.PasswordAgain


class _Index(base.IndexView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        codes = found["authenticators"].get("recovery_codes")
        found["codes_left"] = len(codes.get_unused_codes()) if codes else 0
        found["passkeys_possible"] = factors.passkeys_possible(self.request)
        return found


class _AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Every passkey is one that signs in alone."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The options stay out of the parent: each time it makes them a new challenge begins.
        found: dict[str, Any] = super(webauthn.AddWebAuthnView, self).get_context_data(**kwargs)
        found["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        found["passkeys_possible"] = factors.passkeys_possible(self.request)
        return found


@method_decorator(
    login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login"), name="dispatch"
)
class _SecondStep(base.AuthenticateView):  # type: ignore[misc]
    """The second step of signing in; says which ways this account has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        types = set(self.stage.login.user.authenticator_set.values_list("type", flat=True))
        found["has_passkey"] = "webauthn" in types
        found["has_code"] = bool(types - {"webauthn"})
        found["has_app"] = "totp" in types
        return found


again_by_password = never_cache(_Again.as_view())
again_by_code = never_cache(base.ReauthenticateView.as_view())
again_by_passkey = never_cache(webauthn.ReauthenticateWebAuthnView.as_view())
second_step = never_cache(_SecondStep.as_view())
passkey_login = webauthn.LoginWebAuthnView.as_view()

index = never_cache(_Index.as_view())
app_on = never_cache(proven(totp.ActivateTOTPView.as_view()))
app_off = never_cache(proven(totp.DeactivateTOTPView.as_view()))
codes = never_cache(proven(recovery_codes.ViewRecoveryCodesView.as_view()))
codes_file = never_cache(proven(recovery_codes.DownloadRecoveryCodesView.as_view()))
codes_new = never_cache(proven(recovery_codes.GenerateRecoveryCodesView.as_view()))
add_passkey = never_cache(proven(_AddPasskey.as_view()))
name_passkey = never_cache(proven(webauthn.EditWebAuthnView.as_view()))
remove_passkey = never_cache(proven(webauthn.RemoveWebAuthnView.as_view()))
