"""Languages of texts and of the interface: a page speaks the language of its text where it can."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings

from undersigned.appeals.markup.head import LANG
from undersigned.appeals.markup.render import RIGHT_TO_LEFT
from undersigned.lib.lazily import Library

langcodes = Library("langcodes")

LONGEST = 35


def is_language(tag: str) -> bool:
    """Whether a BCP 47 tag, as a head may hold it, names a language that exists."""
    if len(tag) > LONGEST or not LANG.fullmatch(tag):
        return False
    try:
        return bool(langcodes.Language.get(tag).is_valid())
    except ValueError:
        return False


def interface_language(tag: str) -> str:
    """The interface language for a text's language, English where there is no catalogue."""
    primary = tag.split("-")[0].lower()
    return primary if primary in dict(settings.LANGUAGES) else "en"


def direction(tag: str) -> str:
    """`rtl` or `ltr` for a text's language."""
    return "rtl" if tag.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=512)
def language_name(tag: str, shown_in: str) -> str:
    """A language's name as readers of another language write it; the tag itself where nobody knows it."""
    try:
        locale = Locale.parse(tag, sep="-")
        return locale.get_display_name(shown_in.replace("-", "_")) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def own_name(tag: str) -> str:
    """A language's name in itself, as a language switch shows it."""
    return language_name(tag, tag.split("-")[0])


def negotiate(accept: str, offered: list[str]) -> str | None:
    """The offered tag that an Accept-Language header wants most, None where it wants none of them."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            weight = float(quality)
        except ValueError:
            continue
        # Also leaves out what is not a number, which cannot be sorted.
        if weight > 0:
            wanted.append((-weight, place, tag.strip().lower()))
    for _, _, tag in sorted(wanted):
        if not tag:
            continue
        exact = [o for o in offered if o.lower() == tag]
        loose = [o for o in offered if o.lower().split("-")[0] == tag.split("-")[0]]
        if exact or loose:
            return (exact or loose)[0]
    return None
