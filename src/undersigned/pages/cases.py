"""For whom an appeal speaks: the list with its filters and its picture, each case, and all of them as a file.

Everything here is read from what readers may see. No cache keeps a page without asking: a name that is
withheld is gone from it at once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from undersigned.appeals import bibliography, case_files, case_reading, languages, noted
from undersigned.appeals.case_files import Record, StatementRecord, UpdateRecord
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case, CaseStatement
from undersigned.appeals.case_reading import Shown, Statement, Wanted
from undersigned.appeals.case_sealed import Name
from undersigned.appeals.models import Appeal, Source
from undersigned.pages import public, spoken
from undersigned.pages.family import Family, family_or_404

# A cache may keep it, but asks each time whether it still holds.
ASK_ALWAYS = "public, no-cache"
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_PUBLIC_COLUMNS = ("case", "part", "kind", "text", "language", "state", "date", "place", "note", "sources")


@dataclass(frozen=True)
class Line:
    """A case in the list."""

    case: Shown
    url: str
    state: str
    since: str


@dataclass(frozen=True)
class Reference:
    """A source of a statement, as it reads and where all is said of it."""

    shown: SafeString
    url: str
    locator: str


@dataclass(frozen=True)
class Told:
    """A statement on the page of its case."""

    row: Statement
    state: str
    date: str
    sources: list[Reference]


@dataclass(frozen=True)
class OtherName:
    """A further name, with what kind of name it is."""

    text: str
    language: str
    kind: str


@require_safe
def cases(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The cases of an appeal, by name, with filters; those without a name stand at the end."""
    family = family_or_404(slug)
    language, lang = spoken.page_language(request, family)
    looked_for, after = case_reading.wanted(request.GET.dict()), request.GET.get("after", "")
    path = reverse("cases", args=[slug])
    etag = _etag("cases", family, language, looked_for, after)
    if known := public.unchanged(request, etag):
        return _private(_asked(known), looked_for)
    try:
        found = case_reading.page(family.appeal, looked_for, after=after)
    except case_reading.BadCursor:
        return HttpResponseRedirect(_to(path, lang, looked_for))
    with translation.override(language):
        context = _frame(family, path, lang) | {
            "lines": [_line(family.appeal, case, language, lang) for case in found.cases],
            "picture": _picture(found.cases, language),
            "states": CaseStatement.State.choices,
            "kinds": Case.Kind.choices,
            "wanted": looked_for,
            "lang": lang,
            "path": path,
            "all_url": _to(path, lang),
            "files": [(kind, reverse("cases-file", args=[slug, kind])) for kind in _TYPES],
            "pages": {
                "first": _to(path, lang, looked_for) if after else "",
                "next": _to(path, lang, looked_for, after=found.next) if found.next else "",
            },
        }
    noindex = bool(looked_for or after) or _is_careful(family.appeal)
    response = _page(request, "pages/cases.html", context, language, etag, noindex=noindex)
    return _private(response, looked_for)


def _private(response: HttpResponseBase, looked_for: Wanted) -> HttpResponseBase:
    if looked_for.query:
        # Whom somebody looked for is kept by no cache and told to no other site.
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
    return response


def _asked(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = ASK_ALWAYS
    return response


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], language: str, etag: str, *, noindex: bool
) -> HttpResponseBase:
    context["noindex"] = noindex
    response = _asked(public.page(request, template, context, language=language, etag=etag))
    if noindex:
        response["X-Robots-Tag"] = "noindex"
    return response


def _is_careful(appeal: Appeal) -> bool:
    return appeal.profile != Appeal.Profile.OPEN


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


def _to(path: str, lang: str, looked_for: Wanted | None = None, **more: str) -> str:
    """An address that keeps language and filters."""
    looked_for = looked_for or Wanted()
    asked = {
        "lang": lang, "state": looked_for.state, "kind": looked_for.kind, "place": looked_for.place,
        "q": looked_for.query, **more,
    }  # fmt: skip
    kept = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def _line(appeal: Appeal, case: Shown, language: str, lang: str) -> Line:
    since = case.since
    return Line(
        case=case,
        url=_to(reverse("case", args=[appeal.slug, case.id]), lang),
        state=case_reading.state_words().get(case.state, case.state),
        since=since.in_words(language) if since else "",
    )


def _picture(found: Iterable[Shown], language: str, *, labels: bool = True) -> SafeString:
    """Escaped by construction: `case_timeline` writes no word as it came."""
    rtl = languages.direction(language) == "rtl"
    return mark_safe(case_reading.picture(found, language=language, rtl=rtl, labels=labels))  # noqa: S308


@require_safe
def case(request: HttpRequest, slug: str, ident: str) -> HttpResponseBase:
    """One case: its names, as far as they may be told, its state, its history with sources, its updates."""
    family = family_or_404(slug)
    found = case_reading.one(family.appeal, ident)
    if found is None:
        raise Http404
    language, lang = spoken.page_language(request, family)
    path = reverse("case", args=[slug, ident])
    etag = _etag("case", family, language, ident)
    if known := public.unchanged(request, etag):
        return _asked(known)
    with translation.override(language):
        words = case_reading.name_words()
        context = _frame(family, path, lang) | {
            "case": found,
            "names": [
                OtherName(name["text"], name["language"], words.get(name["kind"], ""))
                for name in found.others
            ],
            "first_kind": words.get(found.names[0]["kind"], "") if found.names else "",
            "state": case_reading.state_words().get(found.state, found.state),
            "since": found.since.in_words(language) if found.since else "",
            "history": _history(family.appeal, found, language, lang),
            "picture": _picture([found], language, labels=False),
            "cases_url": _to(reverse("cases", args=[slug]), lang),
        }
    return _page(request, "pages/case.html", context, language, etag, noindex=_is_careful(family.appeal))


def _history(appeal: Appeal, found: Shown, language: str, lang: str) -> list[Told]:
    keys = {cite["key"] for row in found.history for cite in row.sources}
    known = {source.key: source for source in Source.objects.filter(appeal=appeal, key__in=keys)}
    page, states = _to(reverse("sources", args=[appeal.slug]), lang), case_reading.state_words()
    return [
        Told(
            row,
            states.get(row.state, ""),
            row.in_words(language),
            [
                _reference(appeal, known[cite["key"]], cite["locator"], language, page)
                for cite in row.sources
                if cite["key"] in known
            ],
        )
        for row in found.history
    ]


def _reference(appeal: Appeal, source: Source, locator: str, language: str, page: str) -> Reference:
    shown = bibliography.entry(source.csl, style=appeal.citation_style, language=language)
    return Reference(shown, f"{page}#{noted.entry_id(source.key)}", locator)


@require_safe
def files(request: HttpRequest, slug: str, format: str) -> HttpResponseBase:
    """All published cases as a file, as readers may see them."""
    family = family_or_404(slug)
    if format not in _TYPES:
        raise Http404
    etag = _etag("cases-file", family, "", format)
    if known := public.unchanged(request, etag):
        return _asked(known)
    found = case_reading.everybody(family.appeal)
    if format == "csv":
        body = case_files.as_csv(map(_record, found), columns=_PUBLIC_COLUMNS)
    else:
        whole = {"cases": [one.as_json() for one in found]}
        body = json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"
    response: HttpResponse = public.answer(request, body, _TYPES[format], caching=ASK_ALWAYS, everywhere=True)
    response["ETag"] = etag
    response["Content-Disposition"] = f'attachment; filename="{slug}-cases.{format}"'
    return response


def _record(found: Shown) -> Record:
    return Record(
        ref=found.id,
        kind=found.kind,
        names=tuple(Name(name["kind"], name["text"], name["language"]) for name in found.names),
        note=found.note,
        statements=tuple(
            StatementRecord(
                row.state, row.date, row.place, row.note,
                tuple(Cited(cite["key"], cite["locator"]) for cite in row.sources),
            )
            for row in found.history
        ),
        updates=tuple(UpdateRecord(day.isoformat(), text) for day, text in found.updates),
    )  # fmt: skip
