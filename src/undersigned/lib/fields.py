"""What may stand in a field: one set of rules for the form, the JSON door and the CSV import.

Names come in every script, so the rules refuse only what spoils other people's lines: control and
bidirectional override characters, marks heaped on one letter, and what cannot be stored or shown.
Zero-width joiners stay (Persian and Indic names need them), and so do the plain direction marks,
which turn nothing around beyond their own neutral neighbours.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

LINE_MAX = 200
EMAIL_MAX = 254
_LOCAL_MAX = 64
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
# Longer input is refused before any work is done on it.
_RAW_MAX = 2000
_MARKS_IN_A_ROW = 5
# Pasted remains that show nothing and carry no meaning in a name.
_DROPPED = re.compile("[\u00ad\u200b\u2060\ufeff]")
_KEPT_FORMAT = frozenset("\u200c\u200d\u200e\u200f\u061c\u06dd\u070f\u0890\u0891\u08e2") | {
    chr(point) for point in range(0x0600, 0x0606)
}
_FOLDED_CONTROLS = frozenset("\t\n\r\x0b\x0c")
_EDGES = "\u200e\u200f\u061c "
# Codes that CLDR lists beside the countries of ISO 3166-1; Kosovo's XK is in use and stays.
_NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # noqa: SIM905  one line to read


class FieldError(ValueError):
    """A value that a field does not take; the message is for the person who typed it."""


def clean_line(value: Any, *, required: bool = False, limit: int = LINE_MAX) -> str:
    """One line of text as it may be stored and shown; raises FieldError, never anything else."""
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise FieldError(_("Please write text here."))
    if len(value) > _RAW_MAX:
        raise FieldError(_too_long(len(value), limit))
    # Nothing in plain ASCII is refused, dropped, composed or heaped: most fields of a crowd are that.
    is_simple = value.isascii() and value.isprintable()
    if not is_simple:
        _refuse_characters(value)
        value = unicodedata.normalize("NFC", _DROPPED.sub("", value))
    text = " ".join(value.split()).strip(_EDGES)
    if len(text) > limit:
        raise FieldError(_too_long(len(text), limit))
    if required and not text:
        raise FieldError(_("Please fill in this field."))
    if not is_simple:
        _refuse_heaps(text)
    return text


def clean_name(value: Any) -> str:
    """A name or pseudonym: a line with at least one letter of any script."""
    text = clean_line(value, required=True)
    if not any(_is_letter(char) for char in text):
        raise FieldError(_("A name needs at least one letter."))
    return text


def clean_email(value: Any) -> str:
    """An e-mail address that can be written to: the local part as typed, the domain in small letters."""
    if value is None or value == "":
        raise FieldError(_("Please fill in this field."))
    if not isinstance(value, str):
        raise FieldError(_("Please write text here."))
    if len(value) > _RAW_MAX:
        raise FieldError(_too_long(len(value), EMAIL_MAX))
    value = value.strip()
    if not value:
        raise FieldError(_("Please fill in this field."))
    try:
        return _normal_email(value)
    except (EmailNotValidError, ValueError):
        raise FieldError(
            _("This is not a whole e-mail address; it should look like name@example.org.")
        ) from None


def _normal_email(value: str) -> str:
    """The address as it is kept; raises ValueError for what is none."""
    local, _at, domain = value.rpartition("@")
    # A crowd has few domains: each is judged once, and before it only what needs no judging stands.
    if domain.isascii() and len(local) <= _LOCAL_MAX and _SIMPLE_LOCAL.fullmatch(local):
        address = f"{local}@{_normal_domain(domain)}"
        if len(address) <= EMAIL_MAX:
            return address
    return _judged(value)


@lru_cache(maxsize=4096)
def _normal_domain(domain: str) -> str:
    return _judged(f"a@{domain}").rpartition("@")[2]


def _judged(value: str) -> str:
    # Addresses under .test are well-formed; that no mail reaches them is nobody's harm.
    found = validate_email(value, check_deliverability=False, test_environment=True, strict=True)
    return found.normalized


def clean_choice(value: Any, choices: tuple[str, ...], *, default: str) -> str:
    """One of the choices; an empty value is the default."""
    if value is None or value == "":
        return default
    if not isinstance(value, str) or value not in choices:
        raise FieldError(_("Please choose one of the possibilities."))
    return value


def clean_tick(value: Any) -> bool:
    """Whether a box is ticked: only what plainly says so counts as consent."""
    if value is None or isinstance(value, bool):
        return bool(value)
    word = value.strip().lower() if isinstance(value, str) and len(value) < 20 else "?"
    if word in ("on", "true", "1", "yes"):
        return True
    if word in ("", "off", "false", "0", "no"):
        return False
    raise FieldError(_("Please tick this box or leave it empty."))


def clean_country(value: Any, *, required: bool = False) -> str:
    """A country as its ISO 3166-1 alpha-2 code, in capitals; empty where none is given."""
    text = clean_line(value, required=required).upper()
    if text and text not in country_codes():
        raise FieldError(_("Please choose a country from the list."))
    return text


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """The codes of all countries."""
    found = {code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code)}
    return frozenset(found - _NO_COUNTRIES)


@lru_cache(maxsize=64)
def country_names(language: str) -> dict[str, str]:
    """The countries' names in a language, by code; in English where the language is unknown."""
    try:
        names = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        names = Locale("en").territories
    return {code: str(names.get(code, code)) for code in country_codes()}


def _too_long(length: int, limit: int) -> str:
    return _("This is too long: %(length)s characters, where %(limit)s are possible.") % {
        "length": length,
        "limit": limit,
    }


def _refuse_characters(text: str) -> None:
    for char in text:
        if char.isascii() and char.isprintable():
            continue
        category = unicodedata.category(char)
        if category == "Cc" and char not in _FOLDED_CONTROLS:
            wrong = True
        elif category == "Cf":
            wrong = char not in _KEPT_FORMAT and not _DROPPED.match(char)
        else:
            # U+FFFD stands where a sender's bytes were no UTF-8: the name is spoilt already.
            wrong = category in ("Cs", "Co") or char == "\ufffd" or _is_noncharacter(char)
        if wrong:
            raise FieldError(
                _("This holds a character that cannot be kept (U+%(point)s).") % {"point": f"{ord(char):04X}"}
            )


def _is_noncharacter(char: str) -> bool:
    point = ord(char)
    return 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE


def _refuse_heaps(text: str) -> None:
    row = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            row += 1
        elif char not in "\u200c\u200d":
            row = 0
        if row > _MARKS_IN_A_ROW:
            raise FieldError(_("Too many marks stand on one letter."))


def _is_letter(char: str) -> bool:
    # Unassigned in this Python's tables may be a letter of a newer Unicode: rare Han characters of names.
    return unicodedata.category(char)[0] == "L" or (
        unicodedata.category(char) == "Cn" and 0x20000 <= ord(char) <= 0x3FFFF
    )
