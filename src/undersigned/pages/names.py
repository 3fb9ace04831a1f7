"""The roll of names: alphabetical, page by page, searchable; first signatories on top."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from undersigned.appeals import languages, profiles
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.ledger.models import AdoptedCommitment, Leaf
from undersigned.lib.fields import country_names
from undersigned.pages import counts, public, spoken
from undersigned.pages.family import Family, family_or_404
from undersigned.signing import names_later, roll
from undersigned.signing.collation import sort_key
from undersigned.signing.models import PublicLine, RecordedEnd, Signature
from undersigned.signing.organisations import roll as organisations

_QUERY_MAX = 200
# So many organisations stand on the page of names; the others have pages of their own.
_FEW = 20
_Context = dict[str, object]


@dataclass(frozen=True)
class Shown:
    """A line as the page sets it."""

    name: str
    is_pseudonym: bool
    details: list[str]
    # As in `roll.Line`.
    vouched_by: str | None = None


@dataclass(frozen=True)
class Group:
    """The lines under one letter."""

    letter: str
    lines: list[Shown]


@dataclass(frozen=True)
class Words:
    """The words that a page is about, and what else of the family its lines have signed."""

    version: Version
    others: dict[int, Any]

    def said(self, line: roll.Line) -> list[str]:
        """What a line says where it stands under other words: those of another text, or earlier ones."""
        said, newest = [], self.version.number
        if other := self.others.get(line.text):
            name = languages.own_name(other.language)
            said.append(
                _("signed: %(language)s, %(relation)s")
                % {"language": name, "relation": other.get_relation_display()}
            )
            newest = other.newest
        if line.version < newest:
            said.append(_("signed version %(n)s") % {"n": line.version})
        return said


def words(version: Version, lines: Iterable[roll.Line]) -> Words:
    """What these lines signed besides a page's own text: one query, and none where that is nothing."""
    others = {line.text for line in lines} - {version.text_id}
    texts = Text.objects.filter(pk__in=others).defer("draft").annotate(newest=Max("versions__number"))
    return Words(version, texts.in_bulk() if others else {})


def shown(line: roll.Line, language: str, about: Words) -> Shown:
    """A line with its details in reading order, the country in the page's language.

    Who signed other words than the page's own did not sign these: the line says so.
    """
    country = country_names(language).get(line.country, "")
    details = [part for part in (line.role, line.affiliation, line.place, country) if part]
    with translation.override(language):
        details += about.said(line)
    return Shown(line.name, line.is_pseudonym, details, line.vouched_by)


def initial(name: str, language: str) -> str:
    """The letter under which a name stands, by the roll's own order: Ángel under A, Ñandú under Ñ."""
    primary = sort_key(name, language).decode("utf-8", "replace").partition("\0")[0]
    if not primary or not primary[0].isalpha():
        return ""
    own = next((char for char in name if char.isalpha()), "")
    # A letter that the language counts as its own is sorted behind another, by a mark that no name holds.
    if primary[1:2] == "\U0010fffd":
        return own.title()
    # Georgian has capitals that headings do not use: title case leaves it as it is written.
    return primary[0].title()


def grouped(lines: Iterable[roll.Line], tag: str, language: str, about: Words) -> list[Group]:
    """Lines in their order, cut where the letter changes."""
    return [
        Group(letter, [shown(line, language, about) for line in some])
        for letter, some in groupby(lines, key=lambda line: initial(line.name, tag))
    ]


@lru_cache(maxsize=256)
def _listed(appeal: int, _size: int, *_changed_at: datetime | None) -> int:
    """How many lines stand on the roll; counted once after each batch."""
    return PublicLine.objects.filter(appeal=appeal, listed=True).count()


def unlisted(appeal: Appeal, standing: counts.Standing) -> int:
    """How many of the counted asked not to be named."""
    if standing.log is None:
        return 0
    changed = standing.log.appended_at, appeal.roll_changed_at
    listed = _listed(appeal.pk, standing.log.size, *changed)
    people = standing.total.signatures - standing.total.org
    return max(0, people - listed - unknown(appeal, standing) - later(appeal, standing))


def later(appeal: Appeal, standing: counts.Standing) -> int:
    """How many are counted whose names appear later, as the appeal's profile says."""
    if standing.log is None or not profiles.of(appeal).names_after:
        return 0
    return _later(appeal.pk, standing.log.size, standing.log.appended_at, appeal.roll_changed_at)


@lru_cache(maxsize=256)
def _later(appeal: int, _size: int, *_changed_at: datetime | None) -> int:
    return names_later.waiting(appeal)


def unknown(appeal: Appeal, standing: counts.Standing) -> int:
    """How many are counted whose names this server has lost: their leaves came back, their rows did not."""
    if standing.log is None:
        return 0
    return _unknown(appeal.pk, standing.log.pk, standing.log.size, standing.log.appended_at)


@lru_cache(maxsize=256)
def _unknown(appeal: int, log: int, _size: int, _appended_at: datetime | None) -> int:
    adopted = AdoptedCommitment.objects.filter(log=log).values_list("index", flat=True)
    standing = Leaf.objects.filter(log=log, index__in=adopted, text_index__isnull=False, dead=False)
    indexes = standing.values_list("index", flat=True)
    return len(indexes) - Signature.objects.filter(appeal=appeal, leaf_index__in=indexes).count()


@require_safe
def names(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The names of an appeal, all texts together."""
    family = family_or_404(slug)
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:_QUERY_MAX]
    after, before = request.GET.get("after"), request.GET.get("before")
    last = "last" in request.GET
    language, lang = spoken.page_language(request, family)
    address = _Address(reverse("names", args=[slug]), lang)
    try:
        found = roll.page(family.appeal, after=after, before=before, last=last, query=query)
    except roll.BadCursor:
        return HttpResponseRedirect(address.to())
    first_page = not (query or after or before or last)
    first = roll.first_signatories(family.appeal) if first_page else []
    about = words(family.original.newest, [*found.lines, *first])
    context = _context(family, found, language, about) | {
        "query": query,
        "path": address.path,
        "lang": lang,
        "first": [shown(line, language, about) for line in first],
        **_beside(family, language, query, first_page),
        "organisations_url": _Address(reverse("names-organisations", args=[slug]), lang).to(),
        "pages": None if query else address.pages(found, first=first_page, last=last),
        "pages_above": None
        if first_page or query
        else address.pages(found, first=False, last=last) | {"label": gettext_lazy("Pages, above the names")},
        "is_end": not query and found.next is None,
        "withdrawn": roll.withdrawn(family.appeal) if not query and found.next is None else [],
        "noindex": not first_page or family.appeal.profile != Appeal.Profile.OPEN,
        "alternates": address.alternates(family) if first_page else [],
    }
    response = public.page(
        request, "pages/names.html", context, language=language, seconds=public.NAMING_SECONDS
    )
    if query:
        # Whose name somebody looked for is kept by no cache and told to no other site.
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
    if context["noindex"]:
        response["X-Robots-Tag"] = "noindex"
    return response


def _context(family: Family, found: roll.RollPage, language: str, about: Words) -> dict[str, object]:
    standing = counts.standing(family.appeal)
    original = family.original
    shredded = RecordedEnd.objects.filter(appeal=family.appeal, shred_leaf__isnull=False).exists()
    hidden = family.appeal.names_hidden_at is not None
    with translation.override(language):
        return {
            "appeal": family.appeal,
            "title": original.newest.title,
            "title_lang": original.newest.language,
            "letter_url": reverse("appeal", args=[family.appeal.slug]),
            "total": standing.total.signatures,
            "by": standing.total,
            # Whose names were erased with time, or are hidden now, did not ask to be left out.
            "later": 0 if shredded or hidden else later(family.appeal, standing),
            "unlisted": 0 if shredded or hidden else unlisted(family.appeal, standing),
            "unknown": 0 if shredded or hidden else unknown(family.appeal, standing),
            "hidden": hidden,
            "shredded": shredded,
            "groups": grouped(found.lines, original.text.language, language, about),
            "found": len(found.lines),
            "partial": found.partial,
        }


@dataclass(frozen=True)
class ShownOrganisation:
    """An organisation as the page sets it."""

    name: str
    details: list[str]
    domain: str
    check: str
    officers: tuple[str, ...]


def _organisation(line: organisations.Line, language: str) -> ShownOrganisation:
    country = country_names(language).get(line.country, "")
    with translation.override(language):
        check = _("domain checked by mail") if line.check == "mail" else _("domain checked by DNS record")
        signed = _("signed version %(n)s") % {"n": line.version}
    details = [part for part in (line.place, country, signed) if part]
    return ShownOrganisation(line.name, details, line.domain, check, line.officers)


def _organisations(family: Family, language: str, after: str | None = None, size: int = _FEW) -> _Context:
    """A page of organisations for a template. Raises BadCursor."""
    found = organisations.page(family.appeal, after=after, size=size)
    return {
        "organisations": [_organisation(line, language) for line in found.lines],
        "organisations_next": found.next,
        "organisations_withdrawn": [] if found.next else organisations.withdrawn(family.appeal),
    }


def _beside(family: Family, language: str, query: str, first_page: bool) -> _Context:
    """The organisations that stand beside names: the first few, or those that were searched for."""
    if not (query or first_page) or not _may_have_organisations(family):
        return {}
    if not query:
        return _organisations(family, language)
    found = organisations.find(family.appeal, query, size=_FEW)
    return {"organisations": [_organisation(line, language) for line in found]}


def _may_have_organisations(family: Family) -> bool:
    """Whether some are counted, or one may have withdrawn: most appeals need not be asked for them."""
    total = counts.standing(family.appeal).total
    return total.org > 0 or total.own > 0


@require_safe
def organisation_names(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The organisations that signed, page by page, apart from people."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    address = _Address(reverse("names-organisations", args=[slug]), lang)
    after = request.GET.get("after")
    try:
        found = _organisations(family, language, after, organisations.SIZE)
    except organisations.BadCursor:
        return HttpResponseRedirect(address.to())
    following = found["organisations_next"]
    context = found | {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "names_url": _Address(reverse("names", args=[slug]), lang).to(),
        "organisations_total": counts.standing(family.appeal).total.org,
        "hidden": family.appeal.names_hidden_at is not None,
        "noindex": bool(after) or family.appeal.profile != Appeal.Profile.OPEN,
        "pages": {
            "first": address.to() if after else "",
            "previous": "",
            "next": address.to(after=following) if isinstance(following, str) else "",
            "last": "",
        },
        "alternates": [] if after else address.alternates(family),
    }
    response = public.page(
        request, "pages/organisations.html", context, language=language, seconds=public.NAMING_SECONDS
    )
    if context["noindex"]:
        response["X-Robots-Tag"] = "noindex"
    return response


@dataclass(frozen=True)
class _Address:
    """Addresses of the roll's pages, in the reader's language."""

    path: str
    lang: str

    def to(self, **query: str) -> str:
        """The address with these parameters."""
        asked = {key: value for key, value in {"lang": self.lang, **query}.items() if value}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    def pages(self, found: roll.RollPage, *, first: bool, last: bool) -> dict[str, object]:
        """Where the pagination leads."""
        return {
            "first": "" if first else self.to(),
            "previous": self.to(before=found.previous) if found.previous else "",
            "next": self.to(after=found.next) if found.next else "",
            "last": "" if last or found.next is None else self.to(last="1"),
        }

    def alternates(self, family: Family) -> list[dict[str, object]]:
        """The languages in which the family's pages speak."""
        return spoken.alternates(family, self.path, self.lang)
