"""Who signed in a while ago proves it again before an act that hurts in a stranger's hands.

Signing in counts, and so does every proof after it, for a quarter of an hour. A form that was open then may
still be sent for as long again: what was typed is not lost. This is about the request; whether somebody may
do an act at all is asked inside the act (`permissions`).
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import wraps
from typing import Any, overload
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from undersigned.lib import clock

GOOD_FOR = timedelta(minutes=15)
_PROVED = "proved_at"

View = Callable[..., HttpResponseBase]


def proved(request: HttpRequest) -> None:
    """Notes that whoever sits there has just shown who they are."""
    request.session[_PROVED] = int(clock.now().timestamp())


def is_fresh(request: HttpRequest, good_for: timedelta = GOOD_FOR) -> bool:
    """Whether the last proof is recent; a moment in the future is none."""
    at = request.session.get(_PROVED)
    return isinstance(at, int) and 0 <= clock.now().timestamp() - at <= good_for.total_seconds()


@overload
def proven(view: View) -> View: ...
@overload
def proven(*, acts: Collection[str]) -> Callable[[View], View]: ...
def proven(view: View | None = None, *, acts: Collection[str] = ()) -> Any:
    """Lets a view be used after a fresh proof alone; with `acts`, only these values of `act` ask for it."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not _passes(request, acts):
                return _ask(request)
            return view(request, *args, **kwargs)

        return asked

    return decorate(view) if view else decorate


def _passes(request: HttpRequest, acts: Collection[str]) -> bool:
    posted = request.method == "POST"
    if acts and not (posted and request.POST.get("act") in acts):
        return True
    return is_fresh(request, GOOD_FOR * 2 if posted else GOOD_FOR)


def _ask(request: HttpRequest) -> HttpResponseBase:
    methods = get_adapter().get_reauthentication_methods(request.user)
    if request.method == "POST":
        messages.warning(request, _("Nothing was done yet. Show that it is you, then do it once more."))
    there = urlencode({REDIRECT_FIELD_NAME: _back(request)})
    return HttpResponseRedirect(f"{methods[0]['url']}?{there}")


def _back(request: HttpRequest) -> str:
    """The page to come back to: what was asked for, or the page with the form that was sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.get_host() and came.path.startswith("/desk/"):
        return f"{came.path}?{came.query}" if came.query else came.path
    return reverse("desk-home")


def _signed_in(request: HttpRequest, **_more: Any) -> None:
    proved(request)


def _shown_again(request: HttpRequest, *, reauthenticated: bool = False, **_more: Any) -> None:
    # A step on the way to signing in is no proof: others may have to follow.
    if reauthenticated:
        proved(request)


def listen() -> None:
    """Hears of proofs: Django tells of signing in, allauth of every proof after it."""
    user_logged_in.connect(_signed_in, dispatch_uid="undersigned.proved")
    authentication_step_completed.connect(_shown_again, dispatch_uid="undersigned.proved-again")
