"""Atom feeds: new appeals of the site, and what happens in one appeal."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from undersigned.appeals import case_reading, languages
from undersigned.appeals.models import Version
from undersigned.lib import env
from undersigned.pages import public
from undersigned.pages.family import Family, families, family_or_404
from undersigned.pages.site import public_appeals
from undersigned.signing.models import Update

_ENTRIES = 50


def _feed(request: HttpRequest, feed: Atom1Feed, seconds: int = public.SLOW_SECONDS) -> HttpResponse:
    body = feed.writeString("utf-8").encode()
    return public.answer(request, body, feed.content_type, caching=public.fresh(seconds), everywhere=True)


def _add(feed: Atom1Feed, *, title: str, link: str, at: datetime, ident: str, text: str = "") -> None:
    feed.add_item(title=title, link=link, description=text, unique_id=ident, pubdate=at, updateddate=at)


@require_safe
def appeals(request: HttpRequest) -> HttpResponse:
    """The site's public appeals."""
    site = env.load().site_name
    rows = list(public_appeals()[:_ENTRIES])
    found = families(rows)
    with translation.override(settings.LANGUAGE_CODE):
        feed = Atom1Feed(
            title=site,
            link=public.absolute(reverse("home")),
            description="",
            language=settings.LANGUAGE_CODE,
            feed_url=public.absolute(reverse("feed")),
            author_name=site,
        )
        for appeal in rows:
            family = found.get(appeal.pk)
            if family and appeal.opened_at:
                _add(
                    feed,
                    title=family.original.newest.title,
                    link=public.absolute(reverse("appeal", args=[appeal.slug])),
                    at=appeal.opened_at,
                    ident=_ident(family, "appeal"),
                    text=_("Open for signature") if appeal.state == appeal.State.OPEN else _("Closed"),
                )
    return _feed(request, feed)


def _ident(family: Family, what: str) -> str:
    """A name that stays when the site moves to another address (RFC 4151)."""
    appeal = family.appeal
    return f"tag:{env.load().host.partition(':')[0]},{appeal.created_at:%Y-%m-%d}:{appeal.public_id}/{what}"


@require_safe
def appeal(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened in one appeal: opened, Versions published, closed."""
    family = family_or_404(slug)
    original = family.original
    language = languages.interface_language(original.text.language)
    with translation.override(language):
        feed = Atom1Feed(
            title=original.newest.title,
            link=public.absolute(reverse("appeal", args=[slug])),
            description="",
            language=language,
            feed_url=public.absolute(reverse("appeal-feed", args=[slug])),
            author_name=env.load().site_name,
        )
        for at, title, link, what in sorted(_events(family), reverse=True)[:_ENTRIES]:
            _add(feed, title=title, link=public.absolute(link), at=at, ident=_ident(family, what))
    return _feed(request, feed, public.slow(family.appeal))


def _events(family: Family) -> list[tuple[datetime, str, str, str]]:
    appeal = family.appeal
    page = reverse("appeal", args=[appeal.slug])
    found = [*_updates(family), *_told(family)]
    if appeal.opened_at:
        found.append((appeal.opened_at, _("Open for signature"), page, "opened"))
    if appeal.closed_at:
        found.append((appeal.closed_at, _("Closed for signature"), page, "closed"))
    # Numbers first, which an index holds: the words of thousands of Versions are not walked through.
    newest = Version.objects.filter(text__appeal=appeal).order_by("-pk").values_list("pk", flat=True)
    shown = Version.objects.filter(pk__in=list(newest[:_ENTRIES]))
    rows = shown.values_list("title", "number", "text__slug", "text__public_id", "published_at")
    for title, number, slug, public_id, at in rows:
        words = _("%(title)s: version %(number)s published") % {"title": title, "number": number}
        link = reverse("version", args=[appeal.slug, slug, number])
        found.append((at, words, link, f"{public_id}/{number}"))
    return found


def _told(family: Family) -> list[tuple[datetime, str, str, str]]:
    """The team's own news."""
    slug = family.appeal.slug
    rows = Update.objects.filter(appeal=family.appeal, number__isnull=False, taken_down_at__isnull=True)
    newest = rows.order_by("-number").values_list("published_at", "title", "number")[:_ENTRIES]
    return [
        (at, title, reverse("update", args=[slug, number]), f"update/{number}")
        for at, title, number in newest
        if at
    ]


def _updates(family: Family) -> list[tuple[datetime, str, str, str]]:
    """What was told of cases, as far as readers may know whom it is about."""
    if family.appeal.cases_changed_at is None:
        return []
    found = []
    for shown in case_reading.updated(family.appeal, _ENTRIES):
        link = reverse("case", args=[family.appeal.slug, shown.id])
        for place, (day, text) in enumerate(shown.updates[:_ENTRIES]):
            words = _("%(case)s: %(update)s") % {"case": shown.title, "update": text}
            at = datetime(day.year, day.month, day.day, tzinfo=UTC)
            found.append((at, words, link, f"case/{shown.id}/{len(shown.updates) - place}"))
    return found
