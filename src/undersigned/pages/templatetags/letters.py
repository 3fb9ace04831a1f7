"""Dates of letters, as their language writes them."""

from django import template

from undersigned.appeals import written_dates as dates

register = template.Library()


@register.filter
def written_out(typed: str, language: str) -> str:
    """A day, month or year in words of the language."""
    return dates.written_out(typed, language)


@register.filter
def machine_readable(typed: str) -> str:
    """What a `datetime` attribute may hold."""
    return dates.machine_readable(typed)
