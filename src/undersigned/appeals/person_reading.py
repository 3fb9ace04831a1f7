"""What readers read of persons, all of it from `PublicPerson`: the list page by page, and one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from undersigned.appeals import written_dates
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_models import PublicPerson
from undersigned.appeals.person_sealed import PersonAbout, PersonName, from_plain

SIZE = 50


class BadCursor(ValueError):
    """A place in the list that is not, or is no longer, there."""


@dataclass(frozen=True)
class Shown:
    """A person as readers see it."""

    ident: str
    about: PersonAbout

    @property
    def first(self) -> PersonName:
        """The name to call the person by."""
        return self.about.names[0]

    @property
    def others(self) -> tuple[PersonName, ...]:
        """Further names."""
        return self.about.names[1:]

    def as_json(self) -> dict[str, Any]:
        """The person for the interface and for files."""
        about = self.about
        return {
            "id": self.ident,
            "name": self.first.text,
            "names": [
                {
                    "kind": name.kind, "text": name.text, "language": name.language,
                    "since": name.since, "until": name.until,
                }
                for name in about.names
            ],
            "born": about.born,
            "died": about.died,
            "roles": list(about.roles),
            "note": about.note,
            "identifiers": dict(about.identifiers),
        }  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page of the list; `next` is the short name to continue behind, empty at the end."""

    persons: list[Shown]
    next: str = ""


def page(appeal: Appeal, *, after: str = "", size: int = SIZE) -> Page:
    """Persons in the order of their names; raises BadCursor."""
    rows = PublicPerson.objects.filter(appeal=appeal)
    if after:
        place = rows.filter(ident=after).values_list("sort_key", flat=True)
        if not place:
            raise BadCursor(after)
        rows = rows.filter(Q(sort_key__gt=place[0]) | Q(sort_key=place[0], ident__gt=after))
    found = list(rows.order_by("sort_key", "ident")[: size + 1])
    return Page([shown(row) for row in found[:size]], found[size - 1].ident if len(found) > size else "")


def one(appeal: Appeal, ident: str) -> Shown | None:
    """A person by the name that addresses have."""
    row = PublicPerson.objects.filter(appeal=appeal, ident=ident).first()
    return shown(row) if row else None


def everybody(appeal: Appeal) -> Iterator[Shown]:
    """All persons whom readers see, in the order of the list."""
    rows = PublicPerson.objects.filter(appeal=appeal).order_by("sort_key", "ident")
    return (shown(row) for row in rows.iterator(chunk_size=500))


def shown(row: PublicPerson) -> Shown:
    """A row as readers see it."""
    return Shown(row.ident, from_plain(row.data))


def role_words() -> dict[str, str]:
    """Each role in words of the current language."""
    return {
        "author": pgettext("role of a person", "author"),
        "addressee": pgettext("role of a person", "addressee"),
        "translator": pgettext("role of a person", "translator"),
        "editor": pgettext("role of a person", "editor"),
        "signatory": pgettext("role of a person", "signatory"),
        "mentioned": pgettext("role of a person", "mentioned in the text"),
    }


def span_in_words(since: str, until: str, language: str) -> str:
    """From when until when, in words; empty where nothing is known."""
    first, last = (written_dates.in_words(day, language) if day else "" for day in (since, until))
    if first and last:
        return f"{first} – {last}"
    if first:
        return _("since %(date)s") % {"date": first}
    return _("until %(date)s") % {"date": last} if last else ""


def life_in_words(about: PersonAbout, language: str) -> str:
    """When somebody was born and died; empty where nothing is known."""
    born, died = (written_dates.in_words(day, language) if day else "" for day in (about.born, about.died))
    if born and died:
        return f"{born} – {died}"
    if born:
        return _("born %(date)s") % {"date": born}
    return _("died %(date)s") % {"date": died} if died else ""
