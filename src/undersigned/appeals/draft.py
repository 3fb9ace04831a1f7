"""An appeal before its words are frozen: making it, writing it, setting it up."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import Team, User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages, markup, profiles
from undersigned.appeals.markup.head import SOURCE_MAX
from undersigned.appeals.models import Appeal, Text
from undersigned.lib import canonical, clock, tokens

SETTINGS = frozenset(
    {
        "title",
        "slug",
        "profile",
        "ask_affiliation",
        "ask_role",
        "ask_place",
        "ask_country",
        "closes_at",
        "controller",
        "controller_contact",
        "purpose",
        "retention_days",
        "is_demonstration",
        "licence",
        "proof_of_work",
    }
)


_LINES = frozenset({"title", "controller", "controller_contact"})
# Addresses of the desk's own pages beside those of the appeals.
RESERVED = frozenset({"new"})
YEARS_AHEAD = 10


class Conflict(Exception):
    """Somebody saved the draft meanwhile; `text` holds what they saved, nothing was overwritten."""

    def __init__(self, text: Text) -> None:
        super().__init__("the draft was saved by somebody else meanwhile")
        self.text = text


def _first_words(slug: str, most: int = 60) -> str:
    """As many whole words of a slug as an address can be read with."""
    return slug if len(slug) <= most else slug[: most + 1].rpartition("-")[0] or slug[:most]


def free_slug(title: str) -> str:
    """A slug from a title that no appeal has; titles without Latin letters get a short random one."""
    base = _first_words(slugify(title)) or f"letter-{tokens.public_id()[:6].lower().strip('-_')}"
    taken = RESERVED.union(Appeal.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def create_appeal(
    *,
    actor: User,
    team: Team,
    title: str,
    slug: str = "",
    language: str = "en",
    source: str = "",
    **settings: Any,
) -> Appeal:
    """Makes an appeal with its original text as a draft; raises Forbidden, ValidationError."""
    require(actor, "appeal.create", team)
    settings = _clean({"title": title, "slug": slug, **settings})
    if not languages.is_language(language):
        raise ValidationError({"language": _("This is not a language code such as “es” or “pt-BR”.")})
    settings.setdefault("retention_days", _profile(settings).retention_days)
    appeal = Appeal(
        public_id=tokens.public_id(),
        team=team,
        created_at=clock.now(),
        **{**settings, "slug": settings["slug"] or free_slug(settings["title"])},
    )
    profiles.check_retention(appeal)
    appeal.full_clean()
    appeal.save(force_insert=True)
    Text.objects.create(
        public_id=tokens.public_id(),
        appeal=appeal,
        slug=slugify(language),
        language=language,
        draft=source,
        created_at=appeal.created_at,
    )
    audit.record(team=team, actor=actor, verb="appeal.create", subject=f"appeal:{appeal.slug}")
    return appeal


@transaction.atomic
def save_draft(*, actor: User, text: Text, source: str, revision: int) -> Text:
    """Keeps a draft as typed; raises Conflict where `revision` is not the saved one, ValidationError."""
    require(actor, "appeal.edit", text.appeal.team)
    current = keep(text=text, source=source, revision=revision)
    audit.record(
        team=current.appeal.team,
        actor=actor,
        verb="draft.save",
        subject=f"text:{current.appeal.slug}/{current.slug}",
        revision=current.draft_revision,
    )
    return current


def keep(*, text: Text, source: str, revision: int) -> Text:
    """The saving itself, in the caller's transaction, whoever may write here; raises as `save_draft` does."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if len(source.encode("utf-8", "replace")) > SOURCE_MAX:
        raise ValidationError(_("The text is longer than %(limit)s kB.") % {"limit": SOURCE_MAX // 1000})
    if "\0" in source:
        raise ValidationError(_("The text holds characters that cannot be part of a text."))
    saved = Text.objects.filter(pk=text.pk, draft_revision=revision).update(
        draft=source, draft_revision=F("draft_revision") + 1
    )
    current = Text.objects.select_related("appeal").get(pk=text.pk)
    if not saved:
        raise Conflict(current)
    _follow_head(current)
    return current


def _follow_head(text: Text) -> None:
    """Title and language follow the draft's head until the first Version freezes them."""
    try:
        head, _body = markup.split(text.draft)
    except markup.MarkupError:
        return
    if text.versions.exists():
        return
    if head.lang and languages.is_language(head.lang) and head.lang != text.language:
        text.language = head.lang
        if not text.appeal.texts.exclude(pk=text.pk).filter(slug=slugify(head.lang)).exists():
            text.slug = slugify(head.lang)
        text.save(update_fields=["language", "slug"])
    if head.title and text.relation == Text.Relation.ORIGINAL:
        Appeal.objects.filter(pk=text.appeal_id).update(title=canonical.one_line(head.title)[:300])


@transaction.atomic
def update_settings(*, actor: User, appeal: Appeal, **changes: Any) -> Appeal:
    """Changes an appeal's settings; an open appeal's address stays as it is.

    The profile has an act of its own (`signing.protect`): it is never loosened for those who signed.
    """
    require(actor, "appeal.edit", appeal.team)
    changes = _clean(changes)
    if "profile" in changes:
        raise TypeError("the profile is no setting among others: see signing.protect")
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    changed = {name: value for name, value in changes.items() if getattr(current, name) != value}
    if current.state != Appeal.State.DRAFT:
        if "slug" in changed:
            raise ValidationError({"slug": _("This cannot be changed once the appeal is open.")})
        if changed.get("retention_days", 0) > current.retention_days:
            shorter = _("People agreed to shorter times: once an appeal is open they are only shortened.")
            raise ValidationError({"retention_days": shorter})
    if current.state == Appeal.State.CLOSED and "closes_at" in changed:
        raise ValidationError({"closes_at": _("The appeal is closed.")})
    if isinstance(closes_at := changed.get("closes_at"), datetime):
        _check_closing(closes_at)
    for name, value in changed.items():
        setattr(current, name, value)
    if "retention_days" in changed:
        profiles.check_retention(current)
    current.full_clean()
    current.save()
    audit.record(
        team=current.team,
        actor=actor,
        verb="appeal.settings",
        subject=f"appeal:{current.slug}",
        changed=sorted(changed),
    )
    return current


def _profile(settings: dict[str, Any]) -> profiles.Profile:
    chosen = settings.get("profile", Appeal.Profile.OPEN)
    if chosen not in profiles.PROFILES:
        raise ValidationError({"profile": _("This is not a profile.")})
    return profiles.PROFILES[chosen]


def _check_closing(closes_at: datetime) -> None:
    now = clock.now()
    # The year first: the first and last days of the calendar cannot be compared across time zones.
    if closes_at.year < now.year or closes_at <= now:
        raise ValidationError({"closes_at": _("The closing date lies in the past.")})
    if closes_at.year > now.year + YEARS_AHEAD:
        too_far = _("The closing date lies more than %(years)s years ahead.") % {"years": YEARS_AHEAD}
        raise ValidationError({"closes_at": too_far})


def _clean(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with their texts in canonical form; raises ValidationError, and TypeError for others."""
    unknown = set(settings) - SETTINGS
    if unknown:
        raise TypeError(f"not settings of an appeal: {', '.join(sorted(unknown))}")
    if settings.get("slug") in RESERVED:
        raise ValidationError({"slug": _("This address is taken by the desk: choose another.")})
    return {name: _text(name, value) if isinstance(value, str) else value for name, value in settings.items()}


def _text(name: str, value: str) -> str:
    try:
        return canonical.one_line(value) if name in _LINES else canonical.canonical_text(value).strip()
    except canonical.CanonicalError:
        raise ValidationError({name: _("This holds characters that cannot be shown.")}) from None
