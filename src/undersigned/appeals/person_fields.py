"""What may stand in a person: one set of rules for the forms and for files."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from undersigned.appeals import case_fields, case_sealed, languages, markup
from undersigned.appeals.person_models import Person
from undersigned.appeals.person_sealed import ROLES, SCHEMES, PersonAbout, PersonName
from undersigned.appeals.references.dates import plain, read_date
from undersigned.appeals.said import said
from undersigned.lib.fields import FieldError, clean_name

NAMES_MAX = 30
IDENT_MAX = 60
NOTE_MAX = 5000
_IDENT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?")
_WIKIDATA = re.compile(r"(?:https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/)?([Qq][1-9]\d{0,11})/?")
_VIAF = re.compile(r"(?:https?://(?:www\.)?viaf\.org/viaf/)?([1-9]\d{1,21})/?")
# Where readers find more, by scheme.
ADDRESSES = {
    "viaf": "https://viaf.org/viaf/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
    "orcid": "https://orcid.org/{}",
}
LABELS = {"viaf": "VIAF", "wikidata": "Wikidata", "orcid": "ORCID"}


def ident(typed: str) -> str:
    """The short name of a person: small letters, digits and hyphens; raises ValidationError."""
    value = typed.strip().lower()
    if not _IDENT.fullmatch(value) or len(value) > IDENT_MAX:
        raise ValidationError({"ident": _("Small letters, digits and hyphens only, such as anna-kell.")})
    return value


def level(value: str) -> str:
    """How a person is shown."""
    if value not in Person.Level.values:
        raise ValidationError({"level": _("Please choose one of the possibilities.")})
    return value


def about(known: PersonAbout) -> PersonAbout:
    """All that is known of a person, cleaned; raises ValidationError."""
    return PersonAbout(
        names=_names(known.names),
        born=edtf("born", known.born),
        died=edtf("died", known.died),
        note=_note(known.note),
        roles=_roles(known.roles),
        identifiers=_identifiers(known.identifiers),
    )


def _names(found: Iterable[PersonName]) -> tuple[PersonName, ...]:
    cleaned = tuple(dict.fromkeys(_name(name) for name in found))
    if not cleaned:
        raise ValidationError({"names": _("Enter at least one name.")})
    if len(cleaned) > NAMES_MAX:
        raise ValidationError({"names": _("At most %(most)d names.") % {"most": NAMES_MAX}})
    return cleaned


def _name(name: PersonName) -> PersonName:
    if name.kind not in case_sealed.NAME_KINDS:
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
    try:
        text = clean_name(name.text)
    except FieldError as error:
        raise ValidationError({"names": str(error)}) from error
    return PersonName(name.kind, text, language, edtf("names", name.since), edtf("names", name.until))


def edtf(field: str, typed: str) -> str:
    """A date as EDTF, from EDTF or words such as “c. 1890”; raises ValidationError for what is no date."""
    found = read_date(case_fields.typed_date(field, typed))
    value = plain(found) if found else ""
    if typed.strip() and not value:
        raise ValidationError(
            {
                field: _("This is no date: %(typed)s. Write 1890, 1890-05-03 or c. 1890.")
                % {"typed": typed[:40]}
            }
        )
    return value


def _note(typed: str) -> str:
    note = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(note) > NOTE_MAX:
        raise ValidationError(
            {"note": _("This is too long: %(length)s characters, where %(limit)s are possible.")
             % {"length": len(note), "limit": NOTE_MAX}}
        )  # fmt: skip
    problems = markup.check(note, ()) if note else []
    if problems:
        raise ValidationError({"note": [said(problem) for problem in problems[:5]]})
    return note


def _roles(found: Iterable[str]) -> tuple[str, ...]:
    wanted = set(found)
    if unknown := wanted - set(ROLES):
        raise ValidationError({"roles": _("There is no such role: %(role)s") % {"role": min(unknown)[:40]}})
    return tuple(role for role in ROLES if role in wanted)


def _identifiers(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    readers = {"viaf": viaf, "wikidata": wikidata, "orcid": orcid}
    known: dict[str, str] = {}
    for scheme, value in found:
        if not value.strip():
            continue
        if scheme not in readers or scheme in known:
            raise ValidationError(_("One VIAF, one Wikidata and one ORCID number are possible."))
        known[scheme] = readers[scheme](value)
    return tuple((scheme, known[scheme]) for scheme in SCHEMES if scheme in known)


def viaf(typed: str) -> str:
    """A VIAF number: its digits, also out of an address; raises ValidationError."""
    found = _VIAF.fullmatch(typed.strip())
    if not found:
        raise ValidationError({"viaf": _("A VIAF number has digits alone, such as 113230702.")})
    return found[1]


def wikidata(typed: str) -> str:
    """A Wikidata number: Q and digits, also out of an address; raises ValidationError."""
    found = _WIKIDATA.fullmatch(typed.strip())
    if not found:
        raise ValidationError({"wikidata": _("A Wikidata number is a Q and digits, such as Q42.")})
    return found[1].upper()


def orcid(typed: str) -> str:
    """An ORCID with its check digit (ISO 7064 MOD 11-2); raises ValidationError."""
    found = _ORCID.fullmatch(typed.strip())
    if not found:
        raise ValidationError({"orcid": _("An ORCID has sixteen digits, such as 0000-0002-1825-0097.")})
    whole = "".join(found.groups()).upper()
    total = 0
    for digit in whole[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    if whole[-1] != ("X" if rest == 10 else str(rest)):
        raise ValidationError({"orcid": _("The last sign of this ORCID does not fit: look for a slip.")})
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))
