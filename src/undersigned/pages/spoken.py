"""In which language the pages of a whole family speak: the original's, or that of another of its texts."""

from django.http import HttpRequest
from django.utils import translation

from undersigned.appeals import languages
from undersigned.pages.family import Family
from undersigned.pages.public import absolute


def page_language(request: HttpRequest, family: Family) -> tuple[str, str]:
    """The interface language, and what the address says of it: empty for the original's.

    The address decides, never the browser: a cache keeps the page.
    """
    offered = family.interface_languages
    asked = request.GET.get("lang", "")
    if asked in offered[1:]:
        return asked, asked
    return offered[0], ""


def alternates(family: Family, path: str, lang: str) -> list[dict[str, object]]:
    """The languages of a family's page, as the language switch takes them; empty where there is one."""
    offered = family.interface_languages
    if len(offered) < 2:
        return []
    return [
        {
            "lang": tag,
            "dir": "rtl" if translation.get_language_info(tag)["bidi"] else "ltr",
            "name": languages.own_name(tag),
            "url": absolute(path if place == 0 else f"{path}?lang={tag}"),
            "current": tag == (lang or offered[0]),
        }
        for place, tag in enumerate(offered)
    ]
