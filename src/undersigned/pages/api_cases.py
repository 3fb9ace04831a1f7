"""Cases in the public JSON interface: what readers may see of them, nothing else."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema

from undersigned.appeals import case_reading
from undersigned.pages import public
from undersigned.pages.cases import ASK_ALWAYS
from undersigned.pages.family import Family, family_or_404

router = Router()


class CaseName(Schema):
    """A name; `kind` is name, pseudonym, initials, civil or transliteration; `language` may name a script."""

    kind: str
    text: str
    language: str


class CaseCite(Schema):
    """A source of the appeal by its key, with the place in it."""

    key: str
    locator: str


class CaseStatement(Schema):
    """What is known from a date on: `date` as typed, `edtf` where it could be read; `state` may be empty."""

    state: str
    date: str
    edtf: str
    place: str
    note: str
    sources: list[CaseCite]


class CaseUpdate(Schema):
    """A short dated text."""

    on: str
    text: str


class CaseOut(Schema):
    """Somebody, or a group, for whom the appeal speaks; `name` is null where it is withheld.

    `state` is that of the newest dated statement, `place` the last one known.
    """

    id: str
    kind: str
    name: str | None
    names: list[CaseName]
    state: str
    place: str
    note: str
    history: list[CaseStatement]
    updates: list[CaseUpdate]
    url: str


class CaseList(Schema):
    """A page of cases; `next` is the address of the page that follows, or null."""

    cases: list[CaseOut]
    next: str | None


class NoCase(Schema):
    """Why there is no answer."""

    error: str


@router.get("/{slug:slug}/cases", response={200: CaseList, 404: NoCase}, summary="For whom an appeal speaks")
def cases(
    request: HttpRequest,
    response: HttpResponse,
    slug: str,
    state: str = "",
    kind: str = "",
    place: str = "",
    q: str = "",
    after: str = "",
) -> dict[str, Any]:
    """Fifty cases at a time, by name; `after` is the id of the last one seen."""
    family = family_or_404(slug)
    looked_for = case_reading.wanted({"state": state, "kind": kind, "place": place, "q": q})
    _for_all(response, searched=bool(looked_for.query))
    try:
        found = case_reading.page(family.appeal, looked_for, after=after)
    except case_reading.BadCursor:
        raise Http404 from None
    asked = {"state": state, "kind": kind, "place": place, "q": q, "after": found.next}
    kept = urlencode({name: value for name, value in asked.items() if value})
    address = public.absolute(reverse("api:cases", args=[slug]))
    return {
        "cases": [_out(family, case) for case in found.cases],
        "next": f"{address}?{kept}" if found.next else None,
    }


@router.get("/{slug:slug}/cases/{ident}", response={200: CaseOut, 404: NoCase}, summary="One case")
def case(request: HttpRequest, response: HttpResponse, slug: str, ident: str) -> dict[str, Any]:
    """One case by its id, which changes when a name is taken back."""
    family = family_or_404(slug)
    found = case_reading.one(family.appeal, ident)
    if found is None:
        raise Http404
    _for_all(response)
    return _out(family, found)


def _out(family: Family, found: case_reading.Shown) -> dict[str, Any]:
    address = public.absolute(reverse("case", args=[family.appeal.slug, found.id]))
    return {**found.as_json(), "url": address}


def _for_all(response: HttpResponse, *, searched: bool = False) -> None:
    response["Cache-Control"] = "no-store" if searched else ASK_ALWAYS
    response["Access-Control-Allow-Origin"] = "*"
