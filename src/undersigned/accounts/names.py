"""Names of people and teams: as typed, on one line, without what turns the text around them. Addresses."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

LONGEST = 200
# Composing a heap of marks takes the square of it.
_LONGEST_RAW = 2000
# The longest address that mail can carry (RFC 5321).
LONGEST_ADDRESS = 254
# Overrides and isolates of direction; the marks inside a name (as in Persian) stay.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(value: str) -> str:
    """The name in NFC on one line; raises ValidationError when it cannot be one."""
    if len(value) > _LONGEST_RAW:
        raise ValidationError(_("This is longer than 200 characters."), code="max_length")
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in _TURNING for c in text):
        raise ValidationError(_("This holds characters that cannot be shown."), code="characters")
    if not text:
        raise ValidationError(_("Write a name."), code="required")
    if len(text) > LONGEST:
        raise ValidationError(_("This is longer than 200 characters."), code="max_length")
    return text


def clean_email(value: str) -> str:
    """The address as accounts are found by; raises ValidationError when it cannot be one."""
    address = value.strip().lower()
    if len(address) > LONGEST_ADDRESS:
        raise ValidationError(_("This is longer than an address can be."), code="max_length")
    validate_email(address)
    return address
