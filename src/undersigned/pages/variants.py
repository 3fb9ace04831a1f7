"""The texts of an appeal: where each comes from, which lag behind, and any two beside each other."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from undersigned.appeals import diff, languages, lineage, markup, parallel, reading
from undersigned.appeals.models import Version
from undersigned.pages import counts, public, spoken
from undersigned.pages.family import Family, Member, family_or_404, members

# Texts on one page; the rest follows page by page.
PER_PAGE = 50


@dataclass(frozen=True)
class Variant:
    """A text of the tree as the page shows it."""

    node: lineage.Node
    member: Member
    signatures: int
    versions: list[dict[str, Any]]
    # The language of the words that it followed, in itself; empty for an original.
    source: str
    compare_url: str
    catch_up_url: str


@require_safe
def variants(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The tree of texts and, where two are asked for, both beside each other."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    path = reverse("variants", args=[slug])
    standing = counts.standing(family.appeal)
    left, right = _asked(request, family, "a"), _asked(request, family, "b")
    place = _place(request)
    page = _page(family, place)
    etag = public.etag_of(
        "variants",
        language,
        place,
        left and left.pk,
        right and right.pk,
        [[getattr(node.text, name) for name in _SHOWN] for node in page],
        family.stamp,
        family.facts,
        standing.size,
        family.appeal.title,
    )
    if known := public.unchanged(request, etag):
        return known
    found = members({node.text.pk: node.text for node in page}.values(), family.appeal)
    context: dict[str, Any] = {
        "appeal": family.appeal,
        "title": family.original.newest.title,
        "title_lang": family.original.newest.language,
        "letter_url": reverse("appeal", args=[slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
        "path": path,
        "lang": lang,
        "variants": [_variant(node, found[node.text.pk], standing, path) for node in page],
        "texts": family.size,
        "family": standing.total.signatures,
        "next": place + PER_PAGE if place + PER_PAGE < family.size else None,
        "previous": max(0, place - PER_PAGE) if place else None,
        "choices": _choices(family, found, left, right),
        "left": left,
        "right": right,
        "left_name": _name(left) if left else "",
        "right_name": _name(right) if right else "",
        "noindex": bool(left or right or place),
    }
    if left and right:
        context |= _compared(left, right, family)
    return public.page(request, "pages/variants.html", context, language=language, etag=etag)


_SHOWN = (
    "slug",
    "relation",
    "parent_id",
    "reason",
    "made_by",
    "attested_by",
    "attested_id",
    "rules_in_doubt",
)


@lru_cache(maxsize=64)
def _order(public_id: str, _stamp: int, _texts: int) -> tuple[tuple[int, int], ...]:
    """All texts from the root down with their depths, walked once after each publication."""
    return tuple(lineage.order(public_id))


def _page(family: Family, place: int) -> list[lineage.Node]:
    """The texts of one page, in the order of the tree."""
    order = _order(family.appeal.public_id, family.stamp, family.size)
    return lineage.nodes(order[place : place + PER_PAGE])


def _place(request: HttpRequest) -> int:
    asked = request.GET.get("from", "0")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0


def _asked(request: HttpRequest, family: Family, name: str) -> Version | None:
    """A Version named `text.number`; raises Http404 for one that is not there."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    text, _dot, number = asked.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Http404
    return family.member(text).version(int(number))


def _name(version: Version) -> str:
    return f"{version.text.slug}.{version.number}"


def _choices(
    family: Family, found: dict[int, Member], left: Version | None, right: Version | None
) -> list[dict[str, Any]]:
    """What the two lists offer: the original, the texts of this page, and those that are compared.

    The newest Versions first within each text.
    """
    shown = {family.original.text.pk: family.original, **found}
    for version in (left, right):
        if version is not None and version.text_id not in shown:
            shown[version.text_id] = family.member(version.text.slug)
    return [
        {
            "value": _name(version),
            "name": member.own_name,
            "slug": member.text.slug,
            "number": version.number,
            "language": version.language,
        }
        for member in shown.values()
        for version in reversed(member.versions)
    ]


def _compare(path: str, left: Version | None, right: Version | None) -> str:
    return f"{path}?a={_name(left)}&b={_name(right)}#compare" if left and right else ""


def _variant(node: lineage.Node, member: Member, standing: counts.Standing, path: str) -> Variant:
    slug = member.text.appeal.slug
    source = languages.own_name(node.follows.language) if node.follows else ""
    compare = _compare(path, node.follows, node.newest)
    catch_up = _compare(path, node.follows, node.ahead)
    lines = [
        {
            "number": version.number,
            "date": version.published_at,
            "url": reverse("version", args=[slug, node.text.slug, version.number]),
            "changes_url": reverse("changes", args=[slug, node.text.slug, version.number])
            if version.number > 1
            else "",
            "signatures": standing.of_version(version).signatures,
        }
        for version in member.versions
    ]
    return Variant(node, member, standing.of_text(node.text).signatures, lines, source, compare, catch_up)


def _compared(left: Version, right: Version, family: Family) -> dict[str, Any]:
    """Word by word where both are in one language, else paragraph beside paragraph."""
    words = Version.objects.select_related("text").in_bulk([left.pk, right.pk])
    a, b = words[left.pk], words[right.pk]
    sides = [
        {
            "title": version.title,
            "language": version.language,
            "direction": languages.direction(version.language),
            "name": languages.own_name(version.language),
            "number": version.number,
            # Named in the page's language, which is not spoken yet.
            "text": version.text,
            "url": reverse("version", args=[family.appeal.slug, version.text.slug, version.number]),
        }
        for version in (a, b)
    ]
    if a.language.split("-")[0].lower() == b.language.split("-")[0].lower():
        return {"sides": sides, "paragraphs": diff.flowing(diff.word_diff(_words(a), _words(b)))}
    bodies = [parallel.paragraphs(reading.document(version).rendered.plain) for version in (a, b)]
    # Titles say the same whatever their lengths.
    return {"sides": sides, "rows": [parallel.Row((a.title,), (b.title,)), *parallel.beside(*bodies)]}


def _words(version: Version) -> str:
    """Title and body as written: what a word diff is made of."""
    head, body = markup.split(version.source)
    return f"{head.title}\n\n{body}"
