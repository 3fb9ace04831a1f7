"""The letter, its versions and what changed between them."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from undersigned.appeals import diff, languages, reading, series
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import links
from undersigned.lib import clock
from undersigned.pages import counts, names, provenance, public
from undersigned.pages.family import SWITCH, Family, Member, family_or_404
from undersigned.signing import ask_again, opening, roll
from undersigned.signing.forms import SignForm
from undersigned.signing.organisations.ask import rule_of

# What readers are told of a derived text beside its words.
_TOLD = ("parent_id", "made_by", "reason", "attested_by", "attested_id", "rules_in_doubt")
_MARK = re.compile(r"\[\d+\]")
_DESCRIPTION = 200
# A note longer than this stands below the letter, not between its head and its first word.
_SHORT_NOTE = 280


@dataclass(frozen=True)
class Lineage:
    """The Version that a text's words follow, and what its source has published since."""

    of: int
    title: str
    language: str
    slug: str
    number: int
    newest: int

    @property
    def own_name(self) -> str:
        """The source's language in itself."""
        return languages.own_name(self.language)

    @property
    def is_behind(self) -> bool:
        """Whether the source has newer words than those that were followed."""
        return self.newest > self.number


@dataclass(frozen=True)
class Shown:
    """A Version on a page: which text, which of its Versions, and the counts as published."""

    family: Family
    member: Member
    version: Version
    standing: counts.Standing

    @property
    def language(self) -> str:
        """The interface language of the page."""
        return languages.interface_language(self.version.language)

    @property
    def is_newest(self) -> bool:
        """Whether a new signature signs this Version."""
        return self.version.pk == self.member.newest.pk

    def etag(self, *facts: object) -> str:
        """Changes with the words, the apparatus, the texts beside it, the count and the appeal's state."""
        appeal = self.family.appeal
        text = self.member.text
        return public.etag_of(
            self.version.pk,
            self.version.digest,
            text.apparatus,
            [getattr(text, name) for name in _TOLD],
            self.family.facts,
            len(self.member.versions),
            self.lineage,
            self.series,
            self.standing.size,
            self.standing.log and self.standing.log.appended_at,
            [getattr(appeal, field.attname) for field in appeal._meta.concrete_fields],
            opening.accepts(appeal, clock.now()),
            *facts,
        )

    @cached_property
    def series(self) -> series.Series | None:
        """The series that the text belongs to, with its neighbours."""
        return series.of(self.member.text)

    @cached_property
    def lineage(self) -> Lineage | None:
        """What the words were derived from; None for an original."""
        return _lineage(self.member.text, self.version)


def _lineage(text: Text, version: Version) -> Lineage | None:
    source = version.derived_from_id or text.parent_id
    if source is None:
        return None
    newest = Version.objects.filter(text=OuterRef("text")).order_by("-number").values("number")[:1]
    row = (
        Version.objects.filter(pk=source)
        .annotate(newest=Subquery(newest))
        .values_list("pk", "title", "language", "text__slug", "number", "newest")
        .first()
    )
    return Lineage(*row) if row else None


def _shown(slug: str, text: str, number: int | None = None) -> Shown:
    family = family_or_404(slug)
    member = family.member(text)
    version = member.newest if number is None else member.version(number)
    return Shown(family, member, version, counts.standing(family.appeal))


@require_safe
def appeal(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Sends a reader to the text in their language, else to the original."""
    family = family_or_404(slug)
    tags = [choice.language for choice in family.facts.first]
    wanted = languages.negotiate(request.headers.get("Accept-Language", ""), tags)
    response = HttpResponseRedirect(family.nearest(wanted or "") + _via(request))
    response["Cache-Control"] = public.fresh()
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def letter(request: HttpRequest, slug: str, text: str) -> HttpResponseBase:
    """The letter in its newest Version, with the count and the form to sign it.

    Behind a carrier's link it is the same page, but its form says by which link the reader came.
    """
    shown = _shown(slug, text)
    appeal = shown.family.appeal
    # Somebody who erases a name erases it from cached pages too.
    first = roll.first_signatories(appeal)
    via = _via(request)
    takes_organisations = not appeal.is_sealed and rule_of(appeal).accepts
    etag = shown.etag("letter", first, via, takes_organisations)
    seconds = public.NAMING_SECONDS if first else public.FRESH_SECONDS
    if known := public.unchanged(request, etag, seconds=seconds):
        return known
    accepting = opening.accepts(appeal, clock.now())
    about = names.words(shown.version, first)
    with translation.override(shown.language):
        context = _letter_context(shown) | {
            "accepting": accepting,
            "ends_at": opening.ends_at(appeal),
            "first": [names.shown(line, shown.language, about) for line in first],
            "form": SignForm(shown.version) if accepting else None,
            "action": reverse("sign", args=[slug, text]) + via,
            "organisation_url": reverse("organisation-ask", args=[slug, text]) if takes_organisations else "",
            "has_affiliation": any(line.affiliation for line in first),
        }
        if via:
            context["switch"] = [{**other, "url": f"{other['url']}{via}"} for other in context["alternates"]]
    return public.page(
        request, "pages/letter.html", context, language=shown.language, etag=etag, seconds=seconds
    )


def _via(request: HttpRequest) -> str:
    """The query that names a carrier's link, empty for everybody else; whether it counts, signing decides."""
    found = links.readable(request.GET.get("via", ""))
    return f"?via={found}" if found else ""


@require_safe
def version(request: HttpRequest, slug: str, text: str, number: int) -> HttpResponseBase:
    """One exact Version, as it was when people signed it."""
    shown = _shown(slug, text, number)
    with translation.override(shown.language):
        context = _letter_context(shown) | {
            "signatures": shown.standing.of_version(shown.version).signatures,
            "file_name": _file_name(shown.version),
            "seal": _seal(shown) | {"url": ""},
        }
    return public.page(
        request, "pages/version.html", context, language=shown.language, etag=shown.etag("version")
    )


@require_safe
def canonical(request: HttpRequest, slug: str, text: str, number: int) -> HttpResponseBase:
    """The exact bytes that were signed; their SHA-256 is the digest."""
    found = _shown_version(slug, text, number)
    etag = f'"{found.digest}"'
    response = public.answer(
        request, bytes(found.canonical), "text/plain; charset=utf-8", caching=public.FOR_EVER, everywhere=True
    )
    response["ETag"] = f"W/{etag}" if "Content-Encoding" in response else etag
    response["Content-Disposition"] = f'inline; filename="{_file_name(found)}"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _shown_version(slug: str, text: str, number: int) -> Version:
    family = family_or_404(slug)
    return family.member(text).version(number)


def _file_name(found: Version) -> str:
    return f"{found.text.appeal.slug}-{found.text.slug}-v{found.number}.txt"


@require_safe
def changes(request: HttpRequest, slug: str, text: str, number: int) -> HttpResponseBase:
    """What changed from the Version before, word by word, in the words that are signed."""
    if number < 2:
        raise Http404
    shown = _shown(slug, text, number)
    etag = shown.etag("changes")
    if known := public.unchanged(request, etag, seconds=public.SLOW_SECONDS):
        return known
    before = shown.member.version(number - 1)
    context = {
        **_page_context(shown),
        "before": before,
        "paragraphs": diff.flowing(diff.word_diff(_signed_words(before), _signed_words(shown.version))),
        "old_signatures": shown.standing.of_version(before).signatures,
        "new_signatures": shown.standing.of_version(shown.version).signatures,
    }
    return public.page(
        request,
        "pages/changes.html",
        context,
        language=shown.language,
        etag=etag,
        seconds=public.SLOW_SECONDS,
    )


def _signed_words(found: Version) -> str:
    """The canonical text without the line that names its format."""
    return bytes(found.canonical).decode().partition("\n")[2]


def _page_context(shown: Shown) -> dict[str, Any]:
    appeal, text, found = shown.family.appeal, shown.member.text, shown.version
    return {
        "appeal": appeal,
        "text": text,
        "version": found,
        "member": shown.member,
        "direction": languages.direction(found.language),
        "is_newest": shown.is_newest,
        "canonical_url": public.absolute(shown.member.path),
        "lang_query": lang_query(shown.family, found.language),
    }


def lang_query(family: Family, tag: str) -> str:
    """What keeps a reader's language on the family's own pages; empty for the original's."""
    spoken = languages.interface_language(tag)
    return "" if spoken == family.interface_languages[0] else f"?lang={spoken}"


def _letter_context(shown: Shown) -> dict[str, Any]:
    document = reading.document(shown.version)
    head = document.head
    note = provenance.prose(head.note, shown.version.language, "editors")
    introduction = head.extra.get("introduction", "")
    return {
        **_page_context(shown),
        "head": head,
        "document": document,
        "lineage": shown.lineage,
        "is_attested": bool(shown.member.text.attested_by)
        and shown.member.text.attested_id == shown.version.pk,
        "variants_url": _variants_url(shown),
        "all_texts_url": _variants_url(shown) if shown.family.size > SWITCH else "",
        "addressee": provenance.addressee(head),
        "provenance": provenance.rows(head, shown.version.language),
        "introduction": provenance.prose(introduction, shown.version.language, "introduction"),
        "series": shown.series,
        "note": note,
        "note_is_short": len(head.note) <= _SHORT_NOTE,
        "count": _count(shown),
        "seal": _seal(shown),
        "alternates": shown.family.alternates(shown.member.text),
        "feed_url": reverse("appeal-feed", args=[shown.family.appeal.slug]),
        "social_title": head.title or shown.version.title,
        "social_description": _description(document.rendered.plain),
    }


def _description(plain: str) -> str:
    """The first words of the letter, cut between words."""
    words = _MARK.sub("", " ".join(plain.split()))
    if len(words) <= _DESCRIPTION:
        return words
    return words[:_DESCRIPTION].rsplit(" ", 1)[0] + "…"


def _count(shown: Shown) -> dict[str, Any]:
    """What the count panel says: this text, each of its Versions, and the whole family."""
    standing, text = shown.standing, shown.member.text
    lines = [
        {
            "number": version.number,
            "signatures": standing.of_version(version).signatures,
            "url": reverse("version", args=[text.appeal.slug, text.slug, version.number]),
            "current": version.pk == shown.version.pk,
        }
        for version in shown.member.versions
    ]
    return {
        "total": standing.of_text(text).signatures,
        "by": standing.of_text(text),
        "versions": lines if len(lines) > 1 else [],
        "family": standing.total.signatures if shown.family.size > 1 else None,
        "organisations": standing.of_text(text).org,
        "texts": shown.family.size,
        "variants_url": _variants_url(shown),
        "asked": _asked(shown.version.pk, standing.size, standing.log and standing.log.appended_at),
        "rhythm": _rhythm(shown.family.appeal),
    }


def _variants_url(shown: Shown) -> str:
    text = shown.member.text
    return reverse("variants", args=[text.appeal.slug]) + lang_query(shown.family, text.language)


@lru_cache(maxsize=256)
def _asked(version: int, _size: int, _appended_at: datetime | None) -> ask_again.Answers | None:
    """How those answered who signed an earlier version; looked up once after each batch."""
    return ask_again.answers(version)


def _rhythm(appeal: Appeal) -> str:
    """How soon a confirmed signature shows; how many wait is nobody's business."""
    if appeal.state == Appeal.State.CLOSED:
        return ""
    match appeal.profile:
        case Appeal.Profile.OPEN:
            return _("New signatures are added every minute.")
        case Appeal.Profile.CAREFUL:
            return _("New signatures are added together, at most once an hour.")
        case _other:
            return _("New signatures are added together, at most once a day.")


def _seal(shown: Shown) -> dict[str, Any]:
    found, text = shown.version, shown.member.text
    address = [text.appeal.slug, text.slug, found.number]
    digest = found.digest_hex
    return {
        "number": found.number,
        "date": found.published_at,
        "digest": digest,
        "short": " ".join(digest[i : i + 4] for i in range(0, 16, 4)) + " …",
        "url": reverse("version", args=address),
        "verify_url": reverse("verify", args=[text.appeal.slug]) + lang_query(shown.family, found.language),
        "compare_url": reverse("changes", args=address) if found.number > 1 else "",
        "delivery_url": reverse("delivery", args=[text.appeal.slug])
        + lang_query(shown.family, found.language)
        if shown.family.facts.delivered
        else "",
        "edition_url": reverse("edition", args=[text.appeal.slug]) + lang_query(shown.family, found.language)
        if shown.family.facts.in_edition
        else "",
        "updates_url": reverse("updates", args=[text.appeal.slug]) + lang_query(shown.family, found.language)
        if shown.family.facts.updated
        else "",
    }
