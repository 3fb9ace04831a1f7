"""What every template knows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from undersigned import __version__
from undersigned.accounts.permissions import teams_where
from undersigned.lib import env


def page(request: HttpRequest) -> dict[str, Any]:
    """The page's language and direction, the site's name, and where the program's source is offered."""
    language = translation.get_language() or "en"
    return {
        "page_lang": language,
        "page_dir": "rtl" if translation.get_language_bidi() else "ltr",
        "site_name": env.load().site_name,
        "software_version": __version__,
        # Asked on the desk alone: a public page must not touch the session.
        "reads_mail": SimpleLazyObject(lambda: bool(teams_where(request.user, "mail.view"))),  # type: ignore[arg-type]
        "source_url": f"{reverse('how')}#source",
    }
