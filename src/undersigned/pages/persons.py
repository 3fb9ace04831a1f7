"""Who is who: the persons of an appeal as readers may see them, a page of many and a page of each.

No cache keeps a page without asking: a person who is withheld is gone from it at once.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from undersigned.appeals import case_reading, languages, markup, person_fields, person_links, person_reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.person_models import PersonMention
from undersigned.appeals.person_reading import Shown
from undersigned.pages import public, spoken
from undersigned.pages.cases import ASK_ALWAYS
from undersigned.pages.family import Family, family_or_404

# So many texts a person's page names.
_TEXTS_MOST = 20


@dataclass(frozen=True)
class Line:
    """A person in the list."""

    person: Shown
    url: str
    life: str
    roles: str


@dataclass(frozen=True)
class Name:
    """A further name with its kind and the time of its use."""

    text: str
    language: str
    kind: str
    used: str


@require_safe
def persons(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The persons of an appeal, by name."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    after, path = request.GET.get("after", ""), reverse("persons", args=[slug])
    etag = _etag("persons", family, language, after)
    if known := public.unchanged(request, etag):
        return _asked(known)
    try:
        found = person_reading.page(family.appeal, after=after)
    except person_reading.BadCursor:
        return HttpResponseRedirect(_to(path, lang))
    with translation.override(language):
        context = _frame(family, path, lang) | {
            "lines": [_line(family.appeal, one, language, lang) for one in found.persons],
            "pages": {
                "first": _to(path, lang) if after else "",
                "next": _to(path, lang, after=found.next) if found.next else "",
            },
        }
    return _page(request, "pages/persons.html", context, language, etag, noindex=bool(after))


@require_safe
def person(request: HttpRequest, slug: str, ident: str) -> HttpResponseBase:
    """One person: names over time, life, note, numbers in catalogues, and the texts that name them."""
    family = family_or_404(slug)
    found = person_reading.one(family.appeal, ident)
    if found is None:
        raise Http404
    language, lang = spoken.page_language(request, family)
    path = reverse("person", args=[slug, ident])
    etag = _etag("person", family, language, ident)
    if known := public.unchanged(request, etag):
        return _asked(known)
    with translation.override(language):
        context = _frame(family, path, lang) | {
            "person": found,
            "names": _names(found, language),
            "life": person_reading.life_in_words(found.about, language),
            "roles": _roles(found),
            "note": _note(family.appeal, found, family.original.newest.language, lang),
            "identifiers": [
                (person_fields.LABELS[scheme], value, person_fields.ADDRESSES[scheme].format(value))
                for scheme, value in found.about.identifiers
            ],
            "texts": _texts(family, ident),
            "persons_url": _to(reverse("persons", args=[slug]), lang),
        }
    return _page(request, "pages/person.html", context, language, etag)


def _asked(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = ASK_ALWAYS
    return response


def _page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    language: str,
    etag: str,
    *,
    noindex: bool = False,
) -> HttpResponseBase:
    context["noindex"] = noindex or context["appeal"].profile != Appeal.Profile.OPEN
    response = _asked(public.page(request, template, context, language=language, etag=etag))
    if context["noindex"]:
        response["X-Robots-Tag"] = "noindex"
    return response


def _frame(family: Family, path: str, lang: str) -> dict[str, Any]:
    original = family.original.newest
    return {
        "appeal": family.appeal,
        "title": original.title,
        "title_lang": original.language,
        "letter_url": reverse("appeal", args=[family.appeal.slug]),
        "canonical_url": public.absolute(path),
        "alternates": spoken.alternates(family, path, lang),
    }


def _etag(page: str, family: Family, language: str, *more: object) -> str:
    appeal = family.appeal
    facts = [getattr(appeal, field.attname) for field in appeal._meta.concrete_fields]
    return public.etag_of(page, language, family.stamp, family.facts, facts, *more)


def _to(path: str, lang: str, **more: str) -> str:
    kept = {name: value for name, value in {"lang": lang, **more}.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def _line(appeal: Appeal, found: Shown, language: str, lang: str) -> Line:
    url = _to(reverse("person", args=[appeal.slug, found.ident]), lang)
    return Line(found, url, person_reading.life_in_words(found.about, language), _roles(found))


def _roles(found: Shown) -> str:
    words = person_reading.role_words()
    return ", ".join(words[role] for role in found.about.roles)


def _names(found: Shown, language: str) -> list[Name]:
    words = case_reading.name_words()
    return [
        Name(
            name.text,
            name.language,
            words.get(name.kind, ""),
            person_reading.span_in_words(name.since, name.until, language),
        )
        for name in found.others
    ]


def _note(appeal: Appeal, found: Shown, language: str, lang: str) -> SafeString:
    """Safe HTML: `markup.render` lets nothing else through."""
    idents = person_links.typed(appeal, markup.person_idents(found.about.note))
    links = {ident: _to(reverse("person", args=[appeal.slug, ident]), lang) for ident in idents}
    rendered = markup.render(found.about.note, id_prefix="note", lang=language, persons=links)
    return mark_safe(rendered.html)  # noqa: S308


def _texts(family: Family, ident: str) -> list[tuple[str, str, str, str]]:
    """Published texts whose newest words lead to the person: a bounded number of them is looked at."""
    appeal = family.appeal
    linked = PersonMention.objects.filter(
        person__appeal=appeal, person__ident=ident, is_shown=True, text__versions__number=1
    )
    wanted = set(linked.values_list("text", flat=True)[:_TEXTS_MOST])
    typed = Version.objects.filter(text__appeal=appeal, source__contains=f"(person:{ident})")
    wanted |= set(typed.order_by("text").values_list("text", flat=True).distinct()[:_TEXTS_MOST])
    rows = Version.objects.filter(text__in=wanted).defer("source", "canonical").select_related("text")
    newest = {version.text_id: version for version in rows.order_by("text_id", "number")}
    return [
        (
            version.title,
            version.language,
            languages.own_name(version.language),
            reverse("letter", args=[appeal.slug, version.text.slug]),
        )
        for version in sorted(
            newest.values(), key=lambda one: (one.text.relation != Text.Relation.ORIGINAL, one.text.slug)
        )
    ][:_TEXTS_MOST]
