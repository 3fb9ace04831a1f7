"""The public JSON interface: reading only, open to any site's script. Signing is in `signing.api`."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema

from undersigned import __version__
from undersigned.appeals.models import Version
from undersigned.pages import api_cases, api_persons, counts, public
from undersigned.pages.family import Member, families, family_or_404
from undersigned.pages.site import public_appeals
from undersigned.signing.organisations import roll
from undersigned.signing.request import DISPLAYS
from undersigned.tlog.encoding import b64

PAGE = 100
# Texts in one answer about an appeal.
TEXTS = 200
_SIGN_PATH = "/api/v1/appeals/{slug}/texts/{text}/signatures"


class AppealLine(Schema):
    """An appeal in the list."""

    slug: str
    title: str
    state: str
    url: str


class AppealList(Schema):
    """A page of appeals; `next` is the address of the page that follows, or null."""

    appeals: list[AppealLine]
    next: str | None


class VersionOut(Schema):
    """A Version, its digest (SHA-256 in base64url) and its net count."""

    version: int
    digest: str
    signatures: int


class ParentOut(Schema):
    """The Version that a text was derived from."""

    id: str
    text: str
    version: int


class TextOut(Schema):
    """A text of the family; `id` is its name in the log."""

    id: str
    text: str
    language: str
    relation: str
    parent: ParentOut | None
    signatures: int
    versions: list[VersionOut]


class KindsOut(Schema):
    """Signatures that stand, by how they were confirmed."""

    mail: int
    vouched: int
    paper: int
    org: int


class SignaturesOut(Schema):
    """The appeal's count: `recorded` is net; the others count what was undone, by reason."""

    recorded: int
    own: int
    struck: int
    moved: int


class OrganisationOut(Schema):
    """An organisation that signed; `check` says how its domain was proved."""

    name: str
    place: str = ""
    country: str = ""
    domain: str = ""
    check: str = ""
    resolved_on: str
    officers: list[str] = []
    text: str
    version: int


class OrganisationList(Schema):
    """A page of organisations by name; `next` is the address of the page that follows, or null."""

    organisations: list[OrganisationOut]
    # How many are in the published count of the appeal.
    recorded: int
    next: str | None


class LogOut(Schema):
    """The appeal's log at its last signed checkpoint; `root` in base64."""

    origin: str
    vkey: str
    size: int
    root: str


class AppealOut(Schema):
    """An appeal with its counts as published."""

    id: str
    slug: str
    title: str
    state: str
    texts: list[TextOut]
    signatures: SignaturesOut
    kinds: KindsOut
    log: LogOut | None
    # The address with the texts that follow; not there where none do.
    next: str | None = None


class Missing(Schema):
    """Why there is no answer."""

    error: str


class PublicAPI(NinjaAPI):
    """The description also tells of signing, which another module answers."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        schema["paths"][_SIGN_PATH] = {"post": _signing()}
        return schema


api = PublicAPI(
    title="Undersigned",
    version=__version__,
    description="Public appeals, their texts and their signature counts.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)

api.add_router("/appeals", api_cases.router)
api.add_router("/appeals", api_persons.router)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    response = api.create_response(request, {"error": "There is no such appeal."}, status=404)
    return _for_all(response)


def _for_all(response: HttpResponse, seconds: int = public.FRESH_SECONDS) -> HttpResponse:
    response["Cache-Control"] = public.fresh(seconds)
    response["Access-Control-Allow-Origin"] = "*"
    return response


@api.get("/appeals", response=AppealList, summary="Public appeals, open ones first")
def appeals(request: HttpRequest, response: HttpResponse, after: str = "") -> dict[str, Any]:
    """Public appeals, a hundred at a time; `after` is the slug of the last one seen."""
    _for_all(response)
    rows = list(public_appeals(after)[: PAGE + 1])
    found = families(rows[:PAGE])
    lines = [
        {
            "slug": appeal.slug,
            "title": found[appeal.pk].original.newest.title,
            "state": appeal.state,
            "url": public.absolute(reverse("appeal", args=[appeal.slug])),
        }
        for appeal in rows[:PAGE]
    ]
    more = (
        f"{public.absolute(reverse('api:appeals'))}?after={rows[PAGE - 1].slug}" if len(rows) > PAGE else None
    )
    return {"appeals": lines, "next": more}


@api.get(
    "/appeals/{slug:slug}",
    response={200: AppealOut, 404: Missing},
    exclude_unset=True,
    summary="One appeal with its counts",
)
def appeal(request: HttpRequest, response: HttpResponse, slug: str, after: str = "") -> dict[str, Any]:
    """Counts are those of the signed checkpoint that `log` names; `log` is null before the first one.

    Texts come two hundred at a time, the original first; `next` is there where more follow.
    """
    _for_all(response)
    family = family_or_404(slug)
    standing = counts.standing(family.appeal)
    total = standing.total
    members, more = family.page(after=after, size=TEXTS)
    parents = family.versions({member.text.parent_id for member in members if member.text.parent_id})
    following = f"{public.absolute(reverse('api:appeal', args=[slug]))}?after={members[-1].text.slug}"
    return {
        "id": family.appeal.public_id,
        "slug": family.appeal.slug,
        "title": family.original.newest.title,
        "state": family.appeal.state,
        "texts": [_text(member, parents, standing) for member in members],
        "signatures": {
            "recorded": total.signatures,
            "own": total.own,
            "struck": total.struck,
            "moved": total.moved,
        },
        "kinds": total.kinds,
        "log": _log(standing),
        **({"next": following} if more else {}),
    }


@api.get(
    "/appeals/{slug:slug}/organisations",
    response={200: OrganisationList, 404: Missing},
    summary="The organisations that signed, apart from people",
)
def organisations(request: HttpRequest, response: HttpResponse, slug: str, after: str = "") -> dict[str, Any]:
    """Fifty at a time; `after` is the cursor in `next`. One that is not of this appeal begins anew."""
    _for_all(response, public.NAMING_SECONDS)
    appeal = family_or_404(slug).appeal
    try:
        found = roll.page(appeal, after=after or None)
    except roll.BadCursor:
        found = roll.page(appeal)
    address = public.absolute(reverse("api:organisations", args=[slug]))
    return {
        "organisations": [line.as_json() for line in found.lines],
        "recorded": counts.standing(appeal).total.org,
        "next": f"{address}?after={found.next}" if found.next else None,
    }


def _text(member: Member, parents: dict[int, Version], standing: counts.Standing) -> dict[str, Any]:
    parent = parents.get(member.text.parent_id) if member.text.parent_id else None
    source = parent and {
        "id": parent.text.public_id,
        "text": parent.text.slug,
        "version": parent.number,
    }
    return {
        "id": member.text.public_id,
        "text": member.text.slug,
        "language": member.text.language,
        "relation": member.text.relation,
        "parent": source,
        "signatures": standing.of_text(member.text).signatures,
        "versions": [
            {
                "version": version.number,
                "digest": version.digest,
                "signatures": standing.of_version(version).signatures,
            }
            for version in member.versions
        ],
    }


def _log(standing: counts.Standing) -> dict[str, Any] | None:
    if standing.log is None or standing.checkpoint is None:
        return None
    return {
        "origin": standing.log.origin,
        "vkey": standing.log.vkey,
        "size": standing.checkpoint.size,
        "root": b64(standing.checkpoint.root),
    }


def _signing() -> dict[str, Any]:
    """The description of signing by JSON, for the same document."""
    line = {"type": "string", "maxLength": 200}
    tick = {"type": "boolean", "default": False}
    fields = {
        "name": line,
        "email": {"type": "string", "format": "email"},
        "display": {"type": "string", "enum": list(DISPLAYS), "default": "name"},
        **dict.fromkeys(("pseudonym", "role", "place"), line),
        "affiliation": line | {"description": "for identification only: whom it names does not sign by it"},
        "country": {"type": "string", "description": "ISO 3166-1 alpha-2"},
        **dict.fromkeys(("updates", "addressee", "edition"), tick),
        "via": {
            "type": "string",
            "description": "the public id of the carrier who asked; an unknown one is left out silently",
        },
        "proof": {
            "type": "string",
            "description": "`salt.number.signature` for an appeal's challenge; few are taken without one",
        },
        "version": {
            "type": "integer",
            "description": "the Version that was read; refused when it is not the newest",
        },
    }
    body = {"type": "object", "required": ["name", "email"], "properties": fields}
    answers = {
        202: "Taken; a message asks for confirmation. The answer is the same whoever has signed before.",
        404: "There is no such text.",
        422: "Fields are wrong; `errors` names them.",
        429: "Too many from this network; see Retry-After.",
        503: "It cannot be stored now; see Retry-After.",
    }
    return {
        "operationId": "sign",
        "summary": "Sign the newest Version of a text",
        "parameters": [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
            for name in ("slug", "text")
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {str(status): {"description": words} for status, words in answers.items()},
    }
