"""The desk speaks the language of the account; before sign-in, the browser's."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_from_request

from undersigned.accounts.models import User


class DeskLanguage:
    """Chooses the language of pages under /desk/ and touches no other: public pages speak their text's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/desk/"):
            return self.get_response(request)
        user = request.user
        wanted = user.language if isinstance(user, User) else get_language_from_request(request)
        with translation.override(wanted):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", wanted)
        return response
