"""What carriers and organisers may type besides names and addresses: a language, a few paragraphs."""

import re
from typing import Any

from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.lib import canonical
from undersigned.lib.fields import FieldError

WORDS_MAX = 4000
_RAW_MAX = 20_000
# Characters that turn the line around them: nobody's name needs them, and they hide what follows.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r"[=+@\t\r-]")


def clean_language(value: Any) -> str:
    """A language tag that names a language."""
    text = _text(value, languages.LONGEST).strip()
    if not languages.is_language(text):
        raise FieldError(_("“%(tag)s” is not a language code such as “es” or “pt-BR”.") % {"tag": text})
    return text


def clean_words(value: Any, *, required: bool = False, limit: int = WORDS_MAX) -> str:
    """A few paragraphs as they were typed, without characters that cannot be shown."""
    text = _text(value, limit).strip()
    if required and not text:
        raise FieldError(_("Please fill in this field."))
    return text


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula; here it is never more than text."""
    return bool(_FORMULA.match(text))


def _text(value: Any, limit: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldError(_("Please write text here."))
    if len(value) > _RAW_MAX or len(value.strip()) > limit:
        raise FieldError(
            _("This is too long: %(length)s characters, where %(limit)s are possible.")
            % {"length": len(value), "limit": limit}
        )
    try:
        text = canonical.canonical_text(value)
    except canonical.CanonicalError:
        raise FieldError(_("This holds characters that cannot be kept.")) from None
    if _TURNING.search(text):
        raise FieldError(_("This holds characters that cannot be kept."))
    return text
