"""Pages of one's own account: set-up, invitation, me, and the record of acts.

Addresses with a token keep the site's referrer policy, same-origin: under no-referrer browsers send
`Origin: null` with a form, and the check against foreign forms refuses it.
"""

from django.contrib import messages
from django.contrib.auth import login as sign_in
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from undersigned.accounts import invitations, setup
from undersigned.accounts.forms import MeForm, NewcomerForm, SetupForm
from undersigned.accounts.models import Invitation, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def person(request: HttpRequest) -> User:
    """The signed-in account, behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "POST"])
def setup_page(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the first organiser."""
    if not setup.is_open(token):
        return render(request, "accounts/setup_ended.html", status=410)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = setup.set_up(
                token=token,
                email=data["email"],
                name=data["name"],
                team=data["team"],
                password=data["password1"],
                language=translation.get_language() or "",
            )
        except setup.Ended:
            return render(request, "accounts/setup_ended.html", status=410)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            sign_in(request, user, backend=BACKEND)
            return redirect("desk-home")
    return render(request, "accounts/setup.html", {"form": form}, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Joins a team: with the account that is signed in, with one to sign in to, or with a new one."""
    try:
        invitation = invitations.find(token)
        if request.user.is_authenticated:
            return _join(request, token, invitation)
        if User.objects.filter(email=invitation.email).exists():
            here = reverse("invitation", args=[token])
            context = {"invitation": invitation, "login_url": f"{reverse('account_login')}?next={here}"}
            return render(request, "accounts/invitation_sign_in.html", context)
        return _join_new(request, token, invitation)
    except invitations.Ended:
        return render(request, "accounts/invitation_ended.html", status=410)


def _join(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    if request.method == "POST":
        membership = invitations.accept_invitation(actor=person(request), token=token)
        messages.success(request, _("You are in the team now."))
        return redirect("desk-team-one", membership.team_id)
    return render(request, "accounts/invitation_join.html", {"invitation": invitation})


def _join_new(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = NewcomerForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            membership = invitations.accept_as_newcomer(
                token=token, name=data["name"], password=data["password1"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            sign_in(request, membership.user, backend=BACKEND)
            return redirect("desk-home")
    context = {"invitation": invitation, "form": form}
    return render(request, "accounts/invitation_new.html", context, status=_status(request))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Changes one's own name and the language of the desk."""
    user = person(request)
    form = MeForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        user.name, user.language = form.cleaned_data["name"], form.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("desk-me")
    context = {"form": form, "memberships": user.memberships.select_related("team").order_by("team__name")}
    return render(request, "accounts/me.html", context, status=_status(request))


@never_cache
@require_safe
def sign_up_closed(request: HttpRequest) -> HttpResponse:
    """Says how accounts are made."""
    return render(request, "account/signup_closed.html", status=404)
