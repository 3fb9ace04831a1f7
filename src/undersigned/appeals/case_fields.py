"""What may stand in a case: one set of rules for the forms and for files."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.appeals.case_models import Case, CaseStatement
from undersigned.appeals.case_sealed import NAME_KINDS, About, Consent, Name, Said
from undersigned.appeals.references.dates import date_key, plain, read_date
from undersigned.appeals.references.problems import BadReference
from undersigned.appeals.said import said as sentence
from undersigned.lib.fields import FieldError, clean_line, clean_name

NAMES_MAX = 30
WORDS_MAX = 5000
_EDTF_MAX = 40
# A line of a longer text.
_LINE_MAX = 2000


def names(found: Iterable[Name]) -> tuple[Name, ...]:
    """The names of a case: at least one, each of a known kind; raises ValidationError."""
    cleaned = tuple(dict.fromkeys(_name(name) for name in found))
    if not cleaned:
        raise ValidationError({"names": _("Enter at least one name: it may be withheld from readers.")})
    if len(cleaned) > NAMES_MAX:
        raise ValidationError({"names": _("At most %(most)d names.") % {"most": NAMES_MAX}})
    return cleaned


def _name(name: Name) -> Name:
    if name.kind not in NAME_KINDS:
        raise ValidationError(
            {"names": _("There is no such kind of name: “%(kind)s”.") % {"kind": name.kind[:40]}}
        )
    language = name.language.strip()
    if language and not languages.is_language(language):
        raise ValidationError(
            {
                "names": _("This is not a language code such as “ru” or “ru-Latn”: %(tag)s")
                % {"tag": language[:40]}
            }
        )
    return Name(name.kind, _tried("names", lambda: clean_name(name.text)), language)


def _tried(field: str, read: object) -> str:
    try:
        return str(read())  # type: ignore[operator] # a reader of lib.fields
    except FieldError as error:
        raise ValidationError({field: str(error)}) from error


def line(field: str, value: str, most: int = 200) -> str:
    """One line."""
    return _tried(field, lambda: clean_line(value, limit=most))


def words(field: str, value: str) -> str:
    """A text of several lines."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join(_tried(field, lambda one=one: clean_line(one, limit=_LINE_MAX)) for one in lines).strip()
    if len(kept) > WORDS_MAX:
        raise ValidationError(
            {field: _("This is too long: %(length)s characters, where %(limit)s are possible.")
             % {"length": len(kept), "limit": WORDS_MAX}}
        )  # fmt: skip
    return kept


def kind(value: str) -> str:
    """Person or group."""
    return _choice("kind", value, Case.Kind.values)


def state(value: str) -> str:
    """A state, or nothing."""
    return _choice("state", value, ["", *CaseStatement.State.values])


def _choice(field: str, value: str, choices: list[str]) -> str:
    if value not in choices:
        raise ValidationError({field: _("Please choose one of the possibilities.")})
    return value


def about(found: Iterable[Name], note: str) -> About:
    """Names and note of a case."""
    return About(names(found), words("note", note))


def consent(value: Consent) -> Consent:
    """A consent; to be named at all, somebody must have agreed, or there must be a ground."""
    level = _choice("level", value.level, Case.Level.values)
    cleaned = Consent(
        level,
        line("by", value.by),
        typed_date("on", value.on),
        line("basis", value.basis, 500),
    )
    if level != Case.Level.WITHHELD and not (cleaned.by or cleaned.basis):
        raise ValidationError({"basis": _("Say who consented, or on what ground the name may be shown.")})
    return cleaned


def typed_date(field: str, value: str) -> str:
    """A date as typed: EDTF or words; raises ValidationError for a day that does not exist."""
    typed = line(field, value, 100)
    try:
        read_date(typed)
    except BadReference as error:
        raise ValidationError({field: sentence(error.problem)}) from error
    return typed


def statement(typed: str, place: str, note: str) -> Said:
    """What a statement says."""
    return Said(typed_date("date", typed), line("place", place), words("note", note))


def dated(typed: str) -> tuple[str, str]:
    """A typed date as EDTF and as what sorts; both empty where no year is known."""
    found = read_date(typed)
    if not found:
        return "", ""
    # “1936/..” keeps its open end, which CSL's data have no place for.
    edtf = typed if ".." in typed else plain(found)
    return edtf[:_EDTF_MAX], date_key(found)


def day(field: str, value: str) -> date:
    """A day as 1936-07-06."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise ValidationError({field: _("Write the day as 1936-07-06.")}) from None
