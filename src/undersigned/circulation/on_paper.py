"""What all that is printed shares: its style, and letters without what paper cannot follow."""

import re
from functools import lru_cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

_WAY_BACK = re.compile(r'<a [^>]*class="back"[^>]*>.*?</a>', re.DOTALL)
_NAMES = re.compile(r'</?a\b[^>]*>| (?:id|role|aria-label|aria-labelledby|class)="[^"]*"')


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet of sheets and of the enclosed text."""
    return (Path(__file__).parent / "static" / "undersigned" / "paper.css").read_text(encoding="utf-8")


def bare(html: str) -> SafeString:
    """A letter's safe HTML without its links and the names of places in it."""
    return mark_safe(_NAMES.sub("", _WAY_BACK.sub("", html)))  # noqa: S308  # safe as the letter's page has it
