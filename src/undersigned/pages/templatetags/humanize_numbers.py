"""Numbers as the page's language writes them."""

from babel.core import UnknownLocaleError
from babel.numbers import format_decimal
from django import template
from django.utils import translation

register = template.Library()


@register.filter
def grouped(value: int | None) -> str:
    """A whole number with the language's digit groups; empty for None."""
    if value is None:
        return ""
    language = (translation.get_language() or "en").replace("-", "_")
    try:
        return format_decimal(value, locale=language)
    except (UnknownLocaleError, ValueError):
        return str(value)
