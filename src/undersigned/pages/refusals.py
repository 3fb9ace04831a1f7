"""What the door says before Django sees a request: a page in the reader's language, made without one."""

import json
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.lib import env


def too_large(path: str, accept_language: str, most: int) -> tuple[str, bytes]:
    """Media type and body of 413: how much is taken, and what to do; JSON where programs ask."""
    language = languages.negotiate(accept_language[:200], list(dict(settings.LANGUAGES)))
    return _too_large(path.startswith("/api/"), language or env.load().language, most // 1_000_000)


@lru_cache(maxsize=64)
def _too_large(is_program: bool, language: str, most: int) -> tuple[str, bytes]:
    with translation.override(language):
        if is_program:
            told = _("This is larger than the %(most)d MB that are taken here.") % {"most": most}
            return "application/json", json.dumps({"error": told}).encode()
        direction = "rtl" if translation.get_language_bidi() else "ltr"
        context = {
            "page_lang": language, "page_dir": direction, "site_name": env.load().site_name, "most": most,
        }  # fmt: skip
        html = render_to_string("413.html", context)
    return "text/html; charset=utf-8", html.encode()
