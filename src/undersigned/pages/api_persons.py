"""Persons in the public JSON interface: what readers may see of them, nothing else."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema

from undersigned.appeals import person_reading
from undersigned.pages import public
from undersigned.pages.cases import ASK_ALWAYS
from undersigned.pages.family import Family, family_or_404

router = Router()


class PersonNameOut(Schema):
    """A name; `kind` is name, pseudonym, initials, civil or transliteration; `since` and `until` are EDTF."""

    kind: str
    text: str
    language: str
    since: str
    until: str


class PersonOut(Schema):
    """Somebody who matters to the edition; `note` is Markdown, dates are EDTF.

    `roles` are author, addressee, translator, editor, signatory, mentioned; `identifiers` has VIAF, Wikidata
    and ORCID numbers under `viaf`, `wikidata`, `orcid`.
    """

    id: str
    name: str
    names: list[PersonNameOut]
    born: str
    died: str
    roles: list[str]
    note: str
    identifiers: dict[str, str]
    url: str


class PersonList(Schema):
    """A page of persons; `next` is the address of the page that follows, or null."""

    persons: list[PersonOut]
    next: str | None


class NoPerson(Schema):
    """Why there is no answer."""

    error: str


@router.get("/{slug:slug}/persons", response={200: PersonList, 404: NoPerson}, summary="Who is who")
def persons(request: HttpRequest, response: HttpResponse, slug: str, after: str = "") -> dict[str, Any]:
    """Fifty persons at a time, by name; `after` is the id of the last one seen."""
    family = family_or_404(slug)
    _for_all(response)
    try:
        found = person_reading.page(family.appeal, after=after)
    except person_reading.BadCursor:
        raise Http404 from None
    address = public.absolute(reverse("api:persons", args=[slug]))
    return {
        "persons": [_out(family, one) for one in found.persons],
        "next": f"{address}?{urlencode({'after': found.next})}" if found.next else None,
    }


@router.get("/{slug:slug}/persons/{ident}", response={200: PersonOut, 404: NoPerson}, summary="One person")
def person(request: HttpRequest, response: HttpResponse, slug: str, ident: str) -> dict[str, Any]:
    """One person by the short name that texts use."""
    family = family_or_404(slug)
    found = person_reading.one(family.appeal, ident)
    if found is None:
        raise Http404
    _for_all(response)
    return _out(family, found)


def _out(family: Family, found: person_reading.Shown) -> dict[str, Any]:
    address = public.absolute(reverse("person", args=[family.appeal.slug, found.ident]))
    return {**found.as_json(), "url": address}


def _for_all(response: HttpResponse) -> None:
    response["Cache-Control"] = ASK_ALWAYS
    response["Access-Control-Allow-Origin"] = "*"
